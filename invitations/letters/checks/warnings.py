"""The doubts about letters that an approver should know of; none of them prevents approval."""

import datetime as dt
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from invitations.letters.checks.former_languages import (
    OF_FORMER_LANGUAGE,
    with_former_functions,
)
from invitations.letters.checks.named_days import doubted_days
from invitations.letters.checks.own_names import (
    CALLED_OTHERWISE,
    NO_FORUM,
    OF_ANOTHER,
    UNFIT_ARTICLE,
    calls_a_forum_what_is_none,
    calls_the_track_otherwise,
    has_unfit_article,
    is_of_another,
)
from invitations.letters.context import own_text
from invitations.letters.released import forms_on_file
from invitations.models import (
    IN_PERSON,
    THANKING,
    Gender,
    Letter,
    LetterTemplate,
    MemberState,
    Minister,
    Mission,
    Term,
)
from invitations.models.held.composed_with import languages_of
from invitations.text.scripts import LETTERS, script_of
from invitations.text.titles_in_names import courtesies_in
from invitations.text.typography import format_typography

LATE_AFTER = dt.timedelta(days=3)
UNSURE = ("low",)


class Doubts(NamedTuple):
    """What is uncertain about letters; ``flawed`` has them by what is wrong in their words."""

    unreviewed: list[str]
    unknown_gender: list[Letter]
    unsure_language: list[Letter]
    late: list[Letter]
    without_function: list[Letter]
    given_name_only: list[Letter]
    unsure_form: list[Letter]
    flawed: dict[str, list[Letter]]
    # Approved with a reason alone.
    unexplained: list[Letter]


def approval_doubts(letters: list[Letter]) -> Doubts:
    """Return what is uncertain about these letters; none of it prevents approval."""

    # A circular to all alike names nobody; a signed original is addressed by name all the same.
    named = [letter for letter in letters if not letter.addressed_alike]
    days = doubted_days(letters)

    def of(is_so: Callable[[Minister], bool]) -> list[Letter]:
        return [letter for letter in named if is_so(letter.invitation.minister)]

    return Doubts(
        unreviewed=unreviewed(letters),
        unknown_gender=of(is_named_without_gender),
        unsure_language=[
            letter
            for letter in letters
            if letter.invitation.member_state.language_confidence in UNSURE
        ],
        late=[letter for letter in letters if is_late(letter)],
        without_function=of(lambda minister: not minister.portfolio.strip()),
        given_name_only=of(has_given_name_only),
        unsure_form=addressed_by_unsure_forms(letters),
        flawed=flawed(letters, days),
        unexplained=[letter for letter in letters if letter.pk in days],
    )


def is_late(letter: Letter) -> bool:
    """Whether the letter would leave more than three days after the date printed on it."""
    return leaves_on(letter) - letter.circular.dated_on > LATE_AFTER


def leaves_on(letter: Letter) -> dt.date:
    """Return the day on which the letter would leave if it were approved now."""
    return letter.invitation.edition.local_date(max(letter.not_before, timezone.now()))


def unreviewed(letters: list[Letter]) -> list[str]:
    """Return the texts and terms of these letters that no native reader has reviewed."""
    in_second = {
        (letter.kind, letter.variant, letter.second_language)
        for letter in letters
        if letter.second_language
    }
    newest = [
        LetterTemplate.objects.for_letter(kind, variant).filter(language=language).first()
        for kind, variant, language in in_second
    ]
    used = {letter.template_id for letter in letters if letter.template_id} | {
        text.pk for text in newest if text
    }
    templates = LetterTemplate.objects.filter(pk__in=used, reviewed_by=None)
    languages = {language for letter in letters for language in languages_of(letter)}
    terms = Term.objects.filter(language__in=languages, source="", reviewed_by=None)
    return [*map(str, templates), *map(str, terms)]


def is_named_without_gender(minister: Minister) -> bool:
    return bool(minister.name) and minister.address_gender == Gender.UNKNOWN


def has_given_name_only(minister: Minister) -> bool:
    """Whether a salutation by family name would call the person by the given name."""
    family_name = minister.family_name or minister.family_name_in_script
    return bool(minister.given_name) and not (family_name or minister.name_as_printed)


# Language, form and gender of a form of address, and the State that it is for; None is for all.
FormKey = tuple[str, str, str, int | None]


def addressed_by_unsure_forms(letters: list[Letter]) -> list[Letter]:
    """Return the letters whose form of address is of low confidence and not replaced as printed."""
    form_of = forms_on_file()

    def is_unsure(key: FormKey) -> bool:
        form = form_of(*key[:3], state=key[3])
        return bool(form and form.confidence in UNSURE)

    return [letter for letter in letters if any(map(is_unsure, forms_used(letter)))]


def forms_used(letter: Letter) -> Iterator[FormKey]:
    """Yield the forms that the letter uses, by its minister's State; a note has none."""
    minister, alike = letter.invitation.minister, letter.addressed_alike
    if letter.kind == Letter.Kind.NOTE:
        return
    if not alike and minister.is_printed_as_written:
        return
    addressed_by = alike or minister.addressed_by
    state = None if alike else minister.member_state_id
    for language in languages_of(letter):
        yield language, addressed_by["form"], addressed_by["gender"], state


# What no letter should hold, as it is read: without the marks of Markdown.
FLAWS: tuple[tuple[Any, str], ...] = (
    (_("brackets with nothing in them"), r"\(\s*\)|\[\s*\]|\uff08\s*\uff09"),
    (_("double brackets, which make a part fall away in a letter template alone"), r"\[\[|\]\]"),
    (_("two full stops, one after the other"), r"(?<![.\u3002])(?:\.{2}|\u3002{2})(?![.\u3002/])"),
    (_("a space before a comma or full stop"), r"[ \u00a0\u202f][,.\u060c\u3002\uff0c](?=\s|$)"),
)
MARKDOWN = (
    (r"\[([^\]\n]*)\]\([^)\n]*\)", r"\1"),
    (r"(?<!\\)\*\*", ""),
    (r"(?<!\\)\\([^\w\s]|_)", r"\1"),
)


def flawed(letters: list[Letter], days: dict[int, list[Any]]) -> dict[str, list[Letter]]:
    """Return the letters by what is wrong in the words that are printed and sent."""
    found: dict[str, list[Letter]] = {}
    notes, with_earlier = notes_that_cover(letters), with_earlier_texts(letters)
    of_former_language = with_former_functions(letters)
    for letter in letters:
        told = {
            AS_TO_A_MINISTER: speaks_to_a_crown_as_to_a_minister(letter),
            ALIKE_IN_BOTH: is_printed_alike_in_both_languages(letter),
            LEFT_OFFICE: names_who_left_office(letter),
            EVENT_OVER: invites_to_what_is_over(letter),
            IN_ANOTHER_LANGUAGE: letter.pk in notes.in_two_languages,
            TO_ANOTHER_MISSION: letter.pk in notes.to_another_mission,
            IN_OTHER_LETTERS: is_in_other_letters(letter),
            OF_FORMER_LANGUAGE: letter.pk in of_former_language,
            TITLED_TWICE: is_titled_in_name(letter),
            OBSERVER_ALIKE: is_observer_addressed_alike(letter),
            OBSERVERS_GOVERNMENT: names_the_government_of_an_observer(letter),
            EARLIER_TEXT: letter.pk in with_earlier,
            OF_ANOTHER: is_of_another(letter),
            CALLED_OTHERWISE: calls_the_track_otherwise(letter),
            NO_FORUM: calls_a_forum_what_is_none(letter),
            UNFIT_ARTICLE: has_unfit_article(letter),
            ONE_OF_TWO: names_one_of_two(letter),
        }
        doubts = [*(doubt for doubt, is_so in told.items() if is_so), *days.get(letter.pk, [])]
        for flaw in [*flaws_in(letter), *map(str, doubts)]:
            found.setdefault(flaw, []).append(letter)
    return found


ALIKE_IN_BOTH = _("words as printed on the person, alike in both languages of the letter")
LEFT_OFFICE = _("an addressee who has left office: hand the invitation over, or withdraw it")
EVENT_OVER = _("an invitation to an event that is over: call the letter back")
IN_ANOTHER_LANGUAGE = _("a function in another language than the note’s")
TO_ANOTHER_MISSION = _(
    "a letter to a State that the note’s mission does not serve: compose the note anew, and plan "
    "notes verbales once more"
)
IN_OTHER_LETTERS = _("a name or function in the letters of another language")
TITLED_TWICE = _("a courtesy or title within the name, beside that of the form of address")
OBSERVER_ALIKE = _(
    "an associate or observer, addressed with all alike: look whether the circular calls them "
    "Member States"
)
OBSERVERS_GOVERNMENT = _(
    "the Government of an associate or observer: where it has none, give it a form of address of "
    "its own, with a style and the words for the Government"
)
GOVERNMENT = re.compile(r"\bGovernment|\bGouvernement|\bGobierno|[Пп]равительств|政府|حكومت")
EARLIER_TEXT = _(
    "an earlier version of the letter template, which was revised since: compose anew what is to "
    "have the new words"
)
ONE_OF_TWO = _(
    "a mail that names one of the two who sign: write $second_signatory into its letter template"
)
# Of the person, in one language; no form of address replaces them in the other one.
AS_PRINTED = (
    "honorific", "prenominal", "name_as_printed", "salutation_as_printed", "closing_as_printed",
)  # fmt: skip


def is_printed_alike_in_both_languages(letter: Letter) -> bool:
    """Whether words that somebody wrote in one language stand in the other one too."""
    minister = letter.invitation.minister
    is_named = bool(letter.second_language) and not letter.addressed_alike
    return is_named and any(getattr(minister, field).strip() for field in AS_PRINTED)


def invites_to_what_is_over(letter: Letter) -> bool:
    """Whether the letter invites, and would leave after the event."""
    inviting = letter.traits.invites
    return inviting and not letter.invitation.edition.is_ahead(timezone.now())


def names_who_left_office(letter: Letter) -> bool:
    """Whether the letter names somebody whose successor is on file; a note names nobody itself."""
    return letter.is_to_who_left_office and not letter.addressed_alike


def is_in_other_letters(letter: Letter) -> bool:
    """Whether the addressee's name or function is not written as the letter's language is.

    A name may stand in Latin letters in each language.
    """
    if letter.kind == Letter.Kind.NOTE or letter.addressed_alike:
        return False
    minister, speaker = letter.invitation.minister, letter.speaker or []
    return any(
        is_foreign(said, minister.name_in(said))
        or is_foreign(said, minister.portfolio_in(said), latin_too=True)
        or any(is_foreign(said, function, latin_too=True) for function in speaker[1:])
        for said in languages_of(letter)
    )


def is_foreign(language: str, words: str, *, latin_too: bool = False) -> bool:
    others = "".join(letters for said, letters in LETTERS.items() if said != language)
    own = LETTERS.get(language)
    is_latin = bool(latin_too and own and script_of(words) and not re.search(f"[{own}]", words))
    return is_latin or bool(re.search(f"[{others}]", words))


def is_titled_in_name(letter: Letter) -> bool:
    minister = letter.invitation.minister
    is_named = letter.kind != Letter.Kind.NOTE and not letter.addressed_alike
    names = (minister.name_in(said) for said in languages_of(letter))
    return is_named and not minister.name_as_printed and any(map(courtesies_in, names))


def names_one_of_two(letter: Letter) -> bool:
    """Whether the mail, in a language, names who signs and not the second who does."""
    pairs = (
        [
            format_typography(said, own_text(letter.circular, f"{which}signatory_name", said))
            for which in ("", "second_")
        ]
        for said in languages_of(letter)
    )
    mail = letter.mail
    return any(second and first in mail and second not in mail for first, second in pairs)


def is_to_no_member(letter: Letter) -> bool:
    is_no_member = letter.invitation.member_state.status != MemberState.Status.MEMBER
    return is_no_member and letter.kind != Letter.Kind.NOTE


def is_observer_addressed_alike(letter: Letter) -> bool:
    return is_to_no_member(letter) and bool(letter.addressed_alike)


def names_the_government_of_an_observer(letter: Letter) -> bool:
    return is_to_no_member(letter) and bool(GOVERNMENT.search(letter.paper))


class DoubtedNotes(NamedTuple):
    """Notes verbales that name somebody by a function in another language, or serve no more."""

    in_two_languages: set[int]
    to_another_mission: set[int]


def notes_that_cover(letters: list[Letter]) -> DoubtedNotes:
    """Return which of the notes verbales among these are doubted for what they cover."""
    spoken = {letter.pk: letter.language for letter in letters if letter.kind == Letter.Kind.NOTE}
    found = DoubtedNotes(set(), set())
    if not spoken:
        return found
    served = Mission.states.through.objects.filter(
        mission=OuterRef("from_letter__mission"),
        memberstate=OuterRef("to_letter__invitation__member_state"),
    )
    rows: Any = Letter.covers.through.objects.filter(from_letter__in=spoken)
    rows = rows.select_related("to_letter__invitation__minister")
    for row in rows.annotate(is_served=Exists(served)):
        note = row.from_letter_id
        if row.to_letter.invitation.minister.lacks_portfolio_in(spoken[note]):
            found.in_two_languages.add(note)
        if not row.is_served:
            found.to_another_mission.add(note)
    return found


def with_earlier_texts(letters: list[Letter]) -> set[int]:
    """Return the letters that would have a newer version of their text if composed anew now."""
    usable = LetterTemplate.objects.usable().filter(kind__in={letter.kind for letter in letters})
    columns = ("kind", "variant", "language", "written_at", "pk")
    newest = {
        tuple(of): (at, pk) for *of, at, pk in usable.order_by("version").values_list(*columns)
    }

    def is_revised(letter: Letter, language: str) -> bool:
        written_at, pk = newest.get((letter.kind, letter.variant, language), (None, None))
        if pk is None or letter.composed_at is None:
            return False
        # Which version the second language has is not on file, only when it was composed.
        is_first = language == letter.language
        return pk != letter.template_id if is_first else written_at > letter.composed_at

    return {
        letter.pk
        for letter in letters
        if letter.template_id and any(is_revised(letter, said) for said in languages_of(letter))
    }


# Who is spoken to in the third person; the usual texts say “you” and “your Government”.
STYLED = ("MON", "GOVGEN", "CROWN", "HRH", "HH", "HSH", "CARD")
AS_TO_A_MINISTER = _("“you” and “your Government”, said to a Majesty, a Highness or an Eminence")


def speaks_to_a_crown_as_to_a_minister(letter: Letter) -> bool:
    """Whether the usual text goes to somebody whom protocol addresses in the third person."""
    thanks = letter.kind == Letter.Kind.THANKS and letter.variant in (*THANKING, IN_PERSON)
    speaks_to_addressee = not letter.variant or thanks
    is_usual = letter.traits.circular and speaks_to_addressee
    to_all_alike = letter.circular.addressed_by and not letter.by_original
    return is_usual and not to_all_alike and letter.invitation.minister.rank.form in STYLED


def flaws_in(letter: Letter) -> list[str]:
    words = [letter.subject, as_read(letter.paper), letter.mail, letter.addressee]
    return [str(flaw) for flaw, sign in FLAWS if any(re.search(sign, part) for part in words)]


def as_read(paper: str) -> str:
    """Return the words of a paper's Markdown as they are printed."""
    for mark, words in MARKDOWN:
        paper = re.sub(mark, words, paper)
    return paper
