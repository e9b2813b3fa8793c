"""The words by which people head the columns of a list of delegates, and fill them in."""

import functools
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from delegations.models import Delegate
from delegations.nominations import words_on_file
from delegations.office.forms.delegate import DelegateForm
from invitations.files.spreadsheets import comparable_words
from invitations.minister_import.headings import BETWEEN_HEADINGS, heading_key, meaning_of_m
from invitations.models import ForumEdition

# In the order of a list without headings.
COLUMNS = (
    "name", "function", "organization", "email", "role", "gender", "arrives_on", "departs_on",
    "needs_visa_letter", "needs",
)  # fmt: skip
# A line of so many headings is one, wherever it stands, and whether or not it names people.
HEADINGS_OF_A_LIST = 2
FORM_VALUES = {"yes": "on", "no": "", "unstated": ""}
LABELS: dict[str, dict[str, Any]] = {
    "role": dict(Delegate.Role.choices),
    "gender": {"f": _("Woman"), "m": _("Man"), "unstated": _("Not stated")},
    "needs_visa_letter": {"yes": _("yes"), "no": _("no")},
}


def columns_asked(edition: ForumEdition) -> list[str]:
    return [column for column in COLUMNS if column != "gender" or edition.asks_gender]


@functools.cache
def columns_by_heading() -> dict[str, str]:
    """Return the columns by the keys of their headings: names, labels, and words on file."""
    labelled = ((name, [name, *in_each_language(heading_of_column(name))]) for name in COLUMNS)
    on_file = ((column, words) for column, value, words in words_on_file() if not value)
    return {heading_key(word): column for column, words in (*on_file, *labelled) for word in words}


@functools.cache
def values_by_word() -> dict[str, dict[str, str]]:
    """Return the form's values of each column with choices, by what people may write for them."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for column, value, words in words_on_file():
        if value:
            known = [value, *in_each_language(LABELS[column][value]), *words]
            means = FORM_VALUES.get(value, value)
            found[column] |= dict.fromkeys(map(comparable_words, known), means)
    return dict(found)


OF_SPANISH = frozenset(map(heading_key, ["Sexo", "Género"]))


def whom_m_means(headings: list[str], said: Iterable[str]) -> str:
    """Return f or m: whom such a list calls M. Return ? where nobody can tell."""
    in_spanish = not OF_SPANISH.isdisjoint(map(heading_key, headings))
    return meaning_of_m(headings, said, in_spanish=in_spanish)


def in_each_language(word: Any) -> list[str]:
    spelled_out = []
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            spelled_out.append(str(word))
    return spelled_out


def heading_of_column(column: str) -> Any:
    """Return the heading of the column as forms and the template print it."""
    return DelegateForm.base_fields[column].label


def words_allowed(column: str) -> list[str]:
    """Return what may stand in the column, in the words of the page; empty for free words."""
    return [str(capfirst(label)) for label in LABELS.get(column, {}).values()]


def delegate_column(heading: str) -> str:
    """Return the column; one of two languages has two equal parts; empty if it is not known."""
    known = columns_by_heading()
    if column := known.get(heading_key(heading)):
        return column
    parts = {known.get(heading_key(part), "") for part in BETWEEN_HEADINGS.split(heading)}
    return parts.pop() if len(parts) == 1 else ""


def delegate_columns(cells: list[str]) -> list[str]:
    """Return the column of each heading; empty for one that is not known, or comes again."""
    columns: list[str] = []
    for cell in cells:
        column = delegate_column(cell)
        columns.append("" if column in columns else column)
    return columns
