"""A mailbox that takes a connection and never answers."""

import socket
from contextlib import suppress

import pytest
from django.conf import settings as site
from django.core.cache import cache

from invitations.inbox import mailboxes
from invitations.inbox.mailboxes import read_mailboxes
from invitations.models import JobError
from wsis_forum.env import Inbox

pytestmark = pytest.mark.django_db


@pytest.fixture
def silent():
    """A port that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        yield server


def callers(server):
    """How many have called since one looked last."""
    number = 0
    with suppress(TimeoutError):
        while True:
            server.accept()[0].close()
            number += 1
    return number


def test_a_silent_mailbox_is_left_alone_for_some_minutes_and_told_meanwhile(
    settings, silent, monkeypatch
):
    monkeypatch.setattr(mailboxes, "ANSWER_WITHIN", 0.2)
    settings.INTRAY = Inbox(
        "127.0.0.1", silent.getsockname()[1], "flavia", "of-this-test", "none", "INBOX"
    )
    settings.BOUNCES = None

    told = [read_mailboxes().faults for _tick in range(3)]
    called = callers(silent)
    cache.clear()
    read_mailboxes()

    assert told == [["INTRAY_URL: timed out"]] * 3
    assert JobError.objects.get().attempts == 4
    assert (called, callers(silent)) == (1, 1)


def test_two_silent_mailboxes_leave_half_of_a_tick_to_other_jobs():
    assert 2 * mailboxes.ANSWER_WITHIN <= site.TICK_SECONDS / 2
