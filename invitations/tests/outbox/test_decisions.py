import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from invitations.models import Invitation, Letter
from invitations.outbox.decisions import (
    decide_uncertain,
    mark_dispatched,
    reason_not_to_resend,
    reason_not_to_send_again,
    resend,
)
from invitations.outbox.dispatch import dispatch_outbox
from invitations.reminders.planning import queue_reminders
from invitations.reminders.send_check import reason_reminder_must_wait
from invitations.tests.factories import EditionFactory, ReplyFactory, StepFactory, UserFactory
from invitations.tests.outbox.deliveries import DAY, MINUTE, STEP_DAY, State, state_of

pytestmark = pytest.mark.django_db


def test_staff_say_that_an_uncertain_delivery_went(queued):
    began = timezone.now() - MINUTE
    delivery = queued(state=State.UNCERTAIN, sending_at=began)
    registrar = UserFactory()

    decide_uncertain(delivery, registrar, went=True)

    assert (state_of(delivery), delivery.handed_over_at) == (State.HANDED_OVER, began)
    assert delivery.events.get().actor == registrar


def test_staff_have_an_uncertain_delivery_sent_again(peer, queued):
    delivery = queued(state=State.UNCERTAIN, attempts=1, not_before=timezone.now() - 3 * DAY)

    decide_uncertain(delivery, UserFactory(), went=False)

    assert dispatch_outbox() == 1
    assert state_of(delivery) == State.HANDED_OVER


def test_an_uncertain_delivery_is_decided_once(queued):
    delivery = queued(state=State.UNCERTAIN)
    decide_uncertain(delivery, UserFactory(), went=True)

    with pytest.raises(ValidationError, match="not uncertain any more"):
        decide_uncertain(delivery, UserFactory(), went=False)

    assert state_of(delivery) == State.HANDED_OVER


@pytest.mark.parametrize("state", [State.FAILED, State.MISSED])
def test_staff_send_a_failed_or_missed_delivery_again(peer, queued, state):
    long_ago = timezone.now() - 9 * DAY
    delivery = queued(state=state, not_before=long_ago, leave_before=long_ago, attempts=3)

    resend(delivery, UserFactory())

    assert dispatch_outbox() == 1
    assert state_of(delivery) == State.HANDED_OVER


@pytest.mark.parametrize("state", [State.QUEUED, State.UNCERTAIN, State.CANCELLED])
def test_nothing_else_is_sent_again(queued, state):
    delivery = queued(state=state)

    with pytest.raises(ValidationError, match="Only a failed or missed delivery"):
        resend(delivery, UserFactory())

    assert state_of(delivery) == state


def test_a_printed_letter_is_marked_as_dispatched(queued):
    delivery = queued(channel="pouch", address="")
    left_at = timezone.now() - DAY

    mark_dispatched(delivery, UserFactory(), "post", "RR 123 RU", left_at)

    assert state_of(delivery) == State.HANDED_OVER
    assert (delivery.channel, delivery.reference, delivery.handed_over_at) == (
        "post",
        "RR 123 RU",
        left_at,
    )


@pytest.mark.parametrize("fields", [{"channel": "email"}, {"channel": "pouch", "state": "missed"}])
def test_only_a_printed_letter_that_waits_is_marked_as_dispatched(queued, fields):
    delivery = queued(**fields)

    with pytest.raises(ValidationError, match="Only a printed letter that waits"):
        mark_dispatched(delivery, UserFactory(), "post", "RR 123 RU", timezone.now())

    assert state_of(delivery) != State.HANDED_OVER


@pytest.mark.parametrize("state", [State.FAILED, State.UNCERTAIN])
def test_what_would_be_called_back_is_refused_at_once(queued, state):
    withdrawn, answered_again = queued(state=state), queued(state=state)
    Invitation.objects.filter(letters=withdrawn.letter).update(status="withdrawn")
    reply = ReplyFactory(invitation=answered_again.letter.invitation, status="superseded")
    Letter.objects.filter(pk=answered_again.letter_id).update(kind="acknowledgement", reply=reply)

    again = reason_not_to_resend if state == State.FAILED else reason_not_to_send_again
    for delivery, why in [(withdrawn, "not in force"), (answered_again, "stands no more")]:
        delivery.letter.refresh_from_db()
        assert why in again(delivery)


@pytest.mark.parametrize("state", [State.FAILED, State.UNCERTAIN])
@pytest.mark.parametrize("is_answered", [True, False])
def test_a_reminder_is_sent_once_more_only_to_an_office_that_still_owes_a_word(
    reached, queued, state, is_answered
):
    edition = EditionFactory()
    StepFactory(edition=edition)
    invitation = reached(edition=edition)
    again = reason_not_to_resend if state == State.FAILED else reason_not_to_send_again
    with time_machine.travel(STEP_DAY, tick=False):
        queue_reminders()
        reminder = invitation.letters.get(kind="reminder")
        approved = {"state": "approved", "composed_at": STEP_DAY, "approved_at": STEP_DAY}
        Letter.objects.filter(pk=reminder.pk).update(**approved, message_sha256="0" * 64)
        if is_answered:
            ReplyFactory(invitation=invitation)

        to = {"address": invitation.minister.to_emails, "state": state}
        refused = again(queued(Letter.objects.get(pk=reminder.pk), **to))

    assert ("the office has answered" in refused) == is_answered
    assert bool(refused) == is_answered


def test_a_reminder_that_only_waits_for_a_better_day_may_be_sent_again(reached, queued):
    edition = EditionFactory()
    StepFactory(edition=edition)
    invitation = reached(edition=edition)
    with time_machine.travel(STEP_DAY, tick=False):
        queue_reminders()
    approved = {"state": "approved", "composed_at": STEP_DAY, "approved_at": STEP_DAY}
    Letter.objects.filter(kind="reminder").update(**approved, message_sha256="0" * 64)
    to = {"address": invitation.minister.to_emails, "state": State.FAILED}
    failed = queued(invitation.letters.get(kind="reminder"), **to)

    with time_machine.travel(STEP_DAY + 4 * DAY, tick=False):
        assert reason_reminder_must_wait(invitation, failed.letter, timezone.now())
        assert reason_not_to_resend(failed) == ""
