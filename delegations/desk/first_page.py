"""The first page: what needs its reader, who is silent, and what goes out next."""

from collections import Counter
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Count, FilteredRelation, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from delegations.desk.board.coming import coming_context, next_of_each
from delegations.desk.board.silent import Silent, group_silent_by_region, silent_rows
from delegations.desk.needs.page import needs_of
from delegations.desk.outbox import outbox_counts, outbox_of
from delegations.desk.page_arguments import edition_asked
from invitations.admin.answers import ANSWERS_IN_SHORT, READS_ANSWERS, SILENT
from invitations.admin.list_columns import list_url
from invitations.admin.outbox.queue import outage_rows
from invitations.models import ForumEdition, Invitation, Reply
from invitations.reminders.forecast import forecast_of
from invitations.text.dates import format_date

# By status, whether it is the State's principal one, and the answer that stands.
Counted = dict[tuple[str, bool, str | None], int]
IN_FORCE = (Invitation.Status.ISSUED, True)


def first_page_context(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    context |= {"title": _("Overview"), "version": settings.VERSION}
    if not request.user.has_perm("invitations.view_invitation"):
        return context
    edition = edition_asked(request)
    context["edition"] = edition
    if edition:
        now = timezone.now()
        plan, outbox = forecast_of(edition, now), outbox_of(edition)
        by_answer = invitations_by_answer(edition)
        reads_answers = request.user.has_perm(READS_ANSWERS)
        if request.user.has_perm("invitations.view_delivery"):
            context["outages"] = outage_rows(now)
        context |= {
            "is_announced": ForumEdition.objects.announced().contains(edition),
            "to_do": (to_do := needs_of(edition, request, outbox)),
            "editions": other_editions(edition, request, to_do),
            "invitations": invitation_counts(edition, by_answer),
            "answers": answer_counts(edition, by_answer) if reads_answers else [],
            "outbox": outbox_counts(edition, outbox),
            "silent": silent_by_region(edition, silent_rows(edition, next_of_each(plan))),
            "coming": coming_context(edition, plan, outbox),
            "last_day": format_date(edition.last_day, get_language()),
            "last_day_is_over": edition.is_late(now),
        }
    return context


def other_editions(
    edition: ForumEdition, request: HttpRequest, to_do: list[dict[str, Any]]
) -> list[ForumEdition]:
    """Return the other editions; some know how much of theirs needs the reader.

    Those that are not over, and the last one that is: its letters of thanks wait for approval when
    the next one is begun. What belongs to no edition is in ``to_do`` already, by the same address.
    """
    others, now = list(ForumEdition.objects.exclude(pk=edition.pk)[:12]), timezone.now()
    told = {need["url"] for need in to_do}
    last_over = next((one for one in others if not one.is_ahead(now)), None)
    for other in others:
        if not other.is_ahead(now) and other != last_over:
            continue
        needs = needs_of(other, request, outbox_of(other))
        other.needs_you = sum(need["count"] for need in needs if need["url"] not in told)  # type: ignore[attr-defined]
    return others


def silent_by_region(edition: ForumEdition, rows: list[Silent]) -> dict[str, Any]:
    """Return how many States are silent in each region, and how long the letter is out."""
    url, now = reverse("desk:silent"), timezone.now()
    return {
        "all": len(rows),
        "url": f"{url}?edition={edition.symbol}",
        "regions": [
            {
                "name": name,
                "count": len(own),
                "days": max((row.days_since(now) or 0 for row in own), default=0),
                "unreached": sum(not row.arrived for row in own),
                "uncalled": sum(row.called_at is None for row in own),
                "url": f"{url}?{urlencode({'edition': edition.symbol, 'region': code})}",
            }
            for code, name, own in group_silent_by_region(rows)
            if own
        ],
    }


def linked_count(title: Any, count: int, url: str) -> dict[str, Any]:
    return {"title": title, "count": count, "url": url}


def invitations_by_answer(edition: ForumEdition) -> Counted:
    """Count the invitations by status, whether they are principal, and the answer that stands."""
    stands = FilteredRelation("replies", condition=Q(replies__status=Reply.Status.STANDING))
    rows = (
        edition.invitations.order_by()
        .annotate(stands=stands)
        .values_list("status", "is_principal", "stands__answer")
        .annotate(Count("pk"))
    )
    return {(status, is_principal, answer): number for status, is_principal, answer, number in rows}


def invitation_counts(edition: ForumEdition, by_answer: Counted) -> list[dict[str, Any]]:
    by_status: Counter[str] = Counter()
    for (status, _is_principal, _answer), number in by_answer.items():
        by_status[status] += number
    return [
        linked_count(
            label,
            by_status[status],
            list_url(Invitation, edition__id__exact=edition.pk, status__exact=status),
        )
        for status, label in Invitation.Status.choices
    ]


def answer_counts(edition: ForumEdition, by_answer: Counted) -> list[dict[str, Any]]:
    """Count the silent, then each answer offered, or given before; principal invitations only."""
    given = {
        answer for status, is_principal, answer in by_answer if (status, is_principal) == IN_FORCE
    }
    words: dict[str | None, Any] = {
        None: _("silent"),
        **{
            answer: label
            for answer, label in ANSWERS_IN_SHORT.items()
            if answer in edition.answers_offered or answer in given
        },
    }
    return [
        linked_count(
            label,
            by_answer.get((*IN_FORCE, answer), 0),
            list_url(
                Invitation,
                edition__id__exact=edition.pk,
                is_principal__exact=1,
                answer=answer or SILENT,
            ),
        )
        for answer, label in words.items()
    ]
