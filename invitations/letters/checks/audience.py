"""What the letters of a circular's audience, and the notes over them, would lack before planned."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from invitations.letters.channels import variant_by_name
from invitations.letters.checks.missing_words import (
    Lack,
    is_missing,
    lack_of,
    lacking_function,
    lacking_texts,
    lacking_words,
    left_out_words,
)
from invitations.letters.context import shared_words
from invitations.letters.released import forms_on_file
from invitations.models import (
    CROWN,
    THANKING,
    Circular,
    Invitation,
    Letter,
    LetterTemplate,
    Minister,
    Mission,
)
from invitations.text.placeholders import needed_words


class Foreseen(NamedTuple):
    """Letters that would be made of one text: what they are, if not the circular's mail alone."""

    called: Any
    kind: str
    variant: str
    receivers: Sequence[Minister | Mission]
    names_nobody: bool = False


class LanguageLacks(NamedTuple):
    """What letters lack in one language: all of them, and those to single receivers.

    ``called`` says which letters, where they are others than the circular's own. ``left_out`` are
    empty fields whose part of the text falls away.
    """

    language: str
    called: Any
    letters: int
    has_text: bool
    lacks: list[Lack]
    left_out: list[Lack]
    receivers: list[tuple[Lack, Minister | Mission]]
    addressed: Sequence[Minister | Mission]

    @property
    def waiting(self) -> Sequence[Minister | Mission]:
        """Whose letters would wait: all, or those that lack a field of their receiver."""
        if self.lacks or not self.has_text:
            return self.addressed
        return [receiver for _lack, receiver in self.receivers]


ORIGINALS = _("signed originals")
CROWNS = _("letters to crowns")
NOTES = _("notes verbales")
NOTES_OVER_ORIGINALS = _("notes verbales over signed originals")


def audience_lacks(
    circular: Circular,
    mailed: Sequence[Invitation],
    originals: Sequence[Invitation] = (),
    notes: Mapping[str, Sequence[Mission]] | None = None,
) -> list[LanguageLacks]:
    """Return what these letters would lack, the language of most first.

    ``notes`` has the missions that would get a note verbale, by the variant of its text.
    """
    found = foreseen_letters(circular, mailed, originals)
    for variant, missions in (notes or {}).items():
        called = NOTES_OVER_ORIGINALS if variant else NOTES
        found.append(Foreseen(called, Letter.Kind.NOTE, variant, missions))
    return [
        one
        for letters in found
        if letters.receivers
        for one in lacks_of_audience(circular, letters)
    ]


def foreseen_letters(
    circular: Circular, mailed: Sequence[Invitation], originals: Sequence[Invitation]
) -> list[Foreseen]:
    """Return the circular's letters by their text.

    Who gets a signed original is addressed by name, also where all others are addressed alike: in
    the usual text, or in that of a move.
    """
    by_mail, by_hand = ([one.minister for one in group] for group in (mailed, originals))
    if not circular.addressed_by:
        return letters_by_name(circular, "", circular.variant, [*by_mail, *by_hand])
    alike = Foreseen("", circular.kind, circular.variant, by_mail, names_nobody=True)
    return [alike, *letters_by_name(circular, ORIGINALS, variant_by_name(circular), by_hand)]


def letters_by_name(
    circular: Circular, called: Any, variant: str, ministers: Sequence[Minister]
) -> list[Foreseen]:
    """Return letters that name whom they go to; crowns have a text of their own for the usual."""
    crowns = [] if variant and variant not in THANKING else styled_among(ministers)
    among_crowns = {one.pk for one in crowns}
    others = [one for one in ministers if one.pk not in among_crowns]
    return [
        Foreseen(called, circular.kind, variant, others),
        Foreseen(CROWNS, circular.kind, CROWN, crowns),
    ]


def styled_among(ministers: Sequence[Minister]) -> list[Minister]:
    """Return those of whom a letter speaks in the third person, in one of its languages."""
    form_of = forms_on_file()

    def is_styled(minister: Minister, language: str) -> bool:
        form = form_of(language, **minister.addressed_by, state=minister.member_state_id)
        return bool(form and form.style)

    return [
        one for one in ministers if any(said and is_styled(one, said) for said in one.languages)
    ]


def lacks_of_audience(circular: Circular, letters: Foreseen) -> list[LanguageLacks]:
    usable = LetterTemplate.objects.for_letter(letters.kind, letters.variant)
    texts = {text.language: text for text in usable.order_by("version")}
    counted = Counter(said for one in letters.receivers for said in one.languages if said)
    return [
        lacks_of_text(language, number, circular, letters, texts.get(language))
        for language, number in counted.most_common()
    ]


def lacks_of_text(
    language: str,
    number: int,
    circular: Circular,
    letters: Foreseen,
    text: LetterTemplate | None,
) -> LanguageLacks:
    letter = Letter(
        invitation=Invitation(edition=circular.edition), circular=circular, kind=letters.kind
    )
    lacks, words = lacking_texts(letter, language), shared_words(letter, language)
    addressed = [one for one in letters.receivers if language in one.languages]
    if text is None:
        return LanguageLacks(language, letters.called, number, False, lacks, [], [], addressed)
    lacks += lacking_words(letters.kind, language, text, words)
    return LanguageLacks(
        language,
        letters.called,
        number,
        True,
        list(dict.fromkeys(lacks)),
        [lack for lack in left_out_in(text, language, words) if lack not in lacks],
        [
            *receivers_lacking(language, needed_of_each(letters, text), addressed),
            *lacking_their_function(language, letters, addressed),
        ],
        addressed,
    )


def left_out_in(text: LetterTemplate, language: str, words: dict[str, str]) -> list[Lack]:
    return [lack_of(name, language) for name in left_out_words(text, words)]


def needed_of_each(letters: Foreseen, text: LetterTemplate) -> set[str]:
    """Return what the text needs of each receiver; a circular to all alike names nobody."""
    needed = needed_words(f"{text.subject}\n{text.paper}\n{text.mail}")
    return needed - ({"minister"} if letters.names_nobody else set())


def lacking_their_function(
    language: str, letters: Foreseen, receivers: Iterable[Minister | Mission]
) -> list[tuple[Lack, Minister | Mission]]:
    """Return the ministers whose function is not on file in their second language."""
    named = [] if letters.names_nobody else receivers
    ministers = [one for one in named if isinstance(one, Minister)]
    return [(lack, one) for one in ministers for lack in lacking_function(one, language)]


def receivers_lacking(
    language: str, needed: set[str], receivers: Iterable[Minister | Mission]
) -> list[tuple[Lack, Minister | Mission]]:
    """Return who has not on file what the text needs: name or function, or a mission's greeting."""
    return [
        (lack_of(name, language), receiver)
        for receiver in receivers
        for name, word in words_of_receiver(receiver)
        if name in needed and is_missing(word)
    ]


def words_of_receiver(receiver: Minister | Mission) -> list[tuple[str, str]]:
    if isinstance(receiver, Mission):
        return [("to_mission", receiver.greeted_as)]
    name = receiver.name_as_printed or receiver.name
    return [("minister", name), ("portfolio", receiver.portfolio)]
