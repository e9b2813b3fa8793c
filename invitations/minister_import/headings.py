"""The headings of a list, in six languages and many spellings, and the columns that they name."""

import csv
import functools
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from invitations.files.spreadsheets import comparable_words
from invitations.minister_import.columns import COLUMNS, REQUIRED_COLUMNS
from invitations.text.dates import comma_list, running_text

HEADINGS_FILE = Path(__file__).parents[1] / "data" / "import_headings.csv"
# Between the headings of a bilingual list.
BETWEEN_HEADINGS = re.compile(r"[/|\n–—]|\s-\s")
# From a part of them on, a line with headings is meant as a list of ministers.
FEWEST_OF_A_LIST = 2
MOST_NAMED = 10
MOST_COLUMNS = len(COLUMNS) + 10


@functools.cache
def shipped_headings() -> dict[str, dict[str, list[str]]]:
    """Return the headings of each column by language; the first of each is the one to print."""
    with HEADINGS_FILE.open(encoding="utf-8", newline="") as file:
        rows = {row.pop("column"): row for row in csv.DictReader(file)}
    return {
        column: {language: cell.split("|") for language, cell in rows.get(column, {}).items()}
        for column in COLUMNS
    }


@functools.cache
def columns_by_key() -> dict[str, frozenset[str]]:
    """Return the columns that each spelling of a heading may mean."""
    found = defaultdict(set)
    for column, languages in shipped_headings().items():
        for said in [column, *(heading for words in languages.values() for heading in words)]:
            found[heading_key(said)].add(column)
    return {key: frozenset(columns) for key, columns in found.items()}


def heading_key(said: str) -> str:
    """Return the letters and digits alone, without capitals, accents and vowel signs."""
    letters = unicodedata.normalize("NFKD", said).casefold()
    return "".join(letter for letter in letters if letter.isalnum())


def format_heading(column: str, language: str | None = None) -> str:
    """Return the heading of the column in that language, or in that of the page."""
    headings = shipped_headings()[column]
    return headings.get(language or get_language() or "en", headings.get("en", [column]))[0]


def columns_meant(said: str) -> frozenset[str]:
    """Return the columns that a heading may mean; of a bilingual one, those of all its parts."""
    known = columns_by_key()
    if found := known.get(heading_key(said)):
        return found
    parts = [known.get(heading_key(part), frozenset()) for part in BETWEEN_HEADINGS.split(said)]
    return frozenset.intersection(*parts)


# Headings of a column that call men H: M stands for women there.
OF_HOMBRE = frozenset(
    map(heading_key, ["h/m", "m/h", "Sexo (h/m)", "Sexo (m/h)", "Género (h/m)", "Género (m/h)"])
)


def is_spanish(headings: Iterable[str]) -> bool:
    """Whether one of the headings is of Spanish lists alone."""
    keys = dict.fromkeys(map(heading_key, headings))
    words: dict[str, set[str]] = defaultdict(set)
    for languages in shipped_headings().values():
        for language, said in languages.items():
            words[language].update(map(heading_key, said))
    others = set().union(*(said for language, said in words.items() if language != "es"))
    return not (words["es"] - others).isdisjoint(keys)


def meaning_of_m(headings: Iterable[str], said: Iterable[str], *, in_spanish: bool) -> str:
    """Return f or m: whom a column of genders calls M. Return ? where nobody can tell.

    M is hombre's opposite in Spanish, where H stands beside it, and masculine elsewhere.
    """
    words = set(map(heading_key, said))
    if not words.isdisjoint({"f", "fem", "femenino", "femenina"}):
        return "m"
    says_hombre = not words.isdisjoint({"h", "hombre"})
    of_hombre = not OF_HOMBRE.isdisjoint(map(heading_key, headings))
    if of_hombre or (in_spanish and says_hombre):
        return "f"
    return "?" if in_spanish or says_hombre else "m"


def columns_known(cells: Iterable[str]) -> set[str]:
    """Return the columns that the cells of a line name for certain."""
    found = [columns_meant(cell) for cell in cells if cell]
    return {column for columns in found if len(columns) == 1 for column in columns}


def line_of_headings(lines: Sequence[Sequence[str]]) -> int:
    """Return the place of the first line that names most columns."""
    scores = [len(columns_known(cells)) for cells in lines]
    return scores.index(max(scores))


def is_meant_as_list(cells: Iterable[str]) -> bool:
    """Whether the headings are near enough to those of a list to be told what they lack."""
    return len(columns_known(cells).intersection(REQUIRED_COLUMNS)) >= FEWEST_OF_A_LIST


def minister_columns(cells: Sequence[str], name: str) -> list[str]:
    """Return the column under each heading; refuse what is unknown, missing, unclear or twice."""
    end = len(cells)
    while end and not cells[end - 1]:
        end -= 1
    # So many cannot all be known and differ: a longer line is refused by its first ones.
    meant = [(cell, columns_meant(cell)) for cell in cells[: min(end, MOST_COLUMNS)]]
    columns = [min(found) if len(found) == 1 else "" for _said, found in meant]

    unknown = [comparable_words(said)[:60] or "“”" for said, found in meant if not found]
    unclear = [unclear_heading(said, found) for said, found in meant if len(found) > 1]
    possible = {column for _said, found in meant for column in found}
    missing = [column for column in REQUIRED_COLUMNS if column not in possible]
    twice = [column for column, times in Counter(columns).items() if column and times > 1]
    refusals = [
        sentence % {"name": name, "columns": comma_list(wrong[:MOST_NAMED])}
        for wrong, sentence in (
            (unknown, _("%(name)s has a column that is not known: %(columns)s.")),
            (unclear, _("%(name)s has a heading that may mean several columns: %(columns)s.")),
            (missing, _("%(name)s lacks a column that it needs: %(columns)s.")),
            (twice, _("%(name)s has a column twice: %(columns)s.")),
        )
        if wrong
    ]
    if refusals:
        raise ValidationError(running_text(refusals))
    return columns


def unclear_heading(said: str, columns: Iterable[str]) -> str:
    named = {"heading": comparable_words(said)[:60], "columns": comma_list(sorted(columns))}
    return _("%(heading)s (one of %(columns)s)") % named
