"""Figures of the queue, for the admin's page, for probes and for monitoring.

All are read from the tables, none from a process's memory: every machine gives the same answer.
"""

import datetime as dt
import logging
import os
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from threading import Event
from typing import Any, NamedTuple

from django.conf import settings
from django.db import Error, connection
from django.db.models import Case, Count, F, Min, Q, When
from django.db.models.functions import Coalesce, TruncHour
from django.utils import timezone

from invitations.files.sealing import seal_warning
from invitations.models import AUTOMATIC_KINDS, Delivery, JobError, JobRun, Letter, Outage, Worker
from invitations.text.by_language import words_read

logger = logging.getLogger(__name__)

State = Delivery.State
AGES = (dt.timedelta(hours=1), dt.timedelta(days=1), dt.timedelta(days=7))
HOURS = 24
LATE_AFTER = dt.timedelta(minutes=3)
LOOKED_AT_WITHIN = dt.timedelta(minutes=15)
ALIVE_WITHIN = dt.timedelta(minutes=2)
SHOWN_EACH = 30  # seconds
FORGOTTEN_AFTER = dt.timedelta(days=1)


# The jobs of the clock


@contextmanager
def recorded_run(name: str) -> Iterator[JobRun]:
    """Record when the job began and ended; a job that breaks off has no new end.

    The job sets ``did`` on the tick that it is given.
    """
    job_run = JobRun(name=name, began_at=timezone.now())
    JobRun.objects.bulk_create(
        [job_run], update_conflicts=True, unique_fields=["name"], update_fields=["began_at"]
    )
    yield job_run
    JobRun.objects.filter(name=name).update(ended_at=timezone.now(), did=job_run.did)


class JobStatus(NamedTuple):
    name: str
    ended_at: dt.datetime | None
    did: int
    is_late: bool


def clock_jobs(now: dt.datetime) -> list[JobStatus]:
    """Return each scheduled job; it is late if it has not ended for three of its pauses."""
    job_runs = {job_run.name: job_run for job_run in JobRun.objects.all()}
    schedule: dict[str, Any] = dict(settings.CELERY_BEAT_SCHEDULE)
    found = []
    for name, entry in schedule.items():
        job_run = job_runs.get(name)
        ended_at = job_run.ended_at if job_run else None
        pause = dt.timedelta(seconds=entry["schedule"])
        is_late = ended_at is None or now - ended_at > max(LATE_AFTER, 3 * pause)
        found.append(JobStatus(name, ended_at, job_run.did if job_run else 0, is_late))
    return found


# The workers


def this_process() -> str:
    return f"{socket.gethostname()[:100]}:{os.getpid()}"


def record_sign_of_life() -> None:
    """Record that this process is alive, and delete processes not seen for a day."""
    now = timezone.now()
    Worker.objects.bulk_create(
        [Worker(name=this_process(), seen_at=now)],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["seen_at"],
    )
    Worker.objects.filter(seen_at__lt=now - FORGOTTEN_AFTER).delete()


def show_life(stopping: Event) -> None:
    """Record signs of life until the process stops, also after a failure of the database."""
    while not stopping.is_set():
        try:
            record_sign_of_life()
        except Error as error:
            logger.warning("This worker could not be seen: %s", type(error).__name__)
        # A kept connection would be inherited by each new child of the worker.
        connection.close()
        stopping.wait(SHOWN_EACH)


def forget_this_process() -> None:
    Worker.objects.filter(name=this_process()).delete()


def workers_alive(now: dt.datetime) -> list[Worker]:
    return list(Worker.objects.filter(seen_at__gte=now - ALIVE_WITHIN).order_by("name"))


# The queue


class QueueCounts(NamedTuple):
    """Deliveries by e-mail in one state, and since when they are in it or due.

    ``by_age`` counts those not due yet, those under an hour, a day and a week old, and the others.
    """

    state: str
    total: int
    by_age: list[int]
    oldest: dt.datetime | None
    next_due: dt.datetime | None


def count_queues(now: dt.datetime) -> dict[str, QueueCounts]:
    since = Case(
        When(state__in=[State.QUEUED, State.DEFERRED], then=F("not_before")),
        default=Coalesce("handed_over_at", "sending_at", "not_before"),
    )
    edges = [now, *(now - age for age in AGES)]
    # Each age lies between two edges; the first and the last one are open.
    ages = [Q(since__gt=edges[0])]
    ages += [Q(since__lte=late, since__gt=early) for late, early in pairwise(edges)]
    ages += [Q(since__lte=edges[-1])]
    rows: Any = (
        Delivery.objects.by_mail()
        .order_by()
        .annotate(since=since)
        .values("state")
        .annotate(
            total=Count("pk"),
            oldest=Min("since", filter=~ages[0]),
            next_due=Min("since", filter=ages[0]),
            **{f"age_{number}": Count("pk", filter=age) for number, age in enumerate(ages)},
        )
    )
    return {
        row["state"]: QueueCounts(
            row["state"],
            row["total"],
            [row[f"age_{number}"] for number in range(len(ages))],
            row["oldest"],
            row["next_due"],
        )
        for row in rows
    }


def oldest_due(found: dict[str, QueueCounts]) -> dt.datetime | None:
    """Return since when the longest-waiting delivery is due; None if none is."""
    waiting = [found[state].oldest for state in (State.QUEUED, State.DEFERRED) if state in found]
    return min(filter(None, waiting), default=None)


def next_due(found: dict[str, QueueCounts]) -> dt.datetime | None:
    waiting = [found[state].next_due for state in (State.QUEUED, State.DEFERRED) if state in found]
    return min(filter(None, waiting), default=None)


def handed_over_by_hour(now: dt.datetime) -> list[tuple[dt.datetime, int]]:
    """Count what left by e-mail in each of the last 24 clock hours, this one included."""
    this_hour = now.replace(minute=0, second=0, microsecond=0)
    hours = [this_hour - dt.timedelta(hours=number) for number in reversed(range(HOURS))]
    left = Delivery.objects.by_mail().filter(handed_over_at__gte=hours[0])
    counted = dict(
        left.order_by()
        .values_list(TruncHour("handed_over_at", tzinfo=dt.UTC))
        .annotate(number=Count("pk"))
    )
    return [(hour, counted.get(hour, 0)) for hour in hours]


def check_seal() -> None:
    """Note why letters cannot be sealed, or soon cannot: workers have the key, pages have not."""
    Outage.objects.tell(Outage.Of.SEAL, seal_warning())


def outages_now() -> list[Outage]:
    """Return what keeps letters from leaving, from their seal or its time, and since when."""
    return list(Outage.objects.standing().order_by("began_at"))


def count_awaiting_dispatch() -> int:
    """Count letters for the pouch or the post that nobody has marked as dispatched.

    Signed originals and the notes above them have a page of their own.
    """
    return Delivery.objects.to_dispatch().count()


# Letters


class LetterCounts(NamedTuple):
    """Letters by state; of the planned ones also those being composed, left waiting, or failed."""

    by_state: dict[str, int]
    composing: int
    to_approve: int
    left_waiting: int
    failed: int


def count_letters(now: dt.datetime) -> LetterCounts:
    planned = Q(state=Letter.State.PLANNED)
    counted = Letter.objects.aggregate(
        composing=Count("pk", filter=planned & Q(composing_until__gt=now)),
        to_approve=Count(
            "pk", filter=Q(state=Letter.State.COMPOSED) & ~Q(kind__in=AUTOMATIC_KINDS)
        ),
        left_waiting=Count("pk", filter=planned & left_waiting(now)),
        failed=Count("pk", filter=planned & Q(failed_attempts__gt=0)),
        **{state: Count("pk", filter=Q(state=state)) for state in Letter.State.values},
    )
    by_state = {state: counted.pop(state) for state in Letter.State.values}
    return LetterCounts(by_state, **counted)


def left_waiting(now: dt.datetime) -> Q:
    """Match planned letters that no worker has looked at for a quarter of an hour, though it could.

    What waits for a text, or failed, is tried after its pause.
    """
    since = now - LOOKED_AT_WITHIN
    could_be_tried = Q(compose_again_at__lt=since) | Q(compose_again_at=None, planned_at__lt=since)
    return could_be_tried & (Q(composing_until=None) | Q(composing_until__lt=now))


class ReasonCount(NamedTuple):
    why: str
    failed: bool
    number: int


def count_reasons_to_wait() -> list[ReasonCount]:
    """Return why planned letters wait or could not be composed, with the number for each.

    The reasons are in the active language. A row from an earlier version has its words alone.
    """
    rows = (
        Letter.objects.planned()
        .exclude(waiting_reason="")
        .order_by()
        .annotate(failed=Case(When(failed_attempts__gt=0, then=True), default=False))
        .values_list("waiting_reason", "waiting_reason_by_language", "failed")
        .annotate(number=Count("pk"))
    )
    counted: Counter[tuple[str, bool]] = Counter()
    known: dict[str, dict[str, str]] = {}
    for reason, by_language, failed, number in rows:
        counted[reason, failed] += number
        known[reason] = by_language or known.get(reason, {})
    found = sorted(counted.items(), key=lambda one: (-one[1], *one[0]))
    return [
        ReasonCount(words_read(reason, known[reason]), failed, number)
        for (reason, failed), number in found
    ]


# Job errors


def count_job_errors() -> dict[str, int]:
    """Count, for each job, the items that it could not do."""
    counted = JobError.objects.order_by().values_list("job").annotate(number=Count("pk"))
    return dict.fromkeys(settings.CELERY_BEAT_SCHEDULE, 0) | dict(counted)
