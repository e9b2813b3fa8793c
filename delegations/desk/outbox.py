"""The mails and envelopes of an edition by their state: asked once for all of the first page."""

import datetime as dt
from typing import Any, NamedTuple

from django.db.models import Count, Min, Q
from django.db.models.functions import Coalesce

from invitations.admin.list_columns import list_url
from invitations.models import Delivery, ForumEdition

# What needs a person comes first.
ORDER = [
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
BY_MAIL = Q(channel=Delivery.Channel.EMAIL)


class OutboxRow(NamedTuple):
    """How many deliveries are in a state, and the mails that wait in it.

    ``open`` of them still need a person, if they are in a state that does: the oldest since then.
    """

    number: int
    open: int
    since: dt.datetime | None
    mails: int
    first_mail: dt.datetime | None


def outbox_of(edition: ForumEdition) -> dict[str, OutboxRow]:
    """Return the deliveries of the edition by their state, all in one query."""
    tried_at = Coalesce("handed_over_at", "sending_at", "not_before")
    own = Delivery.objects.filter(letter__invitation__edition=edition)
    is_open = ~Q(pk__in=own.put_right().values("pk"))
    rows = (
        own.order_by()
        .values_list("state")
        .annotate(
            number=Count("pk"),
            open=Count("pk", filter=is_open),
            since=Min(tried_at, filter=is_open),
            mails=Count("pk", filter=BY_MAIL),
            first_mail=Min("not_before", filter=BY_MAIL),
        )
    )
    return {state: OutboxRow(*told) for state, *told in rows}


def outbox_counts(edition: ForumEdition, outbox: dict[str, OutboxRow]) -> list[dict[str, Any]]:
    return [
        {
            "title": Delivery.State(state).label,
            "count": outbox[state].number,
            "url": list_url(
                Delivery, state__exact=state, letter__invitation__edition__id__exact=edition.pk
            ),
        }
        for state in ORDER
        if state in outbox
    ]
