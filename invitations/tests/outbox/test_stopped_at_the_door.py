import pytest
import time_machine
from django.utils import timezone

from invitations.letters.issuing import withdraw_invitation
from invitations.letters.planning import call_back_letters
from invitations.mail.transport import configured_carrier
from invitations.models import Letter, QuietPeriod, ReminderStep
from invitations.outbox.dispatch import dispatch_outbox
from invitations.outbox.queue import claim_batch
from invitations.outbox.sending import deliver
from invitations.replies import file_correspondence, record_reply
from invitations.tests.factories import StepFactory, UserFactory
from invitations.tests.outbox.deliveries import DAY, STEP_DAY, State, state_of

pytestmark = pytest.mark.django_db


def test_a_letter_cancelled_between_claim_and_sending_stays_in_the_house(peer, queued):
    queued()
    (delivery,) = claim_batch(timezone.now())
    call_back_letters(Letter.objects.filter(pk=delivery.letter_id), "a corrigendum takes its place")

    with configured_carrier() as line:
        assert not deliver(delivery, line)

    assert state_of(delivery) == State.CANCELLED
    assert not peer.taken


def test_an_invitation_withdrawn_between_claim_and_sending_stays_in_the_house(peer, queued):
    queued()
    (delivery,) = claim_batch(timezone.now())
    withdraw_invitation(delivery.letter.invitation, UserFactory(), "A change of government.")

    with configured_carrier() as line:
        assert not deliver(delivery, line)

    assert state_of(delivery) == State.CANCELLED
    assert not peer.taken


@time_machine.travel(STEP_DAY)
def test_a_reminder_leaves_on_its_day(peer, reminder):
    delivery = reminder()

    assert dispatch_outbox() == 1

    assert state_of(delivery) == State.HANDED_OVER


@time_machine.travel(STEP_DAY)
@pytest.mark.parametrize("answer", ["in_person", "regrets", "holding"])
def test_a_reply_between_claim_and_sending_stops_the_reminder(peer, reminder, answer):
    reminder()
    (delivery,) = claim_batch(timezone.now())
    record_reply(delivery.letter.invitation, {"answer": answer})

    with configured_carrier() as line:
        assert not deliver(delivery, line)

    assert state_of(delivery) == State.CANCELLED
    assert "answered" in delivery.events.latest("pk").reason
    assert not peer.taken


@time_machine.travel(STEP_DAY)
def test_unread_correspondence_between_claim_and_sending_stops_the_reminder(peer, reminder):
    reminder()
    (delivery,) = claim_batch(timezone.now())
    file_correspondence(delivery.letter.invitation, UserFactory(), "fax", timezone.now())

    with configured_carrier() as line:
        assert not deliver(delivery, line)

    assert state_of(delivery) == State.CANCELLED


@time_machine.travel(STEP_DAY)
def test_a_reminder_whose_step_lost_its_approval_does_not_leave(peer, reminder):
    delivery = reminder()
    letter = delivery.letter
    StepFactory(edition=letter.invitation.edition, days_before=28)
    ReminderStep.objects.filter(pk=letter.step_id).update(second_approver=None)

    assert dispatch_outbox() == 0

    assert state_of(delivery) == State.CANCELLED
    assert "approval of two people" in delivery.events.latest("pk").reason


@time_machine.travel(STEP_DAY)
def test_a_holding_reply_to_another_step_and_one_to_another_deadline_stop_no_reminder(
    peer, reminder
):
    delivery = reminder()
    letter, invitation = delivery.letter, delivery.letter.invitation
    other_step = StepFactory(edition=invitation.edition, days_before=7)
    for step, deadline in (
        (letter.step, letter.reply_before - 30 * DAY),
        (other_step, letter.reply_before),
    ):
        invitation.replies.create(
            answer="holding", status="noted", skips_step=step, skips_deadline=deadline
        )

    assert dispatch_outbox() == 1

    assert state_of(delivery) == State.HANDED_OVER


@pytest.mark.parametrize(
    ("now", "state"),
    [("2027-03-31 21:59:59Z", State.HANDED_OVER), ("2027-03-31 22:00:00Z", State.CANCELLED)],
)
def test_a_reminder_leaves_until_midnight_of_the_last_day_in_geneva(peer, reminder, now, state):
    with time_machine.travel(now, tick=False):
        delivery = reminder(not_before=timezone.now())
        dispatch_outbox()

    assert state_of(delivery) == state


def test_a_reminder_put_off_over_a_quiet_day_waits_for_a_working_day(peer, reminder):
    with time_machine.travel(STEP_DAY):
        delivery = reminder(state=State.DEFERRED, attempts=1)
        QuietPeriod.objects.create(
            edition=delivery.letter.invitation.edition,
            first_on=STEP_DAY.date(),
            last_on=STEP_DAY.date(),
        )
        on_the_quiet_day = dispatch_outbox()
    with time_machine.travel(STEP_DAY + DAY):
        on_the_next = dispatch_outbox()

    assert (on_the_quiet_day, on_the_next) == (0, 1)
    assert state_of(delivery) == State.HANDED_OVER


def test_a_reminder_that_nobody_tried_on_its_day_does_not_leave_days_later(peer, reminder):
    with time_machine.travel(STEP_DAY):
        delivery = reminder()

    with time_machine.travel(STEP_DAY + 14 * DAY):
        assert dispatch_outbox() == 0

    assert state_of(delivery) == State.MISSED
    assert not peer.taken
