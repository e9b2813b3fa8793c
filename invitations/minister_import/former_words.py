"""Rows that change a name or a portfolio, and leave on file what says the former one once more."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from invitations.minister_import.cells import CellFault, is_empty_cell
from invitations.minister_import.columns import MINISTER_FIELDS
from invitations.minister_import.matching import CheckedRow, PeopleOnFile
from invitations.models import normalize_name

IN_LATIN = ("given_name", "family_name")
# Also where no letter prints them yet: the language may come with a later row.
WITH_THE_NAME = (
    "name_in_dative", "family_name_in_script", "name_as_printed", "opening", "closing",
)  # fmt: skip
WITH_THE_PORTFOLIO = ("portfolio_in_dative", "portfolio_in_second_language")


def check_former_words(entries: list[CheckedRow], files: PeopleOnFile) -> list[CellFault]:
    """Refuse a row after which a letter might print the former name or portfolio beside the new.

    What is right as it is may be written once more.
    """
    of_name = _("The row changes the name, and “%(words)s” stays on file here: write it anew too.")
    of_portfolio = _(
        "The row changes the portfolio, and “%(words)s” stays on file here: write it anew too."
    )
    said_again = (
        (IN_LATIN, ("name_in_script", *WITH_THE_NAME), of_name),
        (("name_in_script",), (*IN_LATIN, *WITH_THE_NAME), of_name),
        (("portfolio",), WITH_THE_PORTFOLIO, of_portfolio),
    )
    faults = (
        entry.fault(column, sentence % {"words": words})
        for entry in entries
        for changed, others, sentence in said_again
        if any(is_replaced(entry, column) for column in changed)
        for column, words in left_alone(entry, others)
    )
    return list(dict.fromkeys(faults))


def is_replaced(entry: CheckedRow, column: str) -> bool:
    """Tell whether the row has another word than the file; capitals and accents aside."""
    name = MINISTER_FIELDS[column]
    old = normalize_name(getattr(entry.minister, name))
    return bool(old) and old != normalize_name(entry.after(name))


def left_alone(entry: CheckedRow, columns: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield the columns that are filled on file and empty in the row, with the value there."""
    for column in columns:
        words = str(getattr(entry.minister, MINISTER_FIELDS[column]))
        if words and is_empty_cell(entry.row.cells.get(column, "")):
            yield column, words
