"""Transitions of a delivery, all made here: each checks the old state and writes an event."""

import datetime as dt
import logging
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from invitations.job_errors import place_of_error
from invitations.models import Delivery, Invitation, Letter, LetterEvent
from invitations.text.by_language import Words

logger = logging.getLogger(__name__)

State = Delivery.State
# Longer than the ten answers of one mail transaction may take together.
LEASE = 15 * dt.timedelta(seconds=settings.SMTP_TIMEOUT)


def transit(  # noqa: PLR0913 -- what an event keeps
    delivery: Delivery,
    old: str,
    new: str,
    *,
    reason: Words = "",
    words: str = "",
    by: User | None = None,
    **fields: Any,
) -> bool:
    """Change the state and write the event; return False if the delivery has moved on."""
    changes = {"state": new, **fields} | ({"server_words": words} if words else {})
    event = {"state": new, "reason": reason, "server_words": words, "actor": by}
    return change_delivery(in_state(delivery, old), delivery, changes, event)


def begin_sending(delivery: Delivery) -> bool:
    """Set *sending* if the claim holds, the letter is approved and its invitation issued.

    A letter that another one has replaced stays, and one to a person who has left office; so does a
    note verbale over either.
    """
    now = timezone.now()
    to_office = Letter.objects.approved().to_who_holds_office()
    issued = to_office.filter(pk=OuterRef("letter"), invitation__status=Invitation.Status.ISSUED)
    is_note = delivery.letter.kind == Letter.Kind.NOTE
    over = "replaces__notes" if is_note else "replaces"
    replaced = Letter.objects.replacements().filter(**{over: OuterRef("letter")})
    claimed = in_state(delivery, State.CLAIMED).filter(lease_ends_at__gt=now)
    claimed = claimed.filter(Exists(issued), ~Exists(replaced))
    if is_note:
        left = Letter.objects.to_who_left_office().filter(notes=OuterRef("letter"))
        claimed = claimed.exclude(Exists(left))
    changes = {
        "state": State.SENDING,
        "sending_at": now,
        "lease_ends_at": now + LEASE,
        "attempts": delivery.attempts + 1,
    }
    with transaction.atomic():
        # The letter before its delivery, as whoever calls it back locks them.
        if delivery.letter.dated_at is None:
            date_letter(delivery.letter, now)
        begun = change_delivery(claimed, delivery, changes, {"state": State.SENDING})
        if not begun:
            transaction.set_rollback(True)
    return begun


def date_letter(letter: Letter, now: dt.datetime) -> None:
    """Date the letter to now, unless a copy of it has left before; all copies have one date."""
    Letter.objects.filter(pk=letter.pk, dated_at=None).update(dated_at=now)
    letter.refresh_from_db(fields=["dated_at"])


def named(delivery: Delivery) -> dict[str, Any]:
    """Return what an entry of the log says of the delivery beside its words."""
    return {"delivery": delivery.pk, "letter": delivery.letter_id}


def in_state(delivery: Delivery, state: str) -> "QuerySet[Delivery]":
    """Match the delivery while it is in that state and under the claim that we know."""
    return Delivery.objects.filter(pk=delivery.pk, state=state, claim=delivery.claim)


def change_delivery(
    found: "QuerySet[Delivery]", delivery: Delivery, changes: dict[str, Any], event: dict[str, Any]
) -> bool:
    """Change the delivery if it is among ``found``, and write the event; return whether it was."""
    # In a transaction neither stands without the other: a savepoint would cost two statements.
    with transaction.atomic(savepoint=False):
        changed = found.update(**changes)
        if changed:
            LetterEvent.objects.create(
                letter_id=delivery.letter_id, delivery_id=delivery.pk, **event
            )
    return bool(changed)


def transit_each(
    deliveries: "QuerySet[Delivery]", old: str, new: str, reason: Words, words: str = ""
) -> None:
    """Move each delivery that is in the old state, with an event for each.

    Each has a transaction of its own: one that cannot be moved does not stop the others, and two
    workers do not block each other's rows.
    """
    for delivery in deliveries.filter(state=old).order_by("pk"):
        try:
            with transaction.atomic():
                transit(delivery, old, new, reason=reason, words=words)
        except Exception as fault:  # the others are moved all the same
            if not connection.is_usable():
                raise
            logger.error(  # noqa: TRY400 -- no address
                "Delivery %s stays %s: %s",
                delivery.pk, old, place_of_error(fault), extra=named(delivery),
            )  # fmt: skip
