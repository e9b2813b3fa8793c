"""A mail that ends each worker that reads it keeps no other one away."""

import time

import pytest
from django.core.cache import cache

from invitations.inbox.mailboxes import LONGEST, begin_reading, read_mailboxes
from invitations.mail.incoming import sha256_of
from invitations.models import Correspondence
from invitations.tests.imap_peer import imap_peer
from invitations.tests.reports import written

pytestmark = pytest.mark.django_db

DEADLY = written(name="<deadly@example.org>", subject="Deadly")
MARK = f"mail-{sha256_of(DEADLY)}"


@pytest.fixture
def intray(settings):
    with imap_peer() as server:
        settings.INTRAY = server.box
        server.put(DEADLY, written(name="<answer@example.org>", subject="We come"))
        yield server


def begun_before(times, ago):
    cache.set(MARK, (times, time.time() - ago))


def subjects():
    filed = Correspondence.objects.order_by("pk").values_list("summary", flat=True)
    return [summary.splitlines()[0] for summary in filed]


def test_a_mail_over_which_three_workers_vanished_is_filed_as_it_came(intray):
    begun_before(3, LONGEST.total_seconds() + 1)

    assert read_mailboxes().taken == 2

    assert subjects() == ["This mail could not be read: open it as it came.", "We come"]
    assert cache.get(MARK) is None
    assert intray.holds() == 0


def test_a_mail_over_which_one_worker_vanished_is_read(intray):
    begun_before(1, LONGEST.total_seconds() + 1)

    assert read_mailboxes().taken == 2

    assert subjects() == ["Deadly", "We come"]


def test_a_mail_that_another_worker_reads_is_left_to_it(intray):
    begun_before(1, 60)

    assert read_mailboxes().taken == 1

    assert subjects() == ["We come"]
    assert intray.holds() == 1


def test_a_clock_that_was_set_back_leaves_no_mail_lying(intray):
    begun_before(1, -3600)

    assert read_mailboxes().taken == 2


def test_without_redis_mail_is_read(intray, settings):
    settings.CACHES = {
        **settings.CACHES,
        "default": {
            "BACKEND": "wsis_forum.backends.RedisOrOwnMemory",
            "LOCATION": "redis://127.0.0.1:1/0",
        },
    }

    assert read_mailboxes().taken == 2


def test_each_worker_that_begins_is_counted():
    counted = []
    for _worker in range(4):
        counted.append(begin_reading(MARK))
        times, began_at = cache.get(MARK)
        cache.set(MARK, (times, began_at - LONGEST.total_seconds()))

    assert counted == [0, 1, 2, 3]
