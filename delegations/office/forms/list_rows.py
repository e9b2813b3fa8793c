"""The lines of a list of delegates as rows, each with the form of its person."""

import datetime as dt
from dataclasses import dataclass
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from delegations.models import Delegate
from delegations.nominations import NAME_PARTS, who_is_new
from delegations.office.forms.delegate import DelegateForm
from delegations.office.forms.list_file import MOST_ROWS, TOO_LONG
from delegations.office.forms.list_words import (
    COLUMNS,
    HEADINGS_OF_A_LIST,
    columns_asked,
    delegate_columns,
    heading_of_column,
    values_by_word,
    whom_m_means,
    words_allowed,
)
from invitations.files.spreadsheets import (
    SheetLine,
    UnreadableSheet,
    comparable_words,
    lines_of_csv,
)
from invitations.minister_import.table import ranges
from invitations.models import ForumEdition, Invitation
from invitations.text.dates import comma_list, format_date, left_to_right
from invitations.text.lines import isolated, quoted

# Among so many lines the headings are looked for.
LINES_OF_HEAD = 5
# Beside columns of both the name is a whole one; beside one of them it is the other part.
WHOLE_WITH = {"given_name", "family_name"}


@dataclass
class DelegateRow:
    """One line of the list: what its cells say, and the form of its person."""

    number: int
    said: dict[str, str]
    form: DelegateForm
    is_known: bool

    @property
    def cells(self) -> list[tuple[str, str]]:
        """Label and words of each cell that has any, of a line without fault."""
        shown = []
        for name in COLUMNS:
            if words := self.in_words(name):
                shown.append((str(self.form[name].label), words))
        return shown

    def in_words(self, name: str) -> str:
        """Return the value as a person reads it: the words of a choice, a date spelled out."""
        value = self.form.cleaned_data.get(name) or ""
        if value is True:
            return _("yes")
        if isinstance(value, dt.date):
            return format_date(value, str(get_language()))
        chosen = dict(getattr(self.form.fields[name], "choices", ()))
        return str(chosen.get(value, value)) if value else ""


class Columns(NamedTuple):
    """What the columns mean, their headings, the lines under them, and numbers of those above."""

    meant: list[str]
    headings: list[str]
    lines: list[SheetLine]
    above: list[int]

    @property
    def unread(self) -> list[str]:
        """Return the columns under which something stands that nobody would see again."""
        width = max(len(line.cells) for line in self.lines)
        meant = [*self.meant, *[""] * width][:width]
        filled = (
            place
            for place, column in enumerate(meant)
            if not column and any(line.cells[place : place + 1] > [""] for line in self.lines)
        )
        return [self.called(place) for place in filled]

    def called(self, place: int) -> str:
        heading = short_heading(self.headings[place]) if place < len(self.headings) else ""
        return quoted(heading) if heading else _("column %d, without a heading") % (place + 1)


def short_heading(said: str) -> str:
    return " ".join(said.split())[:60]


def read_columns(lines: str, edition: ForumEdition) -> Columns:
    """Return the lines with their columns; refuse a list that names nobody.

    A column that the edition does not ask for is left out as one that is not known.
    """
    read = read_lines(lines)
    meant = [delegate_columns(line.cells) for line in read[:LINES_OF_HEAD]]
    place = place_of_headings(meant)
    if place is None:
        found = Columns(columns_asked(edition), [], read, [])
    else:
        refuse_nameless(meant[place])
        above = [line.number for line in read[:place]]
        unasked = {*COLUMNS} - {*columns_asked(edition)}
        columns = ["" if column in unasked else column for column in meant[place]]
        found = Columns(columns, read[place].cells, read[place + 1 :], above)
    if len(found.lines) > MOST_ROWS:
        raise ValidationError(TOO_LONG, params={"count": MOST_ROWS})
    if not found.lines:
        raise ValidationError(_("The list has headings, but nobody is on it."))
    return found


def place_of_headings(meant: list[list[str]]) -> int | None:
    """Return the place of the line that names most columns; None if no line is one of headings."""
    if not meant:
        return None
    known = [len(set(columns) - {""}) for columns in meant]
    best = known.index(max(known))
    if known[best] >= HEADINGS_OF_A_LIST:
        return best
    return 0 if set(NAME_PARTS).intersection(meant[0]) else None


def refuse_nameless(meant: list[str]) -> None:
    if not set(NAME_PARTS).intersection(meant):
        raise ValidationError(
            _("No column of this list is known to hold the names: please head it “%(heading)s”."),
            params={"heading": heading_of_column("name")},
        )


def read_lines(lines: str) -> list[SheetLine]:
    try:
        return list(lines_of_csv(lines))
    except UnreadableSheet as fault:
        raise ValidationError(_("The list cannot be read: a quotation mark is open.")) from fault


def read_rows(found: Columns, of: Invitation, known: list[Delegate]) -> list[DelegateRow]:
    said = [
        (number, with_whole_name(dict(zip(found.meant, cells, strict=False))))
        for number, cells in found.lines
    ]
    are_new = who_is_new([cells["name"] for _number, cells in said], known)
    m_means = whom_m_means(found.headings, (cells.get("gender", "") for _number, cells in said))
    rows = [
        DelegateRow(number, cells, delegate_form_of_cells(cells, of, m_means), not is_new)
        for (number, cells), is_new in zip(said, are_new, strict=True)
    ]
    refuse_second_heads(rows, known)
    return rows


def with_whole_name(cells: dict[str, str]) -> dict[str, str]:
    """Put the name together that stands in several columns, and leave out what is not kept."""
    is_whole = bool(cells.get("name")) and WHOLE_WITH.issubset(cells)
    parts = ["name"] if is_whole else NAME_PARTS
    name = " ".join(filter(None, (cells.get(part, "") for part in parts)))
    return {column: cells[column] for column in COLUMNS if column in cells} | {"name": name}


def delegate_form_of_cells(said: dict[str, str], of: Invitation, m_means: str) -> DelegateForm:
    data = dict(said)
    for column, values in values_by_word().items():
        if column in data:
            data[column] = values.get(comparable_words(data[column]), data[column])
    if comparable_words(said.get("gender", "")) == "m":
        data["gender"] = m_means
    data["role"] = data.get("role") or Delegate.Role.ADVISER
    # The page names the invitation and brings the key; a line does not.
    own = {"invitation": str(of.pk), "form_key": "00000000-0000-4000-8000-000000000000"}
    form = DelegateForm({**data, **own}, of=of)
    say_what_is_allowed(form, said)
    if data.get("needs_visa_letter") not in (None, "", "on"):
        form.add_error("needs_visa_letter", what_is_allowed("needs_visa_letter", said))
    return form


def describe_roles(rows: list[DelegateRow]) -> list[str]:
    """Return, in a sentence, who is read as an adviser because nothing is said of the role."""
    without_role = [row.number for row in rows if not row.said.get("role", "").strip()]
    role = str(Delegate.Role.ADVISER.label)
    if not without_role:
        return []
    if len(without_role) == len(rows):
        sentence = _(
            "No line names a role: everybody is read as “%(role)s”. The head of the delegation can"
            " be marked afterwards."
        )
        return [sentence % {"role": role}]
    sentence = _("Lines without a role, read as “%(role)s”: %(lines)s.")
    return [sentence % {"role": role, "lines": ranges(without_role)}]


def say_what_is_allowed(form: DelegateForm, said: dict[str, str]) -> None:
    """Let the form refuse a cell with the words that it may hold."""
    for column in ("role", "gender"):
        # The form puts the value into its message, where a sign of percentage means something.
        sentence = what_is_allowed(column, said).replace("%", "%%")
        form.fields[column].error_messages["invalid_choice"] = sentence
    for column in ("arrives_on", "departs_on"):
        form.fields[column].error_messages["invalid"] = _(
            "“%(said)s” is not read as a date: please write it like %(example)s."
        ) % {
            "said": isolated(said.get(column, "")[:60]),
            "example": left_to_right(str(form.of.edition.opens_on)),
        }


def what_is_allowed(column: str, said: dict[str, str]) -> str:
    return _("“%(said)s” is not known here. Please write one of these: %(allowed)s.") % {
        "said": isolated(said.get(column, "")[:60]),
        "allowed": comma_list(words_allowed(column)),
    }


def refuse_second_heads(rows: list[DelegateRow], known: list[Delegate]) -> None:
    head = next((person.name for person in known if person.role == Delegate.Role.HEAD), "")
    for row in rows:
        if row.is_known or row.form["role"].data != Delegate.Role.HEAD:
            continue
        if head:
            row.form.add_error("role", second_head_refusal(head))
        head = head or str(row.form["name"].data)


def second_head_refusal(name: str) -> ValidationError:
    return ValidationError(
        _("A delegation has one head, and %(name)s is named already."), params={"name": name}
    )
