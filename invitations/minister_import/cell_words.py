"""What people write where a cell asks for a code: names and words in six languages."""

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from django.utils.translation import override
from modeltranslation.utils import build_localized_fieldname

from invitations.minister_import.headings import heading_key
from invitations.models import Gender, Language, Rank

WORDS_FILE = Path(__file__).parents[1] / "data" / "import_words.csv"
# The ending for a woman, within a name: «وزير(ة)», « Vice-Président(e) ».
ENDING = re.compile(r"(?<=\w)\((\w+)\)")
Meant = tuple[str, Any]


def languages_by_word() -> dict[str, Any]:
    """Return the languages by their names, as each of the six calls them."""
    return by_word((label, code) for code, label in labels_of(Language))


def genders_by_word() -> dict[str, Any]:
    return by_word([*((label, code) for code, label in labels_of(Gender)), *shipped("gender")])


def ranks_by_word(ranks: Iterable[Rank]) -> dict[str, Any]:
    """Return the codes of ranks by their names in the six languages.

    What a name says in brackets belongs to it: a “Minister of State” is above the other ministers
    in one State, and below them in another.
    """
    return by_word([*rank_words(ranks), *shipped("rank")])


def answers_by_word() -> dict[str, Any]:
    return by_word((word, meaning == "yes") for word, meaning in shipped("yes_no"))


def labels_of(choices: Any) -> Iterator[Meant]:
    for reader in Language.values:
        with override(reader):
            yield from [(code, str(label)) for code, label in choices.choices]


def rank_words(ranks: Iterable[Rank]) -> Iterator[Meant]:
    for rank in ranks:
        for language in Language.values:
            name = getattr(rank, build_localized_fieldname("name", language)) or ""
            yield from ((ENDING.sub(ending, name), rank.pk) for ending in ("", r"\1"))


def shipped(column: str) -> Iterator[Meant]:
    with WORDS_FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            named, meaning = row.pop("column"), row.pop("meaning")
            if named == column:
                yield from ((word, meaning) for cell in row.values() for word in cell.split("|"))


def by_word(words: Iterable[Meant]) -> dict[str, Any]:
    """Return what each word means; a word of several meanings has none."""
    found = defaultdict(set)
    for word, meaning in words:
        found[heading_key(word)].add(meaning)
    return {key: min(meant) for key, meant in found.items() if key and len(meant) == 1}


def one_meant(allowed: Mapping[str, Any], words: Mapping[str, Any], value: str) -> Any:
    """Return what the code or the word means; raise KeyError where it is neither."""
    codes = {code.casefold(): meaning for code, meaning in allowed.items()}
    return codes[value.casefold()] if value.casefold() in codes else words[heading_key(value)]
