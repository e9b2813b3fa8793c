"""The operations officer's page: the queue, the clock, and whether anything leaves at all."""

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from unfold.decorators import action

from invitations.admin.base import RecordAdmin
from invitations.admin.list_columns import at_hour, list_url
from invitations.models import Delivery, Letter, Outage
from invitations.outbox import monitoring
from invitations.text.dates import keep_own_order, labelled
from invitations.times.jobs import Job

State = Delivery.State
# In the order of a delivery's life; the states that need a person come last.
STATES = (
    State.QUEUED, State.CLAIMED, State.SENDING, State.DEFERRED, State.HANDED_OVER,
    State.UNCERTAIN, State.FAILED, State.BOUNCED, State.MISSED, State.CANCELLED,
)  # fmt: skip
FOR_A_PERSON = (State.UNCERTAIN, State.FAILED, State.BOUNCED, State.MISSED)


class QueuePageMixin(RecordAdmin):
    actions_list = ["queue"]

    @action(description=gettext_lazy("Outbox"), url_path="queue", permissions=["view"])
    def queue(self, request: HttpRequest) -> HttpResponse:
        return never_cache(self._queue)(request)

    def _queue(self, request: HttpRequest) -> HttpResponse:
        now = timezone.now()
        context = {
            **self.admin_site.each_context(request),
            "title": _("Outbox"),
            "at": timezone.localtime(now),
            **queue_context(now),
        }
        return TemplateResponse(request, "admin/outbox/queue.html", context)


def queue_context(now: dt.datetime) -> dict[str, Any]:
    queues, letters = monitoring.count_queues(now), monitoring.count_letters(now)
    return {
        "in_short": summary_rows(queues, now),
        "outages": outage_rows(now),
        "queues": [state_row(queues[state]) for state in STATES if state in queues],
        "hours": hourly_bars(monitoring.handed_over_by_hour(now)),
        "jobs": [job_row(job, now) for job in monitoring.clock_jobs(now)],
        "workers": [
            {"name": worker.name, "seen": format_queue_age(worker.seen_at, now)}
            for worker in monitoring.workers_alive(now)
        ],
        "letters": letter_counts(letters),
        **waiting_reasons(monitoring.count_reasons_to_wait()),
        "waiting_url": list_url(Letter, composing="waits"),
    }


def format_queue_age(at: dt.datetime | None, now: dt.datetime) -> str:
    if at is None:
        return ""
    seconds = int((now - at).total_seconds())
    if seconds < 60:
        return ngettext("%(count)s second", "%(count)s seconds", seconds) % {"count": seconds}
    return timesince(at, now, depth=1)


def summary_rows(
    queues: dict[str, monitoring.QueueCounts], now: dt.datetime
) -> list[dict[str, Any]]:
    due_since, due_next = monitoring.oldest_due(queues), monitoring.next_due(queues)
    return [
        {
            "title": _("oldest is due for"),
            "words": format_queue_age(due_since, now) or _("nothing is due"),
            "is_late": due_since is not None and now - due_since > monitoring.LATE_AFTER,
        },
        {"title": _("next due"), "words": at_hour(due_next) or _("nothing ahead")},
    ]


def waiting_reasons(found: list[monitoring.ReasonCount]) -> dict[str, list[str]]:
    """Return reasons to wait, tried again once put right, and faults, tried again after a pause."""
    shown = [(one.failed, labelled(one.number, keep_own_order(one.why))) for one in found]
    return {
        "reasons": [words for failed, words in shown if not failed],
        "faults": [words for failed, words in shown if failed],
    }


def outage_rows(now: dt.datetime) -> list[dict[str, Any]]:
    return [outage_row(outage, now) for outage in monitoring.outages_now()]


def outage_row(outage: Outage, now: dt.datetime) -> dict[str, Any]:
    return {
        "reason": labelled(outage.get_of_display(), keep_own_order(outage.words)),
        "since": at_hour(outage.began_at),
        "age": format_queue_age(outage.began_at, now),
        "stops_the_outbox": outage.stops_the_outbox,
    }


def state_row(queue: monitoring.QueueCounts) -> dict[str, Any]:
    state = State(queue.state)
    return {
        "label": state.label,
        "url": list_url(Delivery, state__exact=state.value, channel__exact="email"),
        "for_a_person": state in FOR_A_PERSON,
        "total": queue.total,
        "by_age": queue.by_age,
    }


def hourly_bars(hours: list[tuple[dt.datetime, int]]) -> dict[str, Any]:
    most = max(count for _hour, count in hours)
    return {
        "total": sum(count for _hour, count in hours),
        "most": most,
        "columns": [
            {
                "hour": timezone.localtime(hour).strftime("%H"),
                "count": count,
                "percent": 100 * count // most if most else 0,
            }
            for hour, count in hours
        ],
    }


def job_row(job: monitoring.JobStatus, now: dt.datetime) -> dict[str, Any]:
    age = format_queue_age(job.ended_at, now)
    ended = _("%(age)s ago") % {"age": age} if age else _("never")
    return {
        "title": job_name(job.name),
        "ended": labelled(ended, _("late")) if job.is_late else ended,
        "at": at_hour(job.ended_at),
        "did": job.did,
        "is_late": job.is_late,
    }


def job_name(job: str) -> str:
    """Return what the job does; kept faults may be of an earlier version's jobs."""
    return str(Job(job).label) if job in Job.values else labelled(_("job"), job)


def letter_counts(letters: monitoring.LetterCounts) -> list[dict[str, Any]]:
    counts = [
        {
            "title": state.label,
            "count": letters.by_state[state],
            "url": list_url(Letter, state__exact=state.value),
        }
        for state in Letter.State
        if letters.by_state[state]
    ]
    if letters.composing:
        composing = {"title": _("being composed now"), "count": letters.composing, "url": ""}
        counts.insert(1, composing)
    return counts
