"""Two addresses for machines: /healthz for probes, /metrics for a monitoring system."""

import datetime as dt
from collections.abc import Iterable, Mapping
from functools import cache

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from invitations import watch
from invitations.arming import why_mute
from invitations.frozen import store_answers
from invitations.models import Delivery, Tick

DISPATCHED_WITHIN = dt.timedelta(minutes=5)


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Say ``ok``, or one word for each fault under 503."""
    found = faults()
    return HttpResponse(
        "\n".join(found or ["ok"]) + "\n",
        content_type="text/plain; charset=utf-8",
        status=503 if found else 200,
    )


def faults() -> list[str]:
    """``database``: it does not answer; ``migrations``: some are missing; ``ticks``: the outbox
    was not worked for five minutes; ``store``: files cannot be read.
    """
    try:
        applied = MigrationRecorder(connection).applied_migrations()
        if not shipped_migrations().issubset(applied):
            return ["migrations"]
        since = timezone.now() - DISPATCHED_WITHIN
        ticks = Tick.objects.filter(name="dispatch_outbox", ended_at__gte=since)
        found = [] if ticks.exists() else ["ticks"]
    except Error:
        return ["database"]
    return found if store_answers() else [*found, "store"]


@cache
def shipped_migrations() -> frozenset[tuple[str, str]]:
    """Migrations on disk do not change while a process lives."""
    return frozenset(MigrationLoader(None).disk_migrations)


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    if not settings.METRICS_TOKEN:
        raise Http404
    if not constant_time_compare(
        request.headers.get("Authorization", ""), f"Bearer {settings.METRICS_TOKEN}"
    ):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    registry = CollectorRegistry()
    registry.register(Figures())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class Figures(Collector):
    """Read from the tables when asked: every web process gives the same figures."""

    def describe(self) -> Iterable[Metric]:
        return []

    def collect(self) -> Iterable[Metric]:
        now = timezone.now()
        queues = watch.queues(now)
        yield labelled(
            "wsis_forum_deliveries",
            "Deliveries by e-mail.",
            "state",
            {state: queues[state].total if state in queues else 0 for state in Delivery.State},
        )
        yield labelled("wsis_forum_letters", "Letters.", "state", watch.letters(now).by_state)
        yield plain(
            "wsis_forum_printed_letters_waiting",
            "Letters for pouch or post that are not marked as dispatched.",
            watch.printed_waiting(),
        )
        due_since = watch.oldest_due(queues)
        yield plain(
            "wsis_forum_oldest_due_seconds",
            "How long the delivery that has waited longest is due.",
            (now - due_since).total_seconds() if due_since else 0,
        )
        yield from figures_of_the_clock(now)


def figures_of_the_clock(now: dt.datetime) -> Iterable[Metric]:
    ages = {
        job.name: (now - job.ended_at).total_seconds() for job in watch.jobs(now) if job.ended_at
    }
    yield labelled(
        "wsis_forum_tick_age_seconds", "Since the last end of each job of the clock.", "job", ages
    )
    yield plain(
        "wsis_forum_workers", "Workers that were seen of late.", len(watch.workers_alive(now))
    )
    yield plain(
        "wsis_forum_may_send",
        "1 where letters may leave; 0 on a copy, or before sending is armed.",
        int(not why_mute()),
    )


def plain(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(name, about, value=value)


def labelled(name: str, about: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(name, about, labels=[label])
    for key, value in values.items():
        family.add_metric([str(key)], value)
    return family
