"""A real Celery worker with forked processes, on the test's own database and broker."""

import os
import signal
import socket
import subprocess
import sys
import time
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from invitations.files.frozen import thaw
from invitations.letters.circulars import plan_invitation_letters
from invitations.models import JobRun, Letter, Worker
from invitations.outbox.monitoring import clock_jobs, workers_alive
from invitations.tasks import compose_planned, dispatch_outbox, queue_reminders
from invitations.tests.factories import CircularFactory, InvitationFactory
from invitations.tests.races import database_url, tick

pytestmark = [
    pytest.mark.program,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql" or not settings.REDIS_URL,
        reason="A worker of its own needs PostgreSQL and Redis: set DATABASE_URL and REDIS_URL.",
    ),
]


@pytest.fixture
def queue():
    return f"tests-{uuid4().hex[:8]}"


@pytest.fixture
def worker(queue, mail_folder, tmp_path):
    log = tmp_path / "worker.log"
    command = [
        sys.executable, "-m", "celery", "-A", "wsis_forum", "worker", "--pool", "prefork",
        "--concurrency", "2", "-Q", queue, "-n", f"{queue}@%h", "--loglevel", "INFO",
        "--without-gossip", "--without-mingle",
    ]  # fmt: skip
    environment = os.environ | {
        "DATABASE_URL": database_url(),
        "EMAIL_URL": mail_folder.as_uri(),
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, env=environment, cwd=settings.BASE_DIR, stdout=output, stderr=output
        )
    try:
        until(lambda: b"ready." in log.read_bytes(), process, log)
        yield lambda reached: until(reached, process, log)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def until(reached, process, log, seconds=40):
    """Wait for it; fail with the worker's own words where it does not come."""
    stop_at = time.monotonic() + seconds
    while not reached():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < stop_at, log.read_text()
        time.sleep(0.1)


def test_forked_workers_compose_and_deliver_what_the_tables_hold(
    worker, queue, issued, mail_folder
):
    # This process has rendered before: a worker shares nothing with it but database and files.
    issued(to_emails="first@example.org")
    drafts = [InvitationFactory(status="draft", issued_at=None) for _number in range(2)]
    for draft in drafts:
        CircularFactory(edition=draft.edition)
        plan_invitation_letters(draft.edition)

    for _number in range(2):
        tick(compose_planned, queue)
    worker(lambda: Letter.objects.filter(state="composed").count() == 2)
    tick(dispatch_outbox, queue)
    worker(lambda: Letter.objects.filter(deliveries__state="handed_over").exists())

    (file,) = mail_folder.glob("*.eml")
    assert file.name.startswith("first@example.org")
    for letter in Letter.objects.filter(state="composed"):
        assert thaw(letter.pdf.name, letter.sha256).startswith(b"%PDF-")


def test_the_same_processes_take_one_tick_after_another(worker, queue, issued, mail_folder):
    for number in range(3):
        issued(to_emails=f"office{number}@example.org")
        for task in (queue_reminders, compose_planned, dispatch_outbox):
            tick(task, queue)
        worker(lambda: not Letter.objects.filter(deliveries__state="queued").exists())
    worker(lambda: Letter.objects.filter(deliveries__state="handed_over").count() == 3)

    assert len(list(mail_folder.glob("*.eml"))) == 3


def test_a_worker_shows_life_before_it_has_anything_to_do(worker):
    worker(Worker.objects.exists)

    (alive,) = workers_alive(timezone.now())
    assert alive.name.startswith(socket.gethostname()[:100])


def test_ticks_of_a_worker_are_known_from_the_tables(worker, queue):
    for task in (queue_reminders, compose_planned, dispatch_outbox):
        tick(task, queue)
    worker(lambda: JobRun.objects.exclude(ended_at=None).count() == 3)

    late = {job.name for job in clock_jobs(timezone.now()) if job.is_late}
    assert not late & {"queue_reminders", "compose_planned", "dispatch_outbox"}
