import pytest
import time_machine
from django.utils import timezone

from invitations.inbox.filing import assign_mail
from invitations.letters.issuing import withdraw_invitation
from invitations.models import CallListEntry, Delivery
from invitations.reminders.planning import queue_reminders
from invitations.reminders.send_check import reason_reminder_must_wait
from invitations.replies import file_correspondence, mark_dealt_with, record_reply
from invitations.tests.factories import InvitationFactory, ReplyFactory, UserFactory
from invitations.tests.paper import drop, past_edition
from invitations.tests.reminding import geneva, handed_over, reminders, variants

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("arrived", "planned"), [(geneva(1, 9), 0), (geneva(28, 9, month=2), 1)])
def test_no_reminder_within_ten_days_of_the_letter(edition, reached, arrived, planned):
    invitation = reached(edition=edition)
    Delivery.objects.filter(letter__invitation=invitation).update(handed_over_at=arrived)

    assert queue_reminders(geneva(10)) == planned


def test_an_office_that_the_letter_has_not_reached_gets_none(edition, queued, reached):
    invitation = reached(edition=edition)
    Delivery.objects.filter(letter__invitation=invitation).update(state="uncertain")

    assert queue_reminders(geneva(10)) == 0


def test_a_letter_by_pouch_that_was_dispatched_has_reached_its_office(edition, reached):
    invitation = reached(edition=edition)
    Delivery.objects.filter(letter__invitation=invitation).update(channel="pouch", address="")

    assert queue_reminders(geneva(10)) == 1


@pytest.mark.parametrize("answer", ["in_person", "regrets", "written"])
def test_who_has_answered_gets_none(edition, reached, answer):
    ReplyFactory(invitation=reached(edition=edition), answer=answer)

    assert queue_reminders(geneva(10)) == 0
    assert queue_reminders(geneva(30)) == 0


def test_who_answers_after_the_planning_gets_none(edition, reached):
    invitation = reached(edition=edition)
    queue_reminders(geneva(10))
    ReplyFactory(invitation=invitation)

    queue_reminders(geneva(10, 10))

    assert not reminders().exists()


def test_a_withdrawn_invitation_gets_none(edition, reached):
    invitation = reached(edition=edition)
    withdraw_invitation(invitation, UserFactory(), "A change of government.")

    assert queue_reminders(geneva(10)) == 0


def test_a_courtesy_invitation_gets_none(edition, reached):
    reached(edition=edition, is_principal=False)

    assert queue_reminders(geneva(10)) == 0


def test_a_draft_gets_none(edition):
    InvitationFactory(edition=edition, status="draft", issued_at=None)

    assert queue_reminders(geneva(10)) == 0


def test_a_step_that_two_people_have_not_approved_sends_none(edition, reached):
    reached(edition=edition)
    edition.reminder_steps.update(second_approver=None)

    assert queue_reminders(geneva(10)) == 0


def test_an_edition_closed_to_replies_reminds_nobody(edition, reached):
    reached(edition=edition)
    edition.replies_closed_at = geneva(9)
    edition.save(update_fields=["replies_closed_at"])

    assert queue_reminders(geneva(10)) == 0


def test_a_holding_reply_skips_the_next_step_alone(edition, reached):
    invitation = reached(edition=edition)
    with time_machine.travel(geneva(5), tick=False):
        record_reply(invitation, {"answer": "holding"})

    planned = [queue_reminders(geneva(day)) for day in (10, 11, 24)]

    assert planned == [0, 0, 1]
    assert variants() == ["last"]


def holds(invitation, at, **words):
    with time_machine.travel(at, tick=False):
        record_reply(invitation, {"answer": "holding"} | words)


@pytest.mark.parametrize("words", [{}, {"remarks": "The Cabinet meets next week."}])
def test_a_holding_reply_after_the_skipped_day_skips_the_step_after_it(edition, reached, words):
    invitation = reached(edition=edition)
    holds(invitation, geneva(5))
    holds(invitation, geneva(20), **words)

    planned = [queue_reminders(geneva(day)) for day in (10, 20, 24)]

    assert planned == [0, 0, 0]
    assert queue_reminders(geneva(29)) == 1
    assert CallListEntry.objects.count() == 1


@pytest.mark.parametrize("again", [geneva(5, 10), geneva(10, 10)])
def test_two_holding_replies_before_the_next_step_skip_that_step_alone(edition, reached, again):
    invitation = reached(edition=edition)
    holds(invitation, geneva(5))
    holds(invitation, again, remarks="The Cabinet meets next week.")

    assert [queue_reminders(geneva(day)) for day in (11, 24)] == [0, 1]


def test_a_holding_reply_calls_back_the_reminder_that_is_planned(edition, reached):
    invitation = reached(edition=edition)
    queue_reminders(geneva(10))
    with time_machine.travel(geneva(10, 10), tick=False):
        record_reply(invitation, {"answer": "holding"})

    queue_reminders(geneva(10, 11))

    assert not reminders().exists()


def test_a_holding_reply_after_the_mails_skips_the_call(edition, reached):
    invitation = reached(edition=edition)
    for day in (10, 24):
        queue_reminders(geneva(day))
        handed_over(reminders().get(deliveries=None), geneva(day))
    with time_machine.travel(geneva(25), tick=False):
        record_reply(invitation, {"answer": "holding"})

    assert queue_reminders(geneva(29)) == 0


@pytest.mark.parametrize("listed", [False, True])
def test_a_holding_reply_skips_a_missed_mail_before_the_call(edition, reached, listed):
    invitation = reached(edition=edition)
    if listed:
        CallListEntry.objects.create(
            invitation=invitation,
            step=edition.reminder_steps.get(medium="call"),
            reply_before=edition.reply_before,
        )
    with time_machine.travel(geneva(29), tick=False):
        record_reply(invitation, {"answer": "holding"})

    queue_reminders(geneva(29, 12))

    assert not reminders().exists()
    assert CallListEntry.objects.count() == 1


def test_unread_correspondence_holds_the_reminder_until_someone_has_read_it(edition, reached):
    invitation = reached(edition=edition)
    with time_machine.travel(geneva(9), tick=False):
        filed = file_correspondence(invitation, UserFactory(), "fax", timezone.now())
    while_unread = queue_reminders(geneva(10))
    with time_machine.travel(geneva(11), tick=False):
        mark_dealt_with(filed, UserFactory())

    assert (while_unread, queue_reminders(geneva(12))) == (0, 1)


def test_one_office_s_correspondence_holds_no_other_s_reminder(edition, reached):
    silent, writing = reached(edition=edition), reached(edition=edition)
    with time_machine.travel(geneva(9), tick=False):
        file_correspondence(writing, UserFactory(), "fax", timezone.now())

    queue_reminders(geneva(10))

    assert reminders().get().invitation == silent


def in_the_pile(invitation):
    """A scan of the day before, which a person has not looked at, and whose it may be."""
    with time_machine.travel(geneva(9), tick=False):
        return drop(b"a fax", state="read", proposed=invitation, found="code")


def test_a_scan_in_the_pile_holds_the_reminder_of_the_office_that_it_may_be_of(edition, reached):
    writing, silent = reached(edition=edition), reached(edition=edition)
    scan = in_the_pile(writing)
    queue_reminders(geneva(10))
    while_it_lies_there = [letter.invitation for letter in reminders()]
    with time_machine.travel(geneva(11), tick=False):
        mark_dealt_with(scan.correspondence, UserFactory())

    queue_reminders(geneva(12))

    assert while_it_lies_there == [silent]
    assert {letter.invitation for letter in reminders()} == {silent, writing}


def test_an_answer_on_the_letter_of_an_earlier_edition_holds_the_reminder_too(edition, reached):
    invitation = reached(edition=edition)
    in_the_pile(InvitationFactory(edition=past_edition(), minister=invitation.minister))

    assert queue_reminders(geneva(10)) == 0


def test_a_scan_of_which_a_person_said_whose_it_is_holds_no_other_s_reminder(edition, reached):
    proposed, writing = reached(edition=edition), reached(edition=edition)
    assign_mail(in_the_pile(proposed).correspondence, writing, UserFactory())

    queue_reminders(geneva(10))

    assert reminders().get().invitation == proposed


def test_a_reminder_that_waits_is_called_back_when_a_scan_of_its_office_is_dropped(
    edition, reached
):
    invitation = reached(edition=edition)
    queue_reminders(geneva(10))
    letter = reminders().get()
    drop(b"a fax", state="read", proposed=invitation, found="name")

    assert "sent something" in reason_reminder_must_wait(invitation, letter, geneva(10))
    queue_reminders(geneva(10, 10))
    assert not reminders().exists()
