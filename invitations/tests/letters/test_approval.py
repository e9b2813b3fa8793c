import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError

from invitations.letters.approval import (
    approve_letter,
    approve_text,
    recompose_letter,
    revise_template,
    tick_reviewed,
)
from invitations.letters.checks.warnings import approval_doubts
from invitations.letters.circulars import plan_circular, plan_notes
from invitations.letters.composing_queue import compose_planned
from invitations.models import Letter, LetterTemplate, ReminderStep, Term
from invitations.replies import record_reply
from invitations.tests.factories import CircularFactory, MissionFactory, StepFactory, UserFactory

pytestmark = pytest.mark.django_db
REMINDER = "$salutation\n\n$reply_before: $last_day\n\n$reply_link\n"


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

    approve_text(subject, first, subject.mark)
    with pytest.raises(ValidationError, match="you are the first"):
        approve_text(subject, first, subject.mark)
    approve_text(subject, UserFactory(), subject.mark)

    subject.refresh_from_db()
    assert subject.is_approved
    assert None not in (subject.first_approved_at, subject.second_approved_at)
    with pytest.raises(ValidationError, match="already"):
        approve_text(subject, UserFactory(), subject.mark)


@pytest.mark.parametrize(
    "changed",
    [{"days_before": 14}, {"hour": 3}, {"medium": "call"}, {"audience": "mission"},
     {"variant": "last"}],
    ids=str,
)  # fmt: skip
def test_only_the_step_that_was_looked_at_is_approved(changed):
    step = StepFactory(first_approver=None, second_approver=None)
    shown = step.mark
    ReminderStep.objects.update(**changed)

    with pytest.raises(ValidationError, match="changed again since you looked"):
        approve_text(step, UserFactory(), shown)

    step.refresh_from_db()
    assert step.first_approver is None
    approve_text(step, UserFactory(), step.mark)


def test_who_approves_second_looks_at_what_the_first_looked_at():
    step = StepFactory(first_approver=None, second_approver=None)
    shown = step.mark

    approve_text(step, UserFactory(), shown)
    approve_text(step, UserFactory(), shown)

    step.refresh_from_db()
    assert step.is_approved


def test_one_approval_is_not_enough_for_a_text_to_be_used(text):
    approve_text(text, UserFactory(), text.mark)

    assert text not in LetterTemplate.objects.usable()


def test_a_revised_text_is_the_next_version_and_not_approved(text, approved_texts):
    writer = UserFactory()

    revised = revise_template(text, writer, "$reference again", "", REMINDER)

    assert (revised.version, revised.written_by) == (2, writer)
    assert not revised.is_approved
    text.refresh_from_db()
    assert text.version == 1
    assert (
        LetterTemplate.objects.for_letter("reminder", "first").filter(language="en").get() == text
    )


def test_revising_an_old_version_still_makes_the_newest(text):
    for number in range(3):
        revise_template(text, UserFactory(), f"Version {number}", "", REMINDER)

    versions = LetterTemplate.objects.filter(kind="reminder", variant="first", language="en")
    assert sorted(versions.values_list("version", flat=True)) == [1, 2, 3, 4]


def test_a_text_with_an_unknown_placeholder_is_not_kept(text):
    with pytest.raises(ValidationError, match=r"unknown placeholder \$secret_key"):
        revise_template(text, UserFactory(), "Reminder", "", f"{REMINDER}$secret_key")

    versions = LetterTemplate.objects.filter(kind="reminder", variant="first", language="en")
    assert versions.get() == text


def test_letters_are_composed_by_the_newest_version(composed):
    template = LetterTemplate.objects.get(kind="invitation", variant="", language="en")
    newest = revise_template(
        template, UserFactory(), "An invitation", template.paper, template.mail
    )

    letter = composed()

    assert (letter.template, letter.subject) == (newest, "An invitation")


def test_a_letter_composed_again_has_the_words_and_addresses_of_the_day(composed):
    letter = composed(to_emails="old@example.org")
    minister = letter.invitation.minister
    minister.to_emails = "new@example.org"
    minister.save(update_fields=["to_emails"])

    anew = recompose_letter(letter, UserFactory())
    compose_planned()

    letter.refresh_from_db()
    anew.refresh_from_db()
    assert (letter.state, anew.state) == (Letter.State.CANCELLED, Letter.State.COMPOSED)
    assert anew.recipients == [["to", "new@example.org"]]
    assert anew.message_sha256 != letter.message_sha256


def test_the_hashes_of_a_letter_composed_again_approve_nothing(composed):
    letter = composed()
    anew = recompose_letter(letter, UserFactory())
    compose_planned()

    with pytest.raises(ValidationError, match="composed anew since"):
        approve_letter(anew, UserFactory(), letter.sha256, letter.message_sha256)

    with pytest.raises(ValidationError, match="Only a composed letter"):
        approve_letter(letter, UserFactory(), letter.sha256, letter.message_sha256)


def test_an_approved_letter_is_not_composed_again(issued):
    letter = issued().letters.get()

    with pytest.raises(ValidationError, match="not approved"):
        recompose_letter(letter, UserFactory())

    letter.refresh_from_db()
    assert letter.state == Letter.State.APPROVED


def test_an_acknowledgement_leaves_without_approval_of_its_own(reached, approved_texts):
    reply = record_reply(reached(), {"answer": "in_person"})

    compose_planned()

    letter = reply.acknowledgements.get()
    assert (letter.state, letter.approved_by) == (Letter.State.APPROVED, None)


def approve(letter, **fields):
    return approve_letter(letter, UserFactory(), letter.sha256, letter.message_sha256, **fields)


def test_nothing_leaves_before_it_is_recorded_who_signed_the_original_and_when(composed):
    letter = composed()
    circular = letter.circular
    circular.original_signed_on = None
    circular.save(update_fields=["original_signed_on"])

    with pytest.raises(ValidationError, match=f"signed the original of {circular.reference}"):
        approve(letter)

    letter.refresh_from_db()
    assert letter.state == Letter.State.COMPOSED


@pytest.mark.parametrize(("days", "late"), [(3, False), (4, True)])
def test_more_than_three_days_after_its_date_a_letter_leaves_on_confirmation_only(
    composed, days, late
):
    letter = composed()
    dated_on = letter.circular.dated_on
    with time_machine.travel(dt.datetime.combine(dated_on, dt.time(9)) + dt.timedelta(days=days)):
        if late:
            with pytest.raises(ValidationError, match="more than three days"):
                approve(letter)
        assert approval_doubts([letter]).late == ([letter] if late else [])

        assert approve(letter, although_late=late).state == Letter.State.APPROVED


def test_a_letter_planned_for_an_hour_is_late_by_that_hour(composed):
    letter = composed()
    Letter.objects.update(not_before=dt.datetime(2027, 2, 10, 9, tzinfo=dt.UTC))

    with pytest.raises(ValidationError, match="more than three days"):
        approve(letter)


def test_an_approver_is_told_what_nobody_is_sure_of(composed):
    letter = composed(address_gender="x", member_state__language_confidence="low")

    found = approval_doubts([letter])

    assert found.unknown_gender == found.unsure_language == [letter]
    assert "invitation (English, 1)" in found.unreviewed
    assert "Your reply online (English)" in found.unreviewed
    assert "(original signed) (English)" not in found.unreviewed


def test_what_is_sure_raises_no_doubt(composed):
    letter = composed()
    for words in (*LetterTemplate.objects.all(), *Term.objects.filter(source="")):
        tick_reviewed(words, UserFactory())

    assert not any(approval_doubts([letter]))


def test_an_unnamed_minister_has_no_gender_to_confirm(composed):
    letter = composed(given_name="", family_name="", address_gender="x")

    assert approval_doubts([letter]).unknown_gender == []


def test_the_text_of_a_second_language_is_doubted_too(composed):
    letter = composed(second_language="fr")

    assert "invitation (French, 1)" in approval_doubts([letter]).unreviewed


def test_words_are_reviewed_once_and_a_new_version_is_not(text):
    reader = UserFactory()
    tick_reviewed(text, reader)

    with pytest.raises(ValidationError, match="reviewed this already"):
        tick_reviewed(text, UserFactory())

    text.refresh_from_db()
    assert text.reviewed_by == reader
    assert revise_template(text, reader, "Reminder", "", REMINDER).reviewed_by is None


def test_a_notice_is_approved_for_an_invitation_in_force_and_issues_nothing(issued):
    invitation = issued()
    notice = CircularFactory(edition=invitation.edition, kind="notice", changes="All is later.")
    plan_circular(notice)
    compose_planned()

    letter = approve(notice.letters.get(), reason="The hours have changed.")

    assert letter.deliveries.filter(state="queued").count() == 1
    assert invitation.letters.filter(kind="invitation").get().state == Letter.State.APPROVED


def test_a_note_verbale_waits_for_the_letters_it_covers(composed):
    earlier = composed()
    MissionFactory(states=[earlier.invitation.member_state])
    recompose_letter(earlier, UserFactory())
    compose_planned()
    letter = Letter.objects.get(state="composed")
    plan_notes(letter.circular)
    compose_planned()
    note = letter.notes.get()

    with pytest.raises(ValidationError, match="Approve the letters it covers first"):
        approve(note)

    approve(letter)
    assert approve(note).deliveries.count() == 1


def test_a_note_verbale_whose_letter_was_called_back_is_composed_again(composed):
    letter = composed()
    MissionFactory(states=[letter.invitation.member_state])
    plan_notes(letter.circular)
    compose_planned()
    note = letter.notes.get()
    recompose_letter(letter, UserFactory())

    with pytest.raises(ValidationError, match="called back"):
        approve(note)
