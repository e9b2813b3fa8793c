"""Read the rows of a list of ministers, and refuse what is no such list."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain, islice
from types import MappingProxyType
from typing import IO, NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from invitations.files.workbooks import Flaw, WorkbookLine
from invitations.minister_import.headings import (
    is_meant_as_list,
    is_spanish,
    line_of_headings,
    meaning_of_m,
    minister_columns,
)
from invitations.minister_import.sources import (
    LARGEST_FILE,
    LINES_OF_HEAD,
    NO_UNICODE,
    UNREADABLE,
    Source,
    Sources,
    describe_unreadable_file,
    listed_names,
    sources_of,
)
from invitations.text.dates import comma_list, labelled, running_text
from invitations.text.lines import quoted, tidy_line

# Written in one request, in some seconds.
MOST_ROWS = 1000
MOST_RANGES = 20
M_IS_UNCLEAR = gettext_lazy(
    "M is a man in some lists and mujer, a woman, in others: write the word."
)
NOTHING_SPOILT: Mapping[str, str] = MappingProxyType({})


class RowPlace(int):
    """The place of a row in its list; in words the number of its line, and its sheet."""

    number: int
    sheet: str

    def __new__(cls, place: int, number: int, sheet: str = "") -> "RowPlace":
        line = super().__new__(cls, place)
        line.number, line.sheet = number, sheet
        return line

    def __str__(self) -> str:
        return with_sheet(str(self.number), self.sheet)

    __repr__ = __str__


def with_sheet(lines: str, sheet: str) -> str:
    return f"{lines} (“{sheet}”)" if sheet else lines


class ListRow(NamedTuple):
    """The cells of a row by column; ``spoilt`` says of some why they cannot be used."""

    line: int
    cells: dict[str, str]
    spoilt: Mapping[str, str] = NOTHING_SPOILT


class MinisterList(NamedTuple):
    """The rows of a list, and sentences on how it was read and what was left out."""

    rows: list[ListRow]
    told: list[str]


@dataclass
class ReadList:
    """A text or sheet with its headings understood, and its lines sorted."""

    source: Source
    headings: list[str]
    columns: list[str]
    above: list[int]
    kept: list[WorkbookLine] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)
    struck: list[int] = field(default_factory=list)

    @property
    def is_m_unclear(self) -> bool:
        """Tell whether M may be mujer, a woman, as in Spanish lists that call men H."""
        rows = (under(self.columns, line.cells) for line in self.kept)
        said = [row.get("gender", "") for row in rows]
        return meaning_of_m(self.headings, said, in_spanish=is_spanish(self.headings)) != "m"

    def take(self, line: WorkbookLine) -> None:
        if line.is_hidden:
            self.hidden.append(line.number)
        elif line.is_struck:
            self.struck.append(line.number)
        else:
            self.kept.append(line)


def read_table(file: IO[bytes], name: str) -> MinisterList:
    """Return the rows of a CSV or XLSX file; refuse in one sentence what is no such list."""
    content = file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise ValidationError(_("%(name)s is larger than 5 MB."), params={"name": name})
    try:
        sources = sources_of(content, name)
        if sources.is_guessed:
            raise ValidationError(NO_UNICODE, params={"name": name})
        lists, strange = read_lists(sources, name)
        rows = joined_rows(lists)
    except UNREADABLE as fault:
        line = getattr(fault, "line", 0)
        params = {"name": name, "line": line}
        raise ValidationError(describe_unreadable_file(fault), params=params) from None
    left = [*sources.left, *what_was_read(lists, strange)]
    if not rows:
        why = _("%(name)s has no row under its header.") % {"name": name}
        raise ValidationError(running_text([why, *left]))
    return MinisterList(rows, sources.how + left)


def read_lists(sources: Sources, name: str) -> tuple[list[ReadList], list[str]]:
    """Return the lists among the sources, and the names of sheets that are none."""
    lists: list[ReadList] = []
    strange: dict[str, list[str]] = {}
    for source in sources.found:
        head = list(islice(source.lines, LINES_OF_HEAD))
        cells = head[line_of_headings([line.cells for line in head])].cells if head else []
        if is_meant_as_list(cells):
            left = MOST_ROWS - sum(len(done.kept) for done in lists)
            lists.append(
                read_minister_list(source, head, place_name(name, source, sources.found), left)
            )
        elif head:
            strange[source.name] = cells
    if not lists:
        refuse_minister_headings(next(iter(strange.values()), []), name, sources.left)
    return lists, list(strange)


def refuse_minister_headings(cells: list[str], name: str, left: list[str]) -> None:
    """Refuse the headings of a file that holds no list, and say what of it was not read."""
    try:
        minister_columns(cells, name)
    except ValidationError as refusal:
        raise ValidationError(running_text([*refusal.messages, *left])) from None


def place_name(name: str, source: Source, sources: list[Source]) -> str:
    return f"{name} (“{source.name}”)" if len(sources) > 1 else name


def read_minister_list(source: Source, head: list[WorkbookLine], name: str, most: int) -> ReadList:
    place = line_of_headings([line.cells for line in head])
    columns = minister_columns(head[place].cells, name)
    above = [line.number for line in head[:place]]
    found = ReadList(source, head[place].cells, columns, above)
    for line in chain(head[place + 1 :], source.lines):
        found.take(line)
        if len(found.kept) > most:
            raise ValidationError(
                _("%(name)s has more than %(most)d rows: divide it into several lists."),
                params={"name": name, "most": MOST_ROWS},
            )
    return found


def joined_rows(lists: list[ReadList]) -> list[ListRow]:
    """Return the rows of all lists, one after the other."""
    rows: list[ListRow] = []
    before = 0
    for found in lists:
        merged = found.source.merged_into(line.number for line in found.kept)
        sheet = found.source.name if len(lists) > 1 else ""
        is_m_unclear = found.is_m_unclear
        for line in found.kept:
            place = RowPlace(before + line.number, line.number, sheet)
            spoilt = reasons_cells_are_spoilt(found.columns, line, merged.get(line.number, {}))
            cells = under(found.columns, line.cells)
            if is_m_unclear and cells.get("gender", "").casefold() == "m":
                spoilt = {"gender": str(M_IS_UNCLEAR), **spoilt}
            rows.append(ListRow(place, cells, spoilt))
        before += found.kept[-1].number if found.kept else 0
    return rows


def reasons_cells_are_spoilt(
    columns: list[str], line: WorkbookLine, merged: Mapping[int, int]
) -> Mapping[str, str]:
    """Return for each column whose cell cannot be used the reason."""
    if not (line.flaws or merged):
        return NOTHING_SPOILT
    reasons = {
        place: _("This cell is merged with one of line %(line)d: divide it, and fill in each row.")
        % {"line": top}
        for place, top in merged.items()
    }
    reasons |= {place: describe_flaw(flaw) for place, flaw in line.flaws.items()}
    return {
        columns[place] if place < len(columns) else "": reason
        for place, reason in reasons.items()
        if place in merged or line.cells[place : place + 1] > [""]
    }


def describe_flaw(flaw: Flaw) -> str:
    if flaw == Flaw.STRUCK:
        return _("This cell is struck through: empty it, or strike the whole row through.")
    if flaw == Flaw.STRUCK_IN_PART:
        return _("A part of this cell is struck through: delete that part, or end the striking.")
    if flaw == Flaw.DATE:
        return _("This became a date: format the cell as text, and type it anew.")
    if flaw == Flaw.FORMULA:
        return _("This cell holds a formula: write its value.")
    return _("This number has lost its last digits: format the cell as text, and type it anew.")


def under(columns: list[str], cells: list[str]) -> dict[str, str]:
    """Return the cells by column, each on one line; those beyond the last heading have no name."""
    cells = [tidy_line(cell) for cell in cells]
    by_column = dict.fromkeys(columns, "") | dict(zip(columns, cells, strict=False))
    beyond = " ".join(filter(None, cells[len(columns) :]))
    return by_column | ({"": beyond} if beyond else {})


def what_was_read(lists: list[ReadList], strange: list[str]) -> list[str]:
    """Return sentences on the sheets that were read, and on what was left out."""
    told = []
    if sheets := [found.source.name for found in lists if found.source.name]:
        told.append(_("Sheets read: %(sheets)s.") % {"sheets": listed_names(sheets)})
    if strange:
        sentence = _("Sheets not read, because they have no headings of this list: %(sheets)s.")
        told.append(sentence % {"sheets": listed_names(strange)})
    for sentence, numbers in (
        (_("Lines above the headings, not read: %(lines)s."), [done.above for done in lists]),
        (
            _("Hidden rows, left out: %(lines)s. If they are meant, show them and upload anew."),
            [done.hidden for done in lists],
        ),
        (_("Rows struck through, left out: %(lines)s."), [done.struck for done in lists]),
    ):
        if any(numbers):
            told.append(sentence % {"lines": listed_lines(lists, numbers)})
    return told


def listed_lines(lists: list[ReadList], numbers: list[list[int]]) -> str:
    """Return the numbers of lines, after the name of their sheet where several were read."""
    listed = [
        (quoted(done.source.name), ranges(found))
        for done, found in zip(lists, numbers, strict=True)
        if found
    ]
    if len(lists) == 1:
        return listed[0][1]
    return "; ".join(labelled(sheet, found) for sheet, found in listed)


def ranges(numbers: Iterable[int]) -> str:
    """Return ``2, 5–9`` for 2, 5, 6, 7, 8, 9; of very many the first.

    Lines of several sheets are named with their sheets.
    """
    found: list[list[int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1 and sheet_name(number) == sheet_name(found[-1][1]):
            found[-1][1] = number
        else:
            found.append([number, number])
    listed = [format_line_range(first, last) for first, last in found[:MOST_RANGES]]
    return comma_list([*listed, *(["…"] if len(found) > MOST_RANGES else [])])


def sheet_name(line: int) -> str:
    return getattr(line, "sheet", "")


def format_line_range(first: int, last: int) -> str:
    if first == last:
        return str(first)
    numbers = "–".join(str(getattr(line, "number", line)) for line in (first, last))
    return with_sheet(numbers, sheet_name(first))
