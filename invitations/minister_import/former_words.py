"""Rows that change a name or a portfolio, and leave on file what says the former one once more."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from invitations.minister_import.cells import CellFault, is_empty
from invitations.minister_import.columns import MINISTER_FIELDS, NAME_FIELDS
from invitations.minister_import.matching import Entry, PeopleOnFile
from invitations.models import Language, Minister, normalize_name
from invitations.text.spellings import names_gone

AS_PRINTED = ("name_as_printed", "opening", "closing")


def check_former_words(entries: list[Entry], files: PeopleOnFile) -> list[CellFault]:
    """Refuse a row after which a letter would print the former name or portfolio beside the new.

    What is right as it is may be written once more.
    """
    of_name = _("The row changes the name, and “%(words)s” stays on file here: write it anew too.")
    of_portfolio = _(
        "The row changes the portfolio, and “%(words)s” stays on file here: write it anew too."
    )
    known = [entry for entry in entries if not entry.is_new]
    return [
        entry.fault(column, sentence % {"words": left_alone(entry, column)})
        for find, sentence in ((former_names, of_name), (former_portfolios, of_portfolio))
        for entry in known
        for column in find(entry)
    ]


def former_names(entry: Entry) -> Iterator[str]:
    """Yield the columns that the row leaves as they are, and that say the former name there."""
    old = entry.minister
    new = Minister(**{name: entry.after(name) for name in NAME_FIELDS})
    gone_in_script = words_of(old.name_in_script) - words_of(new.name_in_script)
    words_gone = gone_in_script | (words_of(old.name) - words_of(new.name))
    yield from (column for column in AS_PRINTED if words_gone & words_of(left_alone(entry, column)))
    yield from former_in_other_letters(entry, old, new)
    family_name = left_alone(entry, "family_name_in_script")
    of_family = names_gone(old.family_name, f"{new.given_name} {new.family_name}")
    if of_family or gone_in_script & words_of(family_name):
        yield from filled(entry, "family_name_in_script")


def former_in_other_letters(entry: Entry, old: Minister, new: Minister) -> Iterator[str]:
    """Yield what says the former name in the one script while the row changes that in the other."""
    in_latin, in_script = (
        [f"{one.given_name} {one.family_name}" for one in (old, new)],
        [one.name_in_script for one in (old, new)],
    )
    is_left = bool(names_gone(*in_latin) and left_alone(entry, "name_in_script"))
    if is_left:
        yield "name_in_script"
    elif names_gone(*in_script) and not is_any_written(entry, "given_name", "family_name"):
        yield from filled(entry, "given_name")
        yield from filled(entry, "family_name")
    was, now = (words_of(one.name_in(Language.RUSSIAN)) for one in (old, new))
    if is_left or was != now:
        yield from filled(entry, "name_in_dative")


def former_portfolios(entry: Entry) -> Iterator[str]:
    if words_of(entry.minister.portfolio) == words_of(entry.after("portfolio")):
        return
    # Also where no letter prints them yet: the language may come with a later row.
    yield from filled(entry, "portfolio_in_dative")
    yield from filled(entry, "portfolio_in_second_language")


def filled(entry: Entry, column: str) -> Iterator[str]:
    if left_alone(entry, column):
        yield column


def left_alone(entry: Entry, column: str) -> str:
    """Return what is on file under the column, if the row has nothing there."""
    is_left = is_empty(entry.row.cells.get(column, ""))
    return str(getattr(entry.minister, MINISTER_FIELDS[column])) if is_left else ""


def is_any_written(entry: Entry, *columns: str) -> bool:
    return not all(is_empty(entry.row.cells.get(column, "")) for column in columns)


def words_of(name: str) -> set[str]:
    return set(normalize_name(name).split())
