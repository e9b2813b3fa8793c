"""The subject of each mail says first for which State it is, and names no minister."""

import pytest

from invitations.letters.message import NAMED, mail_subject
from invitations.minister_import.states import load_shipped_states
from invitations.models import Language, Letter, LetterKind, MemberState
from invitations.tests.factories import (
    CircularFactory,
    InvitationFactory,
    LetterFactory,
    MissionFactory,
)
from invitations.tests.reading import message_of

pytestmark = pytest.mark.django_db

KIRIBATI = {
    "ar": "كيريباس",
    "en": "Kiribati",
    "es": "Kiribati",
    "fr": "Kiribati",
    "ru": "Кирибати",
    "zh-hans": "基里巴斯",
}
NAMES = {f"short_name_{code.replace('-', '_')}": name for code, name in KIRIBATI.items()}
OF_KIRIBATI = {f"minister__member_state__{field}": name for field, name in NAMES.items()}


@pytest.mark.parametrize("language", Language.values)
@pytest.mark.parametrize("kind", LetterKind.values)
def test_each_kind_of_mail_names_the_state_first_in_its_own_language(kind, language):
    invitation = InvitationFactory(**OF_KIRIBATI)
    letter = Letter(
        invitation=invitation,
        circular=CircularFactory(edition=invitation.edition),
        kind=kind,
        language=language,
        subject="Forum 2027",
    )

    subject = mail_subject(letter)

    assert subject.startswith(KIRIBATI[language])
    assert subject.endswith("Forum 2027")
    assert invitation.minister.family_name not in subject


def test_no_name_of_a_state_is_longer_than_what_is_shown():
    load_shipped_states()
    letter = Letter(circular=CircularFactory(), subject="Forum 2027: invitation", kind="reminder")

    for state in MemberState.objects.all():
        letter.invitation = InvitationFactory.build(member_state=state)
        for letter.language in Language.values:
            named = mail_subject(letter).removesuffix(letter.subject).rstrip(" –:：")  # noqa: RUF001
            assert named
            assert len(named) <= NAMED


def test_long_name_ends_where_a_word_does():
    named = "United Kingdom of Great Britain and Northern Ireland"
    invitation = InvitationFactory(minister__member_state__short_name_en=named)

    subject = mail_subject(LetterFactory(invitation=invitation, subject="Invitation"))

    assert subject == "United Kingdom of Great Britain… – Invitation"


def test_subject_that_names_the_state_early_stays_as_it_is():
    letter = LetterFactory()
    letter.subject = f"Forum 2027, {letter.invitation.member_state}: invitation"

    assert mail_subject(letter) == letter.subject


def test_subject_of_a_composed_mail_names_the_state_and_the_words_on_file_do_not(composed):
    letter = composed(language="en")

    state = str(letter.invitation.member_state)
    assert message_of(letter)["Subject"] == f"{state} – {letter.subject}"
    assert state not in letter.subject


def note_over(*names):
    mission = MissionFactory(name="Permanent Mission of the islands")
    letters = [covered(name) for name in names]
    note = LetterFactory(
        invitation=letters[0].invitation, circular=letters[0].circular, kind="note",
        mission=mission, language="en", subject="Forum 2027",
    )  # fmt: skip
    note.covers.set(letters)
    return note


def covered(name):
    invitation = InvitationFactory(minister__member_state__short_name_en=name)
    return LetterFactory(invitation=invitation)


@pytest.mark.parametrize(
    ("names", "first"),
    [
        (["Kiribati"], "Kiribati"),
        (["Kiribati", "Tuvalu"], "Kiribati, Tuvalu"),
        (["Ruritania", "Kravonia", "Strelsau", "Zenda"], "Permanent Mission of the islands"),
    ],
)
def test_note_names_the_states_it_covers_or_its_mission(names, first):
    subject = mail_subject(note_over(*names))

    assert {*subject.partition(" – ")[0].split(", ")} == {*first.split(", ")}
    assert subject.index("Forum") > 0


def test_mail_of_an_invitation_begins_with_the_lines_of_its_addressee(composed):
    letter = composed(language="en")

    assert letter.mail.startswith(f"{letter.addressee}\n\nExcellency,")
    assert letter.paper.startswith("Excellency,")
