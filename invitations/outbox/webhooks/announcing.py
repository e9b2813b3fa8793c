"""What has happened that another system has not been told yet: found in the tables, told once."""

import datetime as dt
import hashlib
from uuid import uuid4

from django.db import transaction
from django.db.models import CharField, Exists, OuterRef
from django.db.models.functions import Cast
from django.utils import timezone

from invitations.letters.released import released_edition
from invitations.models import ForumEdition, Reply, WebhookAddress, WebhookMessage
from invitations.times.clocks import CLOCKS_APART

Kind = WebhookMessage.Kind
BATCH = 200
# What is public of an edition: another value is a change that others are told of.
PUBLIC = (
    "name", "theme", "city", "place", "opens_on", "closes_on", "track_opens_on",
    "track_closes_on", "time_zone", "is_online", "postponed_at", "website",
)  # fmt: skip


def announce_all() -> int:
    """Make a message of all that each address has not been told; may run twice."""
    addresses = WebhookAddress.objects.told().select_related("edition")
    return sum(announce(address, timezone.now()) for address in addresses)


@transaction.atomic
def announce(address: WebhookAddress, now: dt.datetime) -> int:
    found = [
        *find_new_replies(address),
        *find_list_publication(address, now),
        *find_edition_change(address),
    ]
    WebhookMessage.objects.bulk_create(found, ignore_conflicts=True)
    return len(found)


def find_new_replies(address: WebhookAddress) -> list[WebhookMessage]:
    """Return a message for each reply that was recorded since the address was released.

    The clock that noted it may be behind the one that noted the release: none is lost by that.
    """
    told = WebhookMessage.objects.filter(
        address=address, kind=Kind.REPLY_RECORDED, subject=OuterRef("key")
    )
    replies = Reply.objects.filter(
        invitation__edition=address.edition, recorded_at__gte=announced_since(address)
    )
    untold = replies.annotate(key=Cast("pk", CharField())).filter(~Exists(told))
    return [
        WebhookMessage(
            address=address, kind=Kind.REPLY_RECORDED, subject=str(pk), happened_at=recorded_at
        )
        for pk, recorded_at in untold.order_by("pk").values_list("pk", "recorded_at")[:BATCH]
    ]


def announced_since(address: WebhookAddress) -> dt.datetime:
    """Return the hour since which it is told of what happens, by whichever server's clock."""
    return (address.released_at or timezone.now()) - CLOCKS_APART


def find_list_publication(address: WebhookAddress, now: dt.datetime) -> list[WebhookMessage]:
    """Return a message if the list of speakers became public since the address was released."""
    at = address.edition.speakers_published_at
    if not at or not announced_since(address) <= at <= now:
        return []
    hour = at.astimezone(dt.UTC).isoformat()
    told = WebhookMessage.objects.filter(
        address=address, kind=Kind.SPEAKERS_PUBLISHED, subject=hour
    )
    if told.exists():
        return []
    return [
        WebhookMessage(address=address, kind=Kind.SPEAKERS_PUBLISHED, subject=hour, happened_at=at)
    ]


def find_edition_change(address: WebhookAddress) -> list[WebhookMessage]:
    """Return a message if the edition, as it was released, is not as it was when last told."""
    mark = mark_of_edition(address.edition)
    if mark == address.edition_mark:
        return []
    before = WebhookAddress.objects.filter(pk=address.pk, edition_mark=address.edition_mark)
    # Whoever is second finds another mark, and tells nothing.
    if not before.update(edition_mark=mark):
        return []
    return [WebhookMessage(address=address, kind=Kind.EDITION_CHANGED, subject=str(uuid4()))]


def mark_of_edition(edition: ForumEdition) -> str:
    """Return the hash of what is public of the edition."""
    found = released_edition(edition)
    columns = [field.attname for field in found._meta.concrete_fields]
    said = [
        f"{column}={getattr(found, column)}"
        for column in columns
        if any(column == name or column.startswith(f"{name}_") for name in PUBLIC)
    ]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()
