"""What processes, servers and offices do at the worst moment: the short versions of `make soak`."""

import datetime as dt
import random
import shutil
import threading
import time
from collections import Counter
from contextlib import suppress
from uuid import uuid4

import pytest
from django.conf import settings as configured
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from invitations.models import Delivery
from invitations.outbox.arming import arm
from invitations.outbox.dispatch import dispatch_outbox
from invitations.replies import record_reply
from invitations.tasks import dispatch_outbox as tick_of_the_outbox
from invitations.tests.conftest import BODY
from invitations.tests.factories import EditionFactory, StepFactory
from invitations.tests.races import at_once, database_url, end_other_sessions, tick
from scripts.peers.accounts import account_for, states_by_receipt
from scripts.peers.mail_server import MailServer
from scripts.peers.ports import open_lines
from scripts.peers.programs import start_celery, wait_until
from scripts.peers.servers import Redis
from wsis_forum.env import Mailbox

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql" or not configured.REDIS_URL,
        reason="Faults need PostgreSQL and Redis: set DATABASE_URL and REDIS_URL.",
    ),
]

State = Delivery.State


@pytest.fixture
def mail(tmp_path, settings, db):
    """A mail server in a process of its own, and a deployment that may write to ministers."""
    server = MailServer(tmp_path / "mail")
    settings.MAILBOX = Mailbox("smtp", "127.0.0.1", server.port, "", "", "none")
    settings.SMTP_TIMEOUT = 30
    settings.ARMING_KEY = arm()
    yield server
    server.end()


@pytest.fixture
def outbox(frozen_letter, queued):
    """Queue deliveries of one letter, each to its own address; it is dated when it leaves."""

    def fill(number):
        letter = frozen_letter(BODY)
        for _number in range(number):
            queued(letter, envelope=uuid4().hex[:16])

    return fill


@pytest.fixture
def program(tmp_path, mail):
    """Start a worker or a beat on a host that shares database, broker and file store only."""
    started = []

    def start(kind, host, *options, **environment):
        name = f"{kind}{len(started)}"
        shared = {
            "DATABASE_URL": database_url(),
            "EMAIL_URL": mail.url,
            "ARMING_KEY": configured.ARMING_KEY,
            "STORAGE_URL": configured.MEDIA_ROOT.as_uri(),
            "SMTP_CONNECTIONS": "2",
        }
        folder = tmp_path / host
        started.append(start_celery(kind, name, folder, *options, **shared | environment))
        return started[-1]

    yield start
    for one in started:
        one.end()


@pytest.fixture
def broker(tmp_path):
    if not shutil.which("redis-server"):
        pytest.skip("A broker of the test's own needs redis-server.")
    server = Redis(tmp_path / "redis")
    yield server
    server.stop()


def all_settled():
    return not Delivery.objects.exclude(state__in=[State.HANDED_OVER, State.UNCERTAIN]).exists()


def settle(mail):
    """Let what is at rest go on: no process is left, and its leases and pauses are over."""
    mail.behaves()
    wait_until(all_went_on, "nothing waits")


def all_went_on():
    now = timezone.now()
    Delivery.objects.filter(state__in=[State.CLAIMED, State.SENDING]).update(lease_ends_at=now)
    Delivery.objects.filter(state=State.DEFERRED).update(not_before=now)
    dispatch_outbox()
    return all_settled()


def breaches(mail, uncertain_at_most):
    states = states_by_receipt(Delivery.objects.select_related("letter"))
    return account_for(states, mail.received()).breaches(uncertain_at_most)


def meanwhile(job):
    """Start the job in a thread of its own; a broken line to the database ends it."""

    def run():
        try:
            with suppress(DatabaseError):
                job()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_processes_of_two_hosts_are_killed_and_no_letter_is_lost_or_doubled(mail, program, outbox):
    outbox(80)
    mail.behaves(seconds=0.15)
    queue, lines = f"tests-{uuid4().hex[:8]}", 0
    workers = [program("worker", host, "--queues", queue) for host in ("zenda", "strelsau")]
    wait_until(lambda: send_tick(queue) or mail.received(), "the first letter left")

    for whom in ["child", "both", "child", "parent", "child", "child"]:
        time.sleep(random.uniform(0.2, 0.7))
        lines += random.choice(workers).kill(whom, mail.port)
        claims_end()
        send_tick(queue)
    for worker in workers:
        lines += worker.kill("both", mail.port)
        worker.end()
    settle(mail)

    assert not breaches(mail, uncertain_at_most=lines)


def test_a_worker_that_stood_still_beyond_its_leases_sends_nothing_that_others_took(
    mail, program, outbox
):
    outbox(60)
    mail.behaves(seconds=0.2)
    queue = f"tests-{uuid4().hex[:8]}"
    worker = program("worker", "zenda", "--queues", queue)
    wait_until(lambda: send_tick(queue) or mail.received(), "the first letter left")

    wait_until(lambda: stopped_between_transactions(worker), "it stands still and holds no row")
    lines = open_lines(worker.pids, mail.port)
    settle(mail)
    worker.goes_on()
    wait_until(lambda: not open_lines(worker.pids, mail.port), "it has put down the telephone")

    assert not breaches(mail, uncertain_at_most=lines)


def stopped_between_transactions(worker):
    """Stop the worker; one that keeps others waiting for its rows goes on a little."""
    worker.stands_still()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity"
            " WHERE datname = current_database() AND state LIKE 'idle in transaction%'"
        )
        if cursor.fetchone() is None:
            return True
    worker.goes_on()
    return False


def claims_end():
    """What was claimed and not begun is free again, also where its worker is well."""
    Delivery.objects.filter(state=State.CLAIMED).update(lease_ends_at=timezone.now())


def send_tick(queue):
    tick(tick_of_the_outbox, queue)
    time.sleep(0.1)


def test_a_broker_that_forgets_all_or_is_gone_delays_the_outbox_only(mail, program, broker, outbox):
    at_broker = {"REDIS_URL": f"redis://127.0.0.1:{broker.port}/0", "TICK_SECONDS": "1"}
    program("worker", "zenda", **at_broker)
    program("beat", "zenda", **at_broker)

    for harm in [["FLUSHALL"], ["SHUTDOWN", "NOSAVE"], []]:
        outbox(10)
        wait_until(all_settled, "all that was queued has left")
        if harm:
            broker.call(*harm)
        if "SHUTDOWN" in harm:
            broker.start()

    assert not breaches(mail, uncertain_at_most=0)


def test_a_database_that_ends_all_sessions_leaves_one_uncertain_for_each_connection(
    mail, outbox, settings
):
    outbox(50)
    mail.behaves(seconds=0.1)
    settings.SMTP_CONNECTIONS = 3

    for _time in range(3):
        worker = meanwhile(dispatch_outbox)
        time.sleep(random.uniform(0.4, 0.8))
        end_other_sessions()
        worker.join()
    settle(mail)

    assert not breaches(mail, uncertain_at_most=3 * 3)


def test_a_mail_server_that_is_gone_or_slow_or_drops_the_line_gets_no_letter_twice(
    mail, outbox, settings
):
    settings.SMTP_TIMEOUT, lines = 2, 0

    for manners in [{"drops": 0.3}, {"stalls": 0.02, "stall": 3}, {}]:
        outbox(20)
        mail.behaves(seconds=0.1, **manners)
        worker = meanwhile(dispatch_outbox)
        time.sleep(0.8)
        if not manners:
            lines = mail.goes_away()
        worker.join()
    mail.start()
    settle(mail)

    assert not breaches(mail, uncertain_at_most=mail.unheard() + lines)


def test_an_outage_delays_and_counts_no_attempt(mail, outbox):
    outbox(30)
    mail.goes_away()
    assert at_once(dispatch_outbox, dispatch_outbox) == [0, 0]
    mail.start()

    assert dispatch_outbox() == 30

    assert not Delivery.objects.exclude(attempts=1).exists()
    assert not breaches(mail, uncertain_at_most=0)


def test_where_the_mail_server_takes_one_connection_it_is_enough(mail, outbox, settings):
    outbox(60)
    mail.behaves(seconds=0.02, lines=1)
    settings.SMTP_CONNECTIONS = 4

    assert sum(at_once(dispatch_outbox, dispatch_outbox)) == 60

    assert not Delivery.objects.exclude(attempts=1).exists()
    assert not breaches(mail, uncertain_at_most=0)


@pytest.mark.parametrize(
    "address", ["cabinet\u2028Bcc:x@example.org", "cabinet@example.org\r\nRCPT TO:<x@example.org>"]
)
def test_addresses_that_cannot_be_said_keep_no_other_and_get_nothing(mail, outbox, address):
    outbox(30)
    poisoned = Delivery.objects.filter(pk__in=Delivery.objects.values("pk")[10:13])
    for number, delivery in enumerate(poisoned):
        Delivery.objects.filter(pk=delivery.pk).update(address=f"{number}{address}")

    assert dispatch_outbox() == 27

    left = Delivery.objects.filter(state=State.HANDED_OVER).values_list("address", flat=True)
    assert sorted(receipt.address for receipt in mail.received()) == sorted(left)
    assert len(left) == 27


def test_eight_dispatchers_with_forty_threads_hand_over_each_letter_once(mail, outbox, settings):
    outbox(120)
    mail.behaves(seconds=0.02)
    settings.SMTP_CONNECTIONS = 5

    handed_over = at_once(*[dispatch_outbox] * 8)

    assert sum(handed_over) == 120
    assert not breaches(mail, uncertain_at_most=0)


@pytest.fixture
def reminders(reached, frozen_letter, queued, monkeypatch):
    """Thirty reminders that wait, on whatever day the test runs."""
    monkeypatch.setattr("invitations.models.ForumEdition.is_quiet", lambda edition, day: False)
    last = timezone.localdate() + dt.timedelta(days=20)
    edition = EditionFactory(reply_before=last)
    step = StepFactory(edition=edition)
    letters = [
        frozen_letter(
            invitation=reached(edition=edition), kind="reminder", step=step, reply_before=last,
            leave_before=edition.deadline,
        )
        for _number in range(30)
    ]  # fmt: skip
    return [queued(letter) for letter in letters]


def test_an_office_that_has_answered_gets_no_reminder_but_one_that_was_on_its_way(mail, reminders):
    mail.behaves(seconds=0.1)
    worker, found = meanwhile(dispatch_outbox), {}

    for reminder in random.sample(reminders, k=len(reminders)):
        time.sleep(random.uniform(0, 0.1))
        with transaction.atomic():
            record_reply(reminder.letter.invitation, {"answer": "regrets"})
            reminder.refresh_from_db()
        found[reminder.address] = reminder.state
    worker.join()

    arrived = Counter(receipt.address for receipt in mail.received())
    began = {a for a, state in found.items() if state in (State.SENDING, State.HANDED_OVER)}
    assert {*arrived} == began
    assert {*arrived.values()} <= {1}
