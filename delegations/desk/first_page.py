"""The first page: what needs its reader, who is silent, and what goes out next."""

from typing import Any
from urllib.parse import urlencode

from django.db.models import Count
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from delegations.desk.asked import edition_asked
from delegations.desk.board.coming import coming_context, next_of_each
from delegations.desk.board.silent import Silent, silent_rows
from delegations.desk.needs import needs_of
from invitations.admin.answers import ANSWERS_IN_SHORT, SILENT
from invitations.admin.columns import list_url
from invitations.admin.outbox.queue import outage_rows
from invitations.models import Delivery, ForumEdition, Invitation, Region, Reply
from invitations.reminders.forecast import forecast_of
from invitations.text.dates import printed_date

# What needs a person comes first.
OUTBOX_ORDER = [
    "uncertain",
    "failed",
    "bounced",
    "missed",
    "deferred",
    "queued",
    "claimed",
    "sending",
    "handed_over",
    "cancelled",
]


def first_page(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    context["title"] = _("Overview")
    if not request.user.has_perm("invitations.view_invitation"):
        return context
    edition = edition_asked(request)
    context["edition"] = edition
    if edition:
        now = timezone.now()
        plan = forecast_of(edition, now)
        if request.user.has_perm("invitations.view_delivery"):
            context["outages"] = outage_rows(now)
        context |= {
            "editions": ForumEdition.objects.exclude(pk=edition.pk)[:12],
            "to_do": needs_of(edition, request),
            "invitations": invitation_counts(edition),
            "answers": answer_counts(edition),
            "outbox": outbox_counts(edition),
            "silent": silent_by_region(edition, silent_rows(edition, next_of_each(plan))),
            "coming": coming_context(edition, plan),
            "last_day": printed_date(edition.last_day, get_language()),
            "last_day_is_over": edition.is_late(now),
        }
    return context


def silent_by_region(edition: ForumEdition, rows: list[Silent]) -> dict[str, Any]:
    """Return how many States are silent in each region, and how long the letter is out."""
    url, now = reverse("desk:silent"), timezone.now()
    found = [
        (name, code, [row for row in rows if row.state.region == code])
        for code, name in [*Region.choices, ("", _("Without a region"))]
    ]
    return {
        "all": len(rows),
        "url": f"{url}?edition={edition.symbol}",
        "regions": [
            {
                "name": name,
                "count": len(own),
                "days": max((row.days_since(now) or 0 for row in own), default=0),
                "unreached": sum(row.left_at is None for row in own),
                "uncalled": sum(row.called_at is None for row in own),
                "url": f"{url}?{urlencode({'edition': edition.symbol, 'region': code})}",
            }
            for name, code, own in found
            if own
        ],
    }


def linked_count(title: Any, count: int, url: str) -> dict[str, Any]:
    return {"title": title, "count": count, "url": url}


def invitation_counts(edition: ForumEdition) -> list[dict[str, Any]]:
    by_status = dict(edition.invitations.order_by().values_list("status").annotate(Count("pk")))
    return [
        linked_count(
            label,
            by_status.get(status, 0),
            list_url(Invitation, edition__id__exact=edition.pk, status__exact=status),
        )
        for status, label in Invitation.Status.choices
    ]


def answer_counts(edition: ForumEdition) -> list[dict[str, Any]]:
    """Count the silent, then each answer offered; principal invitations only."""
    principal = edition.invitations.principal()
    standing = Reply.objects.standing().filter(invitation__in=principal.issued())
    by_answer = dict(standing.order_by().values_list("answer").annotate(Count("pk")))
    silent = principal.silent().count()
    counts: list[tuple[str, Any, int]] = [(SILENT, _("silent"), silent)]
    counts += [
        (answer, ANSWERS_IN_SHORT[answer], by_answer.get(answer, 0))
        for answer in edition.answers_offered
    ]
    return [
        linked_count(
            label,
            count,
            list_url(
                Invitation,
                edition__id__exact=edition.pk,
                is_principal__exact=1,
                answer=answer,
            ),
        )
        for answer, label, count in counts
    ]


def outbox_counts(edition: ForumEdition) -> list[dict[str, Any]]:
    deliveries = Delivery.objects.filter(letter__invitation__edition=edition)
    by_state = dict(deliveries.order_by().values_list("state").annotate(Count("pk")))
    return [
        linked_count(
            Delivery.State(state).label,
            by_state[state],
            list_url(
                Delivery, state__exact=state, letter__invitation__edition__id__exact=edition.pk
            ),
        )
        for state in OUTBOX_ORDER
        if state in by_state
    ]
