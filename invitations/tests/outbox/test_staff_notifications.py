"""Workers killed over a mail to staff or a team: it is not lost without a word, nor told twice."""

import datetime as dt
import os
import signal
import socket
import threading
import time

import pytest
import time_machine
from django.contrib.auth.models import Group, Permission
from django.utils import timezone

from invitations.models import DigestChoice, JobError, LetterEvent
from invitations.outbox.approvers import tell_approvers
from invitations.outbox.digests import send_digest
from invitations.outbox.partnership import tell_partnership
from invitations.outbox.transitions import LEASE
from invitations.tests.factories import EditionFactory, LetterFactory, ReplyFactory, UserFactory
from wsis_forum.env import Mailbox

pytestmark = [
    pytest.mark.django_db,
    # What a signal ends leaves its connection to the garbage collector.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

MINUTE = dt.timedelta(minutes=1)


class Killed(BaseException):
    """What no part of the program catches."""


@pytest.fixture
def kill():
    """End the work of the test's own thread, wherever it is, as a signal ends a worker's."""

    def end(_number, _frame):
        raise Killed

    before = signal.signal(signal.SIGUSR1, end)
    yield lambda: os.kill(os.getpid(), signal.SIGUSR1)
    signal.signal(signal.SIGUSR1, before)


@pytest.fixture
def digest():
    user = UserFactory(email="sapt@example.org")
    user.user_permissions.add(Permission.objects.get(codename="view_delivery"))
    asked_at = timezone.now() - dt.timedelta(hours=1)
    DigestChoice.objects.create(user=user, often="at_once", informed_until=asked_at)
    at = timezone.now() - 10 * MINUTE
    LetterEvent.objects.create(letter=LetterFactory(), state="planned", at=at)
    return send_digest


@pytest.fixture
def approver(reached):
    UserFactory(email="sapt@example.org").groups.add(Group.objects.get(name="Approvers"))
    minister = reached().minister
    minister.to_emails = "new@example.org"
    minister.save()
    return lambda: tell_approvers(timezone.now() + dt.timedelta(hours=5))


@pytest.fixture
def partnership():
    edition = EditionFactory(partnership_email="partners@example.org")
    ReplyFactory(invitation__edition=edition, partnership_interest=True)
    return tell_partnership


@pytest.fixture(params=["digest", "approver", "partnership"])
def tell(request, peer):
    """A job that has one mail to send."""
    return request.getfixturevalue(request.param)


def test_a_worker_killed_while_it_connects_leaves_the_mail_to_the_next_tick(
    peer, settings, kill, tell
):
    reached = settings.MAILBOX
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.MAILBOX = Mailbox("smtp", *silent.getsockname(), "", "", "none")
        threading.Timer(0.5, kill).start()
        with pytest.raises(Killed):
            tell()
    settings.MAILBOX = reached

    assert [tell(), tell()] == [1, 0]
    assert len(peer.taken) == 1


def test_what_was_taken_from_a_worker_that_was_killed_is_not_sent_again_and_says_so(
    peer, kill, tell
):
    peer.meanwhile = lambda: (kill(), time.sleep(1))
    with pytest.raises(Killed):
        tell()
    peer.meanwhile = bool
    assert tell() == 0
    assert not JobError.objects.exists()

    with time_machine.travel(timezone.now() + LEASE + MINUTE):
        assert [tell(), tell()] == [0, 0]

    assert len(peer.taken) == 1
    assert JobError.objects.get().reason.startswith("A worker vanished")


def test_a_mail_that_may_have_arrived_stands_among_the_faults(peer, tell):
    peer.hangs_up_at = "DOT"
    tell()
    peer.hangs_up_at = ""

    assert tell() == 0
    assert len(peer.taken) == 1
    assert "may not have arrived" in JobError.objects.get().reason
