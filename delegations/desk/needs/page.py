"""The list on the first page: what waits for its reader, and for how long."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import ngettext

from delegations.desk.needs.erasure import erasures
from delegations.desk.needs.letters import delivery_needs, letter_needs, original_needs, people
from delegations.desk.needs.need import Need, found_of
from delegations.desk.needs.people import (
    approvals,
    change_needs,
    claims,
    courtesy_needs,
    mail_needs,
    reply_needs,
    speaker_needs,
)
from delegations.desk.needs.systems import systems
from delegations.desk.outbox import OutboxRow
from invitations.models import ForumEdition

OLD = dt.timedelta(days=7)


def needs_of(
    edition: ForumEdition, request: HttpRequest, outbox: dict[str, OutboxRow]
) -> list[dict[str, Any]]:
    """Return what waits for this person, and for how long; what others may do is not asked for."""
    now = timezone.now()
    needs = [need for need in all_needs(edition, request, outbox) if need.may]
    return [
        {
            "title": need.title % found.number,
            "count": found.number,
            "url": need.url,
            "age": format_age(found.since, now),
            "is_old": found.since is not None and age_of(found.since, now) > OLD,
        }
        for need, found in zip(needs, found_of(needs), strict=True)
        if found.number
    ]


def all_needs(
    edition: ForumEdition, request: HttpRequest, outbox: dict[str, OutboxRow]
) -> Iterator[Need]:
    yield from claims(request)
    yield from delivery_needs(edition, request, outbox)
    yield from letter_needs(edition, request)
    yield from people(edition, request)
    yield from original_needs(edition, request)
    yield from change_needs(request)
    yield from systems(request)
    yield from erasures(request)
    yield from reply_needs(edition, request)
    yield from mail_needs(request)
    yield from approvals(edition, request)
    yield from courtesy_needs(edition, request)
    yield from speaker_needs(edition, request)


def age_of(since: dt.datetime | dt.date, now: dt.datetime) -> dt.timedelta:
    if isinstance(since, dt.datetime):
        return now - since
    return timezone.localdate(now) - since


def format_age(since: dt.datetime | dt.date | None, now: dt.datetime) -> str:
    if since is None:
        return ""
    age = age_of(since, now)
    if age.days < 1:
        return ""
    words = ngettext("oldest: %(days)s day", "oldest: %(days)s days", age.days)
    return words % {"days": age.days}
