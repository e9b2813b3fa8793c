"""The queue, which is the Delivery table: what is due, in which order, and who has claimed it."""

import datetime as dt
from collections import Counter
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from invitations.models import Delivery, Letter, LetterEvent
from invitations.outbox.transitions import LEASE, State, transit_each
from invitations.reminders.send_check import reminders_not_sent_today
from invitations.times.clocks import CLOCKS_APART

BATCH = 25
IN_TURN = ("priority", "not_before", "pk")
MISSED_AFTER = dt.timedelta(days=1)
MINUTE = dt.timedelta(minutes=1)


def tidy_queue(now: dt.datetime) -> None:
    """End expired claims, and move what is uncertain, missed or past its last day."""
    leased = Delivery.objects.filter(lease_ends_at__lt=now)
    vanished = _("the program stopped before it began")
    # A delivery of such an age can have been claimed only if it was deferred before.
    deferred = leased.filter(Q(attempts__gt=0) | Q(not_before__lt=now - MISSED_AFTER))
    transit_each(deferred, State.CLAIMED, State.DEFERRED, vanished)
    transit_each(leased, State.CLAIMED, State.QUEUED, vanished)
    transit_each(leased, State.SENDING, State.UNCERTAIN, _("the program stopped while sending"))
    by_mail = Delivery.objects.by_mail()
    past = by_mail.filter(leave_before__lt=now)
    reminders = past.filter(letter__kind=Letter.Kind.REMINDER)
    for waiting in (State.QUEUED, State.DEFERRED):
        transit_each(reminders, waiting, State.CANCELLED, _("the deadline has passed"))
    transit_each(
        past,
        State.DEFERRED,
        State.FAILED,
        _("the mail server did not take it before its last day"),
    )
    stale = by_mail.filter(not_before__lt=now - MISSED_AFTER, attempts=0)
    transit_each(stale, State.QUEUED, State.MISSED, _("more than a day past its hour"))


@transaction.atomic
def claim_batch(now: dt.datetime, at_rest: Exists | None = None) -> list[Delivery]:
    """Claim the next due deliveries under a lease, within the rate limits."""
    due = due_now(now, at_rest or is_resting_reminder(now))
    due = due.select_for_update(skip_locked=True, of=("self",)).order_by(*IN_TURN)
    pks = within_rate(due, now)
    claim = uuid4()
    Delivery.objects.waiting().filter(pk__in=pks).update(
        state=State.CLAIMED, claim=claim, lease_ends_at=now + LEASE
    )
    claimed = Delivery.objects.filter(claim=claim, state=State.CLAIMED)
    batch = list(claimed.select_related("letter").order_by(*IN_TURN))
    LetterEvent.objects.bulk_create(
        LetterEvent(letter_id=delivery.letter_id, delivery=delivery, state=State.CLAIMED)
        for delivery in batch
    )
    return batch


def due_now(now: dt.datetime, at_rest: Exists) -> "QuerySet[Delivery]":
    return Delivery.objects.due(now).exclude(at_rest)


def is_resting_reminder(now: dt.datetime) -> Exists:
    """Match deliveries of reminders for which today is a quiet day, also deferred ones."""
    return Exists(reminders_not_sent_today(now).filter(pk=OuterRef("letter")))


def within_rate(due: "QuerySet[Delivery]", now: dt.datetime) -> list[int]:
    """Return the first deliveries that the limits per minute, in all and per domain, allow."""
    in_all, for_each = settings.MAILS_PER_MINUTE, settings.MAILS_PER_MINUTE_AND_DOMAIN
    if not (in_all or for_each):
        return list(due.values_list("pk", flat=True)[:BATCH])
    lately = Delivery.objects.filter(begun_lately(now) | Q(state=State.CLAIMED))
    taken = Counter(domain_of(address) for address in lately.values_list("address", flat=True))
    for domain in (domain for domain, number in taken.items() if 0 < for_each <= number):
        due = due.exclude(address__iendswith=f"@{domain}")
    chosen: list[int] = []
    for pk, address in due.values_list("pk", "address")[: BATCH * 20]:
        domain = domain_of(address)
        if len(chosen) == BATCH or (in_all and taken.total() >= in_all):
            break
        if not for_each or taken[domain] < for_each:
            taken[domain] += 1
            chosen.append(pk)
    return chosen


def begun_lately(now: dt.datetime) -> Q:
    """Match deliveries that were begun within the last minute."""
    # A time ahead of all clocks was written before one of them was set back.
    return Q(sending_at__gt=now - MINUTE, sending_at__lte=now + CLOCKS_APART)


def domain_of(address: str) -> str:
    return address.rpartition("@")[2].lower()
