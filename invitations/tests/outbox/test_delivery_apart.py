from pathlib import Path

import pytest
import time_machine
from django.utils import timezone

from invitations.models import Outage
from invitations.outbox.dispatch import dispatch_outbox
from invitations.tests.conftest import CONTENT
from invitations.tests.outbox.deliveries import DAY, MINUTE, State, held_by_a_worker, state_of

pytestmark = pytest.mark.django_db


def test_a_delivery_that_raises_before_anything_is_said_stops_no_other(peer, queued, frozen_letter):
    poisoned = queued(frozen_letter(message="../../etc/passwd"))
    good = [queued() for _number in range(2)]

    assert dispatch_outbox() == 2

    assert state_of(poisoned) == State.DEFERRED
    assert poisoned.attempts == 1
    assert 4 * MINUTE < poisoned.not_before - timezone.now() <= 15 * MINUTE
    event = poisoned.events.latest("pk")
    assert event.reason == "it could not be handed over: SuspiciousFileOperation"
    assert {state_of(delivery) for delivery in good} == {State.HANDED_OVER}


def test_a_delivery_that_cannot_be_said_stops_no_other(peer, queued):
    poisoned, good = queued(envelope="to\r\nken"), queued()

    assert dispatch_outbox() == 1

    assert (state_of(poisoned), poisoned.attempts) == (State.DEFERRED, 1)
    assert poisoned.events.latest("pk").reason == "it could not be handed over: ValueError"
    assert state_of(good) == State.HANDED_OVER


def test_a_delivery_that_goes_on_raising_fails_and_so_comes_before_a_person(peer, queued):
    delivery = queued(envelope="to\r\nken", leave_before=timezone.now() + 5 * DAY)

    with time_machine.travel(timezone.now()) as clock:
        for _time in range(6):
            dispatch_outbox()
            clock.shift(4 * 60 * MINUTE)

    assert (state_of(delivery), delivery.attempts) == (State.FAILED, 5)
    assert delivery.events.latest("pk").reason == "it could not be handed over: ValueError"


def test_a_file_that_cannot_be_read_stops_no_other(peer, queued, frozen_letter, settings):
    (Path(settings.MEDIA_ROOT) / "messages" / "a-folder.eml").mkdir(parents=True, exist_ok=True)
    unreadable = queued(frozen_letter(message="messages/a-folder.eml"))
    good = queued()

    assert dispatch_outbox() == 1

    assert (state_of(unreadable), unreadable.attempts) == (State.DEFERRED, 1)
    assert state_of(good) == State.HANDED_OVER
    assert not Outage.objects.exists()


def test_too_large_a_message_fails_and_stops_no_other(peer, queued, frozen_letter):
    peer.largest = 150
    large, good = queued(frozen_letter(CONTENT * 9)), queued()

    assert dispatch_outbox() == 1

    assert (state_of(large), state_of(good)) == (State.FAILED, State.HANDED_OVER)
    assert "the server takes 150 at most" in large.server_words


def test_the_log_has_what_the_server_said_and_no_name(peer, queued, caplog):
    peer.answers["DOT"] = "250 queued for <flavia.elphberg@example.org> as 4711, to flavia.elphberg"
    queued(address="flavia.elphberg@example.org", envelope="thesecretsign")

    with caplog.at_level("INFO", logger="invitations"):
        dispatch_outbox()

    (line,) = [record.getMessage() for record in caplog.records if record.name.startswith("inv")]
    assert line.endswith(": 250 queued for … as 4711, to …")


def test_the_log_names_nobody_either_in_a_server_s_own_capitals(peer, queued, caplog):
    peer.answers["DOT"] = "250 queued from BOUNCES+THESECRETSIGN to Flavia.Elphberg"
    queued(address="flavia.elphberg@example.org", envelope="thesecretsign")

    with caplog.at_level("INFO", logger="invitations"):
        dispatch_outbox()

    assert "secretsign" not in caplog.text.lower()
    assert "elphberg" not in caplog.text.lower()


def test_one_delivery_that_cannot_be_moved_does_not_keep_the_outbox(peer, queued, unwritable):
    ended = timezone.now() - MINUTE
    stuck, other = (queued(**held_by_a_worker(State.SENDING, ended)) for _number in range(2))
    due = queued()
    unwritable(stuck, but="sending")

    assert dispatch_outbox() == 1

    assert [state_of(delivery) for delivery in (stuck, other, due)] == [
        State.SENDING, State.UNCERTAIN, State.HANDED_OVER,
    ]  # fmt: skip
