import pytest
import time_machine
from django.utils import timezone

from invitations.letters.planning import call_back_letters
from invitations.models import Delivery, Letter, Outage
from invitations.outbox.dispatch import dispatch_outbox
from invitations.outbox.queue import BATCH
from invitations.tests.outbox.deliveries import DAY, MINUTE, State, held_by_a_worker, state_of
from scripts.peers.ports import free_port

pytestmark = pytest.mark.django_db


def goes_away(settings):
    settings.MAILBOX = settings.MAILBOX._replace(port=free_port())


def comes_back(settings, peer):
    settings.MAILBOX = settings.MAILBOX._replace(port=peer.port)


def test_while_the_server_is_away_nothing_is_tried_and_all_stays_due(peer, settings, queued):
    goes_away(settings)
    before = [queued(), queued(), queued(state=State.DEFERRED, attempts=2)]

    assert [dispatch_outbox(), dispatch_outbox()] == [0, 0]

    for delivery in before:
        found = Delivery.objects.get(pk=delivery.pk)
        assert (found.state, found.attempts, found.sending_at, found.not_before) == (
            State.DEFERRED, delivery.attempts, None, delivery.not_before,
        )  # fmt: skip


def test_a_delivery_hears_once_of_an_outage(peer, settings, queued):
    goes_away(settings)
    delivery = queued()

    for _minute in range(3):
        dispatch_outbox()

    (event,) = delivery.events.all()
    assert (event.state, event.reason) == ("deferred", "no connection to the mail server")
    assert "refused" in event.server_words


def test_an_outage_is_noted_once_and_ends_with_the_first_connection(peer, settings, queued):
    goes_away(settings)
    queued()
    began = timezone.now()
    for minute in range(3):
        with time_machine.travel(began + minute * MINUTE, tick=False):
            dispatch_outbox()
    comes_back(settings, peer)

    with time_machine.travel(began + 5 * MINUTE, tick=False):
        dispatch_outbox()

    outage = Outage.objects.get()
    assert (outage.of, outage.began_at, outage.ended_at) == (
        "mail_server", began, began + 5 * MINUTE,
    )  # fmt: skip
    assert "refused" in outage.words


def test_an_outage_ends_although_nothing_is_due_any_more(peer, settings, queued):
    goes_away(settings)
    delivery = queued()
    dispatch_outbox()
    call_back_letters(Letter.objects.filter(pk=delivery.letter_id), "a corrigendum takes its place")
    comes_back(settings, peer)

    dispatch_outbox()

    assert Outage.objects.get().ended_at is not None


def test_what_leaves_says_nothing_of_the_time_stamps(peer, queued):
    Outage.objects.begin(Outage.Of.TIME_STAMPS, "it refused")
    queued()

    assert dispatch_outbox() == 1
    assert Outage.objects.standing().get().of == "time_stamps"


def test_the_first_connection_after_an_outage_takes_all_that_waited_for_it(peer, settings, queued):
    goes_away(settings)
    first = queued()
    deliveries = [first, *(queued(letter=first.letter) for _number in range(BATCH))]
    with time_machine.travel(timezone.now()) as clock:
        for _tick in range(20):
            dispatch_outbox()
            clock.shift(24 * MINUTE)
        comes_back(settings, peer)
        assert dispatch_outbox() == BATCH + 1

    assert {state_of(delivery) for delivery in deliveries} == {State.HANDED_OVER}
    assert {delivery.attempts for delivery in deliveries} == {1}


def test_what_the_server_put_off_keeps_its_pause_when_an_outage_ends(peer, settings, queued):
    peer.answers["put-off@example.org"] = "450 4.2.0 Greylisted"
    put_off, other = queued(address="put-off@example.org"), queued()
    dispatch_outbox()
    peer.answers.clear()
    put_off.refresh_from_db()
    Delivery.objects.filter(pk=other.pk).update(state=State.QUEUED, handed_over_at=None)

    goes_away(settings)
    dispatch_outbox()
    comes_back(settings, peer)

    assert dispatch_outbox() == 1
    assert state_of(put_off) == State.DEFERRED
    assert put_off.not_before > timezone.now() + 4 * MINUTE


def test_an_outage_of_days_makes_nothing_missed(peer, settings, queued):
    delivery = queued(leave_before=timezone.now() + 5 * DAY)
    goes_away(settings)
    with time_machine.travel(timezone.now()) as clock:
        for _day in range(3):
            dispatch_outbox()
            clock.shift(DAY)
        comes_back(settings, peer)
        assert dispatch_outbox() == 1

    assert state_of(delivery) == State.HANDED_OVER


def test_a_delivery_that_no_connection_was_found_for_fails_after_its_last_day(
    peer, settings, queued
):
    delivery = queued(leave_before=timezone.now() + DAY)
    goes_away(settings)
    dispatch_outbox()

    with time_machine.travel(timezone.now() + 2 * DAY):
        dispatch_outbox()

    assert state_of(delivery) == State.FAILED


def test_a_line_that_is_lost_gives_back_what_it_has_not_begun(peer, settings, queued):
    deliveries = [queued() for _number in range(3)]
    peer.answers["DOT"] = "421 4.3.2 Closing"
    peer.meanwhile = lambda: goes_away(settings)

    dispatch_outbox()

    assert [state_of(delivery) for delivery in deliveries] == [State.DEFERRED] * 3
    assert [delivery.attempts for delivery in deliveries] == [1, 0, 0]
    assert [delivery.not_before > timezone.now() for delivery in deliveries] == [True, False, False]
    comes_back(settings, peer)
    peer.answers, peer.meanwhile = {}, bool
    assert dispatch_outbox() == 2


def test_a_mail_server_that_takes_no_further_connection_is_not_out_of_reach(peer, settings, queued):
    goes_away(settings)
    queued(**held_by_a_worker(State.SENDING, timezone.now() + MINUTE), sending_at=timezone.now())
    delivery = queued()

    assert dispatch_outbox() == 0

    assert state_of(delivery) == State.QUEUED
    assert not Outage.objects.exists()


def test_an_outage_is_noted_also_after_a_clock_was_set_back(peer, settings, queued):
    queued()
    with time_machine.travel(timezone.now() + 60 * MINUTE):
        dispatch_outbox()
    goes_away(settings)
    queued()

    dispatch_outbox()

    assert Outage.objects.exists()


def test_where_nothing_is_due_nobody_is_called(peer):
    dispatch_outbox()

    assert peer.sessions == 0
