"""The list that the registration desk hands back: who is registered, and for which State."""

import functools
from collections.abc import Iterable
from itertools import chain, islice
from typing import IO, NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from delegations.nominations import NAME_PARTS, words_on_file
from invitations.files.workbooks import WorkbookLine
from invitations.minister_import.headings import (
    BETWEEN_HEADINGS,
    columns_meant,
    format_heading,
    heading_key,
)
from invitations.minister_import.sources import (
    LARGEST_FILE,
    LINES_OF_HEAD,
    UNREADABLE,
    Source,
    Sources,
    describe_unreadable_file,
    sources_of,
)
from invitations.minister_import.states import KnownNames, find_state, known_names
from invitations.minister_import.table import ListRow, ReadList, joined_rows, ranges, what_was_read
from invitations.models import MemberState
from invitations.text.dates import comma_list, running_text
from invitations.text.spellings import search_words

STATE = "state"
MOST_ROWS = 10_000


class Registered(NamedTuple):
    """A line of the list; where no one State is meant, ``refused`` says so."""

    line: int
    name: str
    said: str
    state: MemberState | None
    refused: str


class RegisteredList(NamedTuple):
    """Who is registered, and sentences on how the file was read and what was left out."""

    people: list[Registered]
    told: list[str]
    file_name: str


def read_registered(file: IO[bytes], name: str) -> RegisteredList:
    """Return who stands on the list; refuse in one sentence what is no such list."""
    content = file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise ValidationError(_("%(name)s is larger than 5 MB."), params={"name": name})
    try:
        sources = sources_of(content, name)
        sheets, strange = sheets_of_people(sources, name)
        rows = joined_rows(sheets)
    except UNREADABLE as fault:
        params = {"name": name, "line": getattr(fault, "line", 0)}
        raise ValidationError(describe_unreadable_file(fault), params=params) from None
    people = people_of(rows)
    named = [person for person in people if search_words(person.name)]
    if not named:
        raise ValidationError(_("%(name)s has no row under its header."), params={"name": name})
    left = [*sources.how, *sources.left, *what_was_read(sheets, strange)]
    if nameless := [person.line for person in people if not search_words(person.name)]:
        left.append(
            _("Lines without a name, not compared: %(lines)s.") % {"lines": ranges(nameless)}
        )
    return RegisteredList(named, left, name)


# The headings


@functools.cache
def name_parts_by_heading() -> dict[str, str]:
    """Return the parts of a name by the keys of what people write over them in six languages."""
    return {
        heading_key(word): column
        for column, value, words in words_on_file()
        if column in NAME_PARTS and not value
        for word in words
    }


def registration_column(heading: str) -> str:
    """Return ``state`` or the part of a name; empty for what is not compared."""
    if columns_meant(heading) == {STATE}:
        return STATE
    known = name_parts_by_heading()
    if column := known.get(heading_key(heading)):
        return column
    parts = {known.get(heading_key(part), "") for part in BETWEEN_HEADINGS.split(heading)}
    return parts.pop() if len(parts) == 1 else ""


def columns_under_headings(cells: Iterable[str]) -> list[str]:
    """Return the column under each heading; of two that mean the same the first is read."""
    columns, found = [], set()
    for cell in cells:
        column = registration_column(cell)
        columns.append("" if column in found else column)
        found.add(column)
    return columns


def missing_headings(columns: Iterable[str]) -> list[str]:
    """Return the headings that the list needs and does not have."""
    found = set(columns)
    state = [] if STATE in found else [format_heading(STATE)]
    return state + ([] if found.intersection(NAME_PARTS) else [_("Name")])


# The lines


def sheets_of_people(sources: Sources, name: str) -> tuple[list[ReadList], list[str]]:
    """Return the sheets that have both columns, and the names of those that have not."""
    sheets: list[ReadList] = []
    strange: list[str] = []
    lacks: list[str] = []
    for source in sources.found:
        head = list(islice(source.lines, LINES_OF_HEAD))
        columns = [columns_under_headings(line.cells) for line in head]
        place = next(
            (place for place, found in enumerate(columns) if not missing_headings(found)), None
        )
        if place is not None:
            sheets.append(read_sheet(source, head, place, columns[place]))
        elif head:
            strange.append(source.name)
            lacks = lacks or min(map(missing_headings, columns), key=len)
    if not sheets:
        refuse_registration_headings(lacks or missing_headings([]), name, sources.left)
    if sum(len(sheet.kept) for sheet in sheets) > MOST_ROWS:
        params = {"name": name, "most": MOST_ROWS}
        raise ValidationError(_("%(name)s has more than %(most)d rows."), params=params)
    return sheets, strange


def refuse_registration_headings(lacks: list[str], name: str, left: list[str]) -> None:
    why = _("%(name)s lacks a column that it needs: %(columns)s.")
    said = why % {"name": name, "columns": comma_list(lacks)}
    raise ValidationError(running_text([said, *left]))


def read_sheet(
    source: Source, head: list[WorkbookLine], place: int, columns: list[str]
) -> ReadList:
    above = [line.number for line in head[:place]]
    found = ReadList(source, head[place].cells, columns, above)
    for line in chain(head[place + 1 :], source.lines):
        found.take(line)
        if len(found.kept) > MOST_ROWS:
            break
    return found


def people_of(rows: list[ListRow]) -> list[Registered]:
    names = known_names(MemberState.objects.all())
    return [registered_in_row(row, names) for row in rows]


def registered_in_row(row: ListRow, names: KnownNames) -> Registered:
    said, name = row.cells.get(STATE, ""), whole_name(row.cells)
    spoilt = [row.spoilt[column] for column in (STATE, *NAME_PARTS) if column in row.spoilt]
    state, refused = None, next(iter(spoilt), "")
    if not refused:
        state, refused = state_meant(said, names)
    return Registered(row.line, name, said, state, refused)


def state_meant(said: str, names: KnownNames) -> tuple[MemberState | None, str]:
    """Return the State of that name, or the sentence that refuses it."""
    if not said:
        return None, _("The list says no State.")
    try:
        return find_state(names, said), ""
    except ValidationError as refusal:
        return None, refusal.messages[0]


def whole_name(cells: dict[str, str]) -> str:
    """Return the name of its parts; a part that the whole name has already is not said twice."""
    said = set(search_words(cells.get("name", "")).split())
    return " ".join(
        part
        for column in NAME_PARTS
        if (part := cells.get(column, ""))
        and (column == "name" or not said or not said.issuperset(search_words(part).split()))
    )
