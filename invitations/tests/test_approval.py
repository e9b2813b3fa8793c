import pytest
from django.core.exceptions import ValidationError

from invitations.approval import approve_letter, approve_text, recompose, revise
from invitations.letters import compose_planned
from invitations.models import Letter, LetterTemplate
from invitations.replies import record_reply
from invitations.tests.factories import StepFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def text(db):
    return LetterTemplate.objects.get(kind="reminder", variant="first", language="en")


def test_a_second_person_approves_exactly_those_bytes(composed):
    letter = composed()
    approver = UserFactory()

    approved = approve_letter(letter, approver, letter.sha256, letter.message_sha256)

    letter.refresh_from_db()
    assert approved == letter
    assert (letter.state, letter.approved_by) == (Letter.State.APPROVED, approver)
    assert letter.approved_at is not None
    assert letter.invitation.status == "issued"


def test_who_composed_the_letter_does_not_approve_it(composed):
    letter = composed()
    drafter = UserFactory()
    Letter.objects.update(composed_by=drafter)

    with pytest.raises(ValidationError, match="second person"):
        approve_letter(letter, drafter, letter.sha256, letter.message_sha256)

    approve_letter(letter, UserFactory(), letter.sha256, letter.message_sha256)


@pytest.mark.parametrize("which", ["sha256", "message_sha256"])
def test_both_hashes_have_to_be_those_of_the_letter(composed, which):
    letter = composed()
    seen = {"sha256": letter.sha256, "message_sha256": letter.message_sha256, which: "0" * 64}

    with pytest.raises(ValidationError, match="composed anew since"):
        approve_letter(letter, UserFactory(), **seen)

    letter.refresh_from_db()
    assert letter.state == Letter.State.COMPOSED
    assert letter.invitation.status == "draft"


def test_a_letter_is_approved_once(issued):
    letter = issued().letters.get()

    with pytest.raises(ValidationError, match="Only a composed letter"):
        approve_letter(letter, UserFactory(), letter.sha256, letter.message_sha256)

    assert letter.deliveries.count() == 1


@pytest.mark.parametrize("kind", ["text", "step"])
def test_two_different_people_approve_what_the_machine_sends(text, kind):
    subject = text if kind == "text" else StepFactory(first_approver=None, second_approver=None)
    first = UserFactory()

    approve_text(subject, first)
    with pytest.raises(ValidationError, match="you are the first"):
        approve_text(subject, first)
    approve_text(subject, UserFactory())

    subject.refresh_from_db()
    assert subject.is_approved
    assert None not in (subject.first_approved_at, subject.second_approved_at)
    with pytest.raises(ValidationError, match="already"):
        approve_text(subject, UserFactory())


def test_one_approval_is_not_enough_for_a_text_to_be_used(text):
    approve_text(text, UserFactory())

    assert text not in LetterTemplate.objects.usable()


def test_a_revised_text_is_the_next_version_and_not_approved(text, approved_texts):
    writer = UserFactory()

    revised = revise(text, writer, "$reference again", "", "$salutation\n\n$reply_link\n")

    assert (revised.version, revised.written_by) == (2, writer)
    assert not revised.is_approved
    text.refresh_from_db()
    assert text.version == 1
    assert (
        LetterTemplate.objects.for_letter("reminder", "first").filter(language="en").get() == text
    )


def test_revising_an_old_version_still_makes_the_newest(text):
    for number in range(3):
        revise(text, UserFactory(), f"Version {number}", "", "$reply_link")

    versions = LetterTemplate.objects.filter(kind="reminder", variant="first", language="en")
    assert sorted(versions.values_list("version", flat=True)) == [1, 2, 3, 4]


def test_a_text_with_an_unknown_placeholder_is_not_kept(text):
    with pytest.raises(ValidationError, match=r"unknown placeholder \$secret_key"):
        revise(text, UserFactory(), "Reminder", "", "$secret_key")

    assert LetterTemplate.objects.filter(kind="reminder", variant="first").count() == 2


def test_letters_are_composed_by_the_newest_version(composed):
    template = LetterTemplate.objects.get(kind="invitation", language="en")
    newest = revise(template, UserFactory(), "An invitation", "$salutation", "$reply_link")

    letter = composed()

    assert (letter.template, letter.subject) == (newest, "An invitation")


def test_a_letter_composed_anew_has_the_words_and_addresses_of_the_day(composed):
    letter = composed(to_emails="old@example.org")
    minister = letter.invitation.minister
    minister.to_emails = "new@example.org"
    minister.save(update_fields=["to_emails"])

    anew = recompose(letter, UserFactory())
    compose_planned()

    letter.refresh_from_db()
    anew.refresh_from_db()
    assert (letter.state, anew.state) == (Letter.State.CANCELLED, Letter.State.COMPOSED)
    assert anew.recipients == [["to", "new@example.org"]]
    assert anew.message_sha256 != letter.message_sha256


def test_the_hashes_of_a_letter_composed_anew_approve_nothing(composed):
    letter = composed()
    anew = recompose(letter, UserFactory())
    compose_planned()

    with pytest.raises(ValidationError, match="composed anew since"):
        approve_letter(anew, UserFactory(), letter.sha256, letter.message_sha256)

    with pytest.raises(ValidationError, match="Only a composed letter"):
        approve_letter(letter, UserFactory(), letter.sha256, letter.message_sha256)


def test_an_approved_letter_is_not_composed_anew(issued):
    letter = issued().letters.get()

    with pytest.raises(ValidationError, match="not approved"):
        recompose(letter, UserFactory())

    letter.refresh_from_db()
    assert letter.state == Letter.State.APPROVED


def test_an_acknowledgement_leaves_without_approval_of_its_own(reached, approved_texts):
    reply = record_reply(reached(), {"answer": "in_person"})

    compose_planned()

    letter = reply.acknowledgements.get()
    assert (letter.state, letter.approved_by) == (Letter.State.APPROVED, None)
