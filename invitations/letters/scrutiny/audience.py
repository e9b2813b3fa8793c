"""What the letters of a circular's audience would lack, before they are planned."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from invitations.letters.context import shared_words
from invitations.letters.scrutiny.holes import (
    Lack,
    is_empty,
    lack_of,
    lacking_function,
    lacking_texts,
    lacking_words,
    left_out_words,
)
from invitations.models import Circular, Invitation, Letter, LetterTemplate, Minister
from invitations.text.placeholders import needed_words


class LanguageLacks(NamedTuple):
    """What letters lack in one language: all of them, and those to single ministers.

    ``left_out`` are empty fields whose part of the text falls away.
    """

    language: str
    letters: int
    has_text: bool
    lacks: list[Lack]
    left_out: list[Lack]
    ministers: list[tuple[Lack, Minister]]


def audience_lacks(circular: Circular, invitations: Sequence[Invitation]) -> list[LanguageLacks]:
    """Return what the circular's letters to these would lack, the language of most first."""
    usable = LetterTemplate.objects.for_letter(circular.kind, circular.variant)
    texts = {text.language: text for text in usable.order_by("version")}
    counted = Counter(one for each in invitations for one in languages_of(each.minister))
    return [
        lacks_in(language, number, circular, invitations, texts.get(language))
        for language, number in counted.most_common()
    ]


def languages_of(minister: Minister) -> set[str]:
    return {minister.language, minister.second_language} - {""}


def lacks_in(
    language: str,
    number: int,
    circular: Circular,
    invitations: Iterable[Invitation],
    text: LetterTemplate | None,
) -> LanguageLacks:
    letter = Letter(
        invitation=Invitation(edition=circular.edition), circular=circular, kind=circular.kind
    )
    lacks, words = lacking_texts(letter, language), shared_words(letter, language)
    if text is None:
        return LanguageLacks(language, number, False, lacks, [], [])
    lacks += lacking_words(circular.kind, language, text, words)
    addressed = [one.minister for one in invitations if language in languages_of(one.minister)]
    return LanguageLacks(
        language,
        number,
        True,
        list(dict.fromkeys(lacks)),
        [lack for lack in left_out_in(text, language, words) if lack not in lacks],
        [
            *ministers_lacking(language, needed_of_each(circular, text), addressed),
            *lacking_their_function(language, circular, addressed),
        ],
    )


def left_out_in(text: LetterTemplate, language: str, words: dict[str, str]) -> list[Lack]:
    return [lack_of(name, language) for name in left_out_words(text, words)]


def needed_of_each(circular: Circular, text: LetterTemplate) -> set[str]:
    """Return what the text needs of each minister; a circular to all alike names nobody."""
    needed = needed_words(f"{text.subject}\n{text.paper}\n{text.mail}")
    return needed - ({"minister"} if circular.addressed_by else set())


def lacking_their_function(
    language: str, circular: Circular, ministers: Iterable[Minister]
) -> list[tuple[Lack, Minister]]:
    """Return the ministers whose function is not on file in their second language."""
    named = [] if circular.addressed_by else ministers
    return [(lack, minister) for minister in named for lack in lacking_function(minister, language)]


def ministers_lacking(
    language: str, needed: set[str], ministers: Iterable[Minister]
) -> list[tuple[Lack, Minister]]:
    """Return the ministers whose name or function the text needs and who have none on file."""
    return [
        (lack_of(name, language), minister)
        for minister in ministers
        for name, word in (
            ("minister", minister.name_as_printed or minister.name),
            ("portfolio", minister.portfolio),
        )
        if name in needed and is_empty(word)
    ]
