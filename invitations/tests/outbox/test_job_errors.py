"""What goes wrong with one item of a job makes it pause, and keeps no other."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from invitations.job_errors import each_apart, spread_pause_after
from invitations.models import JobError

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)


def raising(words):
    def act():
        raise ValueError(words)

    return act


def one():
    return 1


def test_no_pause_is_longer_because_a_clock_ran_ahead():
    with time_machine.travel(timezone.now() + dt.timedelta(days=10)):
        each_apart("send_digest", [("wsis-2027", raising("no"))])

    assert each_apart("send_digest", [("wsis-2027", one)]) == 1
    assert not JobError.objects.exists()


@pytest.mark.parametrize("words", ["NO \x00", "NO \ud800"])
def test_words_that_no_database_keeps_are_kept_without_these_signs(words):
    def refused():
        raise TimeoutError(words)

    done = each_apart("read_mailboxes", [("a", refused), ("b", one)], (TimeoutError,))

    assert (done, JobError.objects.get().reason) == (1, "NO \ufffd")


def test_a_fault_that_cannot_be_kept_keeps_no_other(caplog):
    JobError.objects.create(job="send_digest", item="a", attempts=2**31 - 1)

    assert each_apart("send_digest", [("a", raising("no")), ("b", one)]) == 1

    assert "send_digest, a: ValueError in " in caplog.text


def test_the_pauses_grow_are_spread_and_are_never_longer_than_four_hours():
    pauses = [
        [spread_pause_after(attempts) / MINUTE for _time in range(200)] for attempts in range(1, 99)
    ]

    for attempts, spread in enumerate(pauses):
        shortest = min(5 * 2**attempts, 80)
        assert shortest <= min(spread) < 1.2 * shortest
        assert 2.8 * shortest < max(spread) <= 3 * shortest
    assert max(map(max, pauses)) <= 240
