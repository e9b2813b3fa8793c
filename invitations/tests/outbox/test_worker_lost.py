import pytest
import time_machine
from django.utils import timezone

from invitations.models import Delivery
from invitations.outbox.dispatch import dispatch_outbox
from invitations.outbox.queue import claim_batch, tidy_queue
from invitations.outbox.sending import begin_delivery
from invitations.tests.outbox.deliveries import DAY, MINUTE, State, held_by_a_worker, state_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({"attempts": 2}, State.DEFERRED),
        ({"not_before": timezone.now() - 2 * DAY}, State.DEFERRED),
        ({"not_before": timezone.now() - MINUTE}, State.QUEUED),
    ],
)
def test_a_claim_that_was_not_begun_goes_back_to_where_it_was(queued, fields, state):
    now = timezone.now()
    delivery = queued(**held_by_a_worker(State.CLAIMED, now - MINUTE), **fields)

    tidy_queue(now)

    assert state_of(delivery) == state


def test_a_line_lost_before_the_message_defers(peer, queued):
    delivery = queued()
    peer.hangs_up_at = "RCPT"

    dispatch_outbox()

    assert state_of(delivery) == State.DEFERRED


def test_a_line_lost_after_the_last_dot_is_uncertain_and_never_sent_again(peer, queued):
    delivery = queued()
    peer.hangs_up_at = "DOT"
    dispatch_outbox()
    peer.hangs_up_at = ""

    with time_machine.travel(timezone.now() + 3 * DAY, tick=True):
        assert dispatch_outbox() == 0

    assert state_of(delivery) == State.UNCERTAIN
    assert len(peer.taken) == 1


def test_a_worker_that_vanished_while_sending_leaves_it_uncertain(peer, queued):
    ended = timezone.now() - MINUTE
    delivery = queued(**held_by_a_worker(State.SENDING, ended))

    assert dispatch_outbox() == 0

    assert state_of(delivery) == State.UNCERTAIN
    assert "stopped while sending" in delivery.events.get().reason
    assert not peer.taken


def test_a_claim_whose_worker_vanished_before_it_began_is_delivered_by_another(peer, queued):
    ended = timezone.now() - MINUTE
    delivery = queued(**held_by_a_worker(State.CLAIMED, ended))

    assert dispatch_outbox() == 1

    assert state_of(delivery) == State.HANDED_OVER
    assert len(peer.taken) == 1


@pytest.mark.parametrize("state", [State.CLAIMED, State.SENDING])
def test_what_another_worker_holds_is_left_to_it(peer, queued, state):
    delivery = queued(**held_by_a_worker(state, timezone.now() + MINUTE))

    assert dispatch_outbox() == 0

    assert state_of(delivery) == state


def test_a_worker_whose_lease_has_ended_does_not_begin(peer, queued):
    queued()
    (delivery,) = claim_batch(timezone.now())
    Delivery.objects.update(lease_ends_at=timezone.now() - MINUTE)

    assert not begin_delivery(delivery)

    assert state_of(delivery) == State.CLAIMED


def test_a_worker_that_was_slow_cannot_begin_what_another_has_claimed(peer, queued):
    queued()
    (slow,) = claim_batch(timezone.now())
    Delivery.objects.update(state=State.QUEUED)
    (quick,) = claim_batch(timezone.now())

    assert (begin_delivery(slow), begin_delivery(quick)) == (False, True)

    assert state_of(quick) == State.SENDING
