"""Two addresses for machines: /healthz for probes, /metrics for a monitoring system."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from glob import glob
from math import inf
from pathlib import Path
from shutil import disk_usage
from typing import TypeVar

from django.conf import settings
from django.core.cache import caches
from django.db import Error, connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from invitations.files.frozen import store_takes_files
from invitations.models import Delivery, JobError, JobRun, Letter, Outage
from invitations.outbox import monitoring
from invitations.outbox.arming import is_put_back, reason_sending_is_off

Told = TypeVar("Told")

ENOUGH_SPACE = 20 * 1024 * 1024  # bytes, for some hundred replies
DISKS_WITHIN = 3  # seconds
# Whether replies are taken, and for how many seconds strangers are told the same.
TAKES_REPLIES, KNOWN_FOR = "takes-replies", 10
# One is due each night; two hours are for trying again.
BACKUP_WITHIN = 26 * 60 * 60  # seconds

# A store, or a share of the backups, that hangs must not hold up the probe: replies need neither.
asking_the_store = ThreadPoolExecutor(1, "store")
asking_for_backups = ThreadPoolExecutor(1, "backups")


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer ``ok``, or a line for each fault: under 503 if this server takes no reply, else 200.

    What is late, failed or waits stands under 200, since no other server would do it better. Who
    does not bear the token of the figures learns the status alone.
    """
    if not bears_token(request):
        return answer_in_short()
    stops, told = reason_no_replies_are_taken(), []
    if not stops:
        try:
            told = what_is_amiss(timezone.now())
        except Error:
            stops = "database"
    lines = [stops] if stops else [*(told or ["ok"]), *last_time_stamp()]
    return HttpResponse(
        "\n".join(lines) + "\n",
        content_type="text/plain; charset=utf-8",
        status=503 if stops else 200,
    )


def answer_in_short() -> HttpResponse:
    """Answer whether replies are taken, as this process found within the last seconds.

    However often strangers ask, no more rows are written to find out.
    """
    known = caches["template_fragments"]  # in the memory of this process
    takes = known.get(TAKES_REPLIES)
    if takes is None:
        takes = not reason_no_replies_are_taken()
        known.set(TAKES_REPLIES, takes, KNOWN_FOR)
    return HttpResponse(
        "ok\n" if takes else "not ok\n",
        content_type="text/plain; charset=utf-8",
        status=200 if takes else 503,
    )


def bears_token(request: HttpRequest) -> bool:
    given, wanted = request.headers.get("Authorization", ""), f"Bearer {settings.METRICS_TOKEN}"
    return bool(settings.METRICS_TOKEN) and constant_time_compare(given, wanted)


def reason_no_replies_are_taken() -> str:
    """Return why this server takes no replies; empty if it takes them.

    ``database`` does not answer, ``migrations`` are missing, or no ``writes``: read-only or full.
    """
    try:
        applied = MigrationRecorder(connection).applied_migrations()
    except Error:
        return "database"
    if not shipped_migrations().issubset(applied):
        return "migrations"
    return "" if database_takes_writes() else "writes"


def database_takes_writes() -> bool:
    """Write a row and roll it back, so that a probe changes nothing.

    SQLite writes to its file only at the commit, so the space beside that file is checked too.
    """
    now = timezone.now()
    try:
        with transaction.atomic():
            JobRun.objects.create(name="probe", began_at=now)
            transaction.set_rollback(True)
    except Error:
        return False
    folder = Path(str(connection.settings_dict["NAME"])).parent
    on_disk = connection.vendor == "sqlite" and folder.is_absolute()
    return not on_disk or disk_usage(folder).free >= ENOUGH_SPACE


def what_is_amiss(now: dt.datetime) -> list[str]:
    """Return a line for each fault that stops no reply.

    ``late …``: a job of the clock; ``letters waiting``: no worker has tried them for a quarter of
    an hour; ``letters failed``: they could not be composed; ``faults``: a job met one; ``outage
    mail_server`` or ``outage store``: no worker gets through, so no letter leaves; ``store``: this
    server cannot keep or read files; ``seal``: letters cannot be sealed, or soon cannot;
    ``backup``: this host has none of the last night; ``database put back``: it is an earlier one,
    from which nothing leaves.
    """
    found = [f"late {job.name}" for job in monitoring.clock_jobs(now) if job.is_late]
    if Letter.objects.planned().filter(monitoring.left_waiting(now)).exists():
        found.append("letters waiting")
    if Letter.objects.not_composable().exists():
        found.append("letters failed")
    if JobError.objects.exists():
        found.append("faults")
    # No worker stands still for a seal that ends soon, and no web process opens the seal.
    found += [
        outage.of if outage.of == Outage.Of.SEAL else f"outage {outage.of}"
        for outage in monitoring.outages_now()
    ]
    if backup_is_missing(now):
        found.append("backup")
    if is_put_back():
        found.append("database put back")
    return found if store_works() else [*found, "store"]


def last_time_stamp() -> list[str]:
    """Return when the time-stamp service answered last; no line where none is asked.

    It is read from the letters: only workers ask the service.
    """
    if not settings.SEAL_TSA:
        return []
    at = Letter.objects.aggregate(at=Max("time_stamped_at"))["at"]
    return [f"time-stamps {at:%Y-%m-%dT%H:%M:%SZ}" if at else "time-stamps none yet"]


def store_works() -> bool:
    return in_time(asking_the_store, store_takes_files, otherwise=False)


def in_time(disk: ThreadPoolExecutor, ask: Callable[[], Told], *, otherwise: Told) -> Told:
    asked = disk.submit(ask)
    try:
        return asked.result(timeout=DISKS_WITHIN)
    except TimeoutError:
        asked.cancel()
        return otherwise


def backup_is_missing(now: dt.datetime) -> bool:
    """Whether deploy/nightly-backup writes on this host, and last night's is not there."""
    written = backup_times()
    return written is not None and age_of_last(written, now) > BACKUP_WITHIN


def seconds_since_backup(now: dt.datetime) -> float:
    """Return the age of the last whole backup on this host; infinity where none is to be seen."""
    return age_of_last(backup_times() or [], now)


def age_of_last(written: list[float], now: dt.datetime) -> float:
    """Return the age of the last; one of the future, by a clock that went wrong, says nothing."""
    ages = [now.timestamp() - at for at in written]
    return min((age for age in ages if age >= 0), default=inf)


def backup_times() -> list[float] | None:
    """Return when each backup on this host was written; None where none is written here."""
    unseen: list[float] | None = []
    return in_time(asking_for_backups, times_of_backups, otherwise=unseen)


def times_of_backups() -> list[float] | None:
    found: list[float] = []
    folder = settings.VAR_DIR / "backups"
    try:
        folder.lstat()
    except FileNotFoundError:
        return None
    except OSError:  # what led to it is there, and its disk is not
        return found
    # Unlike Path's, this one finds nothing in a folder that cannot be read.
    for name in glob("backup-*Z", root_dir=folder):
        # The oldest may be removed meanwhile, and not each folder that lists lets look.
        with suppress(OSError):
            found.append((folder / name).stat().st_mtime)
    return found


# Migrations on disk do not change while a process lives.
@cache
def shipped_migrations() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None).disk_migrations)


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    if not settings.METRICS_TOKEN:
        raise Http404
    if not bears_token(request):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    registry = CollectorRegistry()
    registry.register(Figures())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class Figures(Collector):
    """Figures read from the tables at each request, so every web process gives the same."""

    def describe(self) -> Iterable[Metric]:
        return []

    def collect(self) -> Iterable[Metric]:
        now = timezone.now()
        queues = monitoring.count_queues(now)
        yield labelled_gauge(
            "wsis_forum_deliveries",
            "Deliveries by e-mail.",
            "state",
            {state: queues[state].total if state in queues else 0 for state in Delivery.State},
        )
        letters = monitoring.count_letters(now)
        yield labelled_gauge("wsis_forum_letters", "Letters.", "state", letters.by_state)
        yield gauge(
            "wsis_forum_letters_left_waiting",
            "Planned letters that no worker has looked at for a quarter of an hour.",
            letters.left_waiting,
        )
        yield gauge(
            "wsis_forum_letters_failed",
            "Planned letters that could not be composed.",
            letters.failed,
        )
        yield gauge(
            "wsis_forum_printed_letters_waiting",
            "Letters for pouch or post that are not marked as dispatched.",
            monitoring.count_awaiting_dispatch(),
        )
        due_since = monitoring.oldest_due(queues)
        yield gauge(
            "wsis_forum_oldest_due_seconds",
            "How long the delivery that has waited longest is due.",
            (now - due_since).total_seconds() if due_since else 0,
        )
        yield from figures_of_the_clock(now)
        yield labelled_gauge(
            "wsis_forum_faults",
            "Items that a job could not do, and that wait for a person.",
            "job",
            monitoring.count_job_errors(),
        )
        stopped = {outage.of for outage in monitoring.outages_now()}
        yield labelled_gauge(
            "wsis_forum_outage",
            "1 where no worker gets through, so that no letter leaves.",
            "of",
            {of: int(of in stopped) for of in Outage.Of},
        )
        yield labelled_gauge(
            "wsis_forum_takes_writes",
            "1 where what is written is kept.",
            "place",
            {"database": int(database_takes_writes()), "store": int(store_works())},
        )
        yield gauge(
            "wsis_forum_backup_age_seconds",
            "Since the last backup on this host was written; +Inf where there is none.",
            seconds_since_backup(now),
        )


def figures_of_the_clock(now: dt.datetime) -> Iterable[Metric]:
    jobs = monitoring.clock_jobs(now)
    ages = {job.name: (now - job.ended_at).total_seconds() for job in jobs if job.ended_at}
    yield labelled_gauge(
        "wsis_forum_tick_age_seconds", "Since the last end of each job of the clock.", "job", ages
    )
    yield labelled_gauge(
        "wsis_forum_job_late",
        "1 where a job of the clock is late, or never ran.",
        "job",
        {job.name: int(job.is_late) for job in jobs},
    )
    yield gauge(
        "wsis_forum_workers", "Workers that were seen of late.", len(monitoring.workers_alive(now))
    )
    yield gauge(
        "wsis_forum_may_send",
        "1 where letters may leave; 0 on a copy, or before sending is armed.",
        int(not reason_sending_is_off()),
    )


def gauge(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(name, about, value=value)


def labelled_gauge(name: str, about: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(name, about, labels=[label])
    for key, value in values.items():
        family.add_metric([str(key)], value)
    return family
