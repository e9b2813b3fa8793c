"""What the cells of a row mean, and which of them are refused."""

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from invitations.minister_import.cell_words import (
    answers_by_word,
    genders_by_word,
    languages_by_word,
    one_meant,
    ranks_by_word,
)
from invitations.minister_import.columns import COLUMNS, MINISTER_FIELDS, CellKind
from invitations.minister_import.states import find_state, states_by_name
from invitations.minister_import.table import ListRow
from invitations.models import Gender, Invitation, Language, Minister, Rank
from invitations.text.addresses import address_lines, one_address
from invitations.text.cell_formulas import FORMULA
from invitations.text.dates import comma_list
from invitations.text.lines import isolated, narrow_signs, refuse_spoilt_line, without_unstorable

# Names, codes and answers have full-width letters and digits as ordinary ones.
IN_ANY_LETTERS = (CellKind.TEXT, CellKind.ADDRESS, CellKind.ADDRESSES)
MODEL_FIELDS = {field.name: field for field in (*Invitation._meta.fields, *Minister._meta.fields)}
# What people write into a cell that they leave empty.
LEFT_EMPTY = re.compile(r"[-‐‑‒–—―−]+|n/a|n\.a\.?|s/o|s\.o\.?|н/д", re.IGNORECASE)  # noqa: RUF001
# What they write where they do not know yet, beside other signs alone.
NOT_KNOWN = re.compile(r"tb[acd]|xxx+", re.IGNORECASE)


class CellFault(NamedTuple):
    """A refused cell, and why."""

    line: int
    column: str
    value: str
    reason: str

    @property
    def told(self) -> tuple[str, str, str, str]:
        """Return the fault with the beginning of the cell alone, which is safe to print."""
        return (
            str(self.line),
            self.column,
            without_unstorable(self.value[:60], "\ufffd"),
            self.reason,
        )

    def __str__(self) -> str:
        line, column, value = map(isolated, self.told[:3])
        return _("Line %(line)s, column %(column)s, “%(value)s”: %(reason)s") % {
            "line": line,
            "column": column,
            "value": value,
            "reason": self.reason,
        }


def one_of(allowed: Mapping[str, Any], words: Mapping[str, Any], value: str) -> Any:
    """Return what the code means, or the word that people write for it."""
    try:
        return one_meant(allowed, words, value)
    except KeyError:
        told = {"allowed": comma_list(allowed)}
        raise ValidationError(_("It is none of %(allowed)s."), params=told) from None


def cell_readers() -> dict[CellKind, Callable[[str], Any]]:
    """Return how the cells are read that are more than text."""
    ranks = list(Rank.objects.all())
    languages = {language: language for language in Language.values} | {"zh": Language.CHINESE}
    return {
        CellKind.STATE: partial(find_state, states_by_name()),
        CellKind.GENDER: partial(one_of, {code: code for code in Gender.values}, genders_by_word()),
        CellKind.RANK: partial(one_of, {rank.pk: rank.pk for rank in ranks}, ranks_by_word(ranks)),
        CellKind.LANGUAGE: partial(one_of, languages, languages_by_word()),
        CellKind.YES_NO: partial(one_of, {"yes": True, "no": False}, answers_by_word()),
        CellKind.ADDRESSES: address_lines,
        CellKind.ADDRESS: one_address,
    }


def clean_cell(column: str, value: str, readers: Mapping[CellKind, Callable[[str], Any]]) -> Any:
    """Return what the cell means, None if it is empty; raise ValidationError to refuse it."""
    if not column:
        raise ValidationError(_("No heading stands above this."))
    if is_empty_cell(value):
        if column == "state":
            raise ValidationError(_("The row names no State."))
        return None
    refuse_spoilt_line(value)
    if stands_for_nothing(value):
        raise ValidationError(_("This says that there is nothing: leave the cell empty."))
    read = readers.get(COLUMNS[column].kind, str)
    if FORMULA.match(value):
        value = text_on_file(column, value, read)
    if COLUMNS[column].kind not in IN_ANY_LETTERS:
        value = narrow_signs(value)

    meaning = read(value)
    field = MODEL_FIELDS.get(MINISTER_FIELDS.get(column, column))
    return field.clean(meaning, None) if field else meaning


def is_empty_cell(value: str) -> bool:
    """Whether nothing stands in the cell, or what people write for nothing: a dash, n/a."""
    return not value or bool(LEFT_EMPTY.fullmatch(value))


def stands_for_nothing(value: str) -> bool:
    """Whether the cell holds a question mark or the like instead of being empty."""
    return not any(map(str.isalnum, value)) or bool(NOT_KNOWN.fullmatch(value))


def text_on_file(column: str, value: str, read: Callable[[str], Any]) -> str:
    """Return the text that an export wrote behind an apostrophe; refuse any other formula."""
    field, text = MINISTER_FIELDS.get(column), value.removeprefix("'")
    is_known = field and text != value and Minister.objects.filter(**{field: read(text)}).exists()
    if not is_known:
        raise ValidationError(_("A formula has no place here: write text."))
    return text


def clean_row(
    row: ListRow, readers: Mapping[CellKind, Callable[[str], Any]]
) -> tuple[dict[str, Any], list[CellFault]]:
    clean, faults = {}, []
    for column, value in row.cells.items():
        if column in row.spoilt:
            faults.append(CellFault(row.line, column or "–", value, row.spoilt[column]))
            continue
        try:
            clean[column] = clean_cell(column, value, readers)
        except ValidationError as refusal:
            faults.append(CellFault(row.line, column or "–", value, refusal.messages[0]))
    return clean, faults
