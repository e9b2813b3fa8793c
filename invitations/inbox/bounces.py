"""Record what mail servers and providers say of a delivery after it was handed over.

A delivery is found by its envelope sender, which names it, or by the letter's Message-ID and the
address it went to; never by an address alone. Nobody is put on a block-list: a person looks at an
office that was not reached.
"""

import datetime as dt
from functools import partial
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from invitations.audit import Act, record_act
from invitations.files.frozen import freeze
from invitations.inbox.reports import (
    WORDS_LIMIT,
    Finding,
    findings_in,
    known_envelope,
    returned_id,
)
from invitations.job_errors import each_apart
from invitations.mail.incoming import (
    clean_text,
    envelope_token_in,
    own_message_id,
    sha256_of,
)
from invitations.mail.parsing import parse_mail
from invitations.models import Bounce, Delivery, LetterEvent
from invitations.outbox.transitions import transit
from invitations.text.by_language import Words
from invitations.times.jobs import Job

Kind = Bounce.Kind
KEY_LIMIT = 200


@transaction.atomic
def record_bounce(  # noqa: PLR0913 -- all that may name the delivery
    kind: str,
    words: str,
    *,
    key: str,
    envelope: str = "",
    message_id: str = "",
    address: str = "",
    content: bytes = b"",
) -> Bounce:
    """Record what was said, once for each key; a refusal moves the delivery to *bounced*.

    A delay is no bounce: it only writes an event. What fits no delivery is kept for staff.
    """
    delivery = delivery_of(envelope, message_id, address)
    said = clean_text(words)[:WORDS_LIMIT]
    frozen = freeze(content, "bounces", "eml") if content else None
    bounce, is_new = Bounce.objects.get_or_create(
        key=clean_text(key)[:KEY_LIMIT],
        defaults={
            "delivery": delivery,
            "received_at": after_it_left(delivery),
            "kind": kind,
            "server_words": said,
            "message": frozen.name if frozen else "",
            "message_sha256": frozen.sha256 if frozen else "",
        },
    )
    if is_new and delivery:
        if kind == Kind.DELAYED:
            add_event(delivery, DELAYED, said)
        else:
            settle_bounced(Delivery.objects.filter(pk=delivery.pk))
    return bounce


def after_it_left(delivery: Delivery | None) -> dt.datetime:
    """Return now, or when the letter left, if that is later by the sending server's clock."""
    left_at = delivery and delivery.sending_at
    return max(left_at, timezone.now()) if left_at else timezone.now()


def delivery_of(envelope: str, message_id: str, address: str) -> Delivery | None:
    """Return the delivery that left under that envelope, else the letter's to that address."""
    if envelope and (named := Delivery.objects.filter(envelope=envelope).first()):
        return named
    if not message_id:
        return None
    sent = list(Delivery.objects.by_mail().filter(letter__message_id=message_id))
    there = [delivery for delivery in sent if delivery.address.lower() == address.lower()]
    # An office may forward its mail: if the letter has one delivery, it is that one.
    return next(iter(there or sent), None) if len(there or sent) == 1 else None


def settle_bounced(deliveries: "QuerySet[Delivery] | None" = None) -> int:
    """Move deliveries with a bounce since they left to *bounced*, with the server's words.

    Each tick looks: a report may arrive before *handed over* is recorded. One that cannot be moved
    does not stop the others.
    """
    looked_at = Delivery.objects.all() if deliveries is None else deliveries
    refused = looked_at.filter(
        Q(sending_at=None) | Q(bounces__received_at__gte=F("sending_at")),
        state__in=[Delivery.State.HANDED_OVER, Delivery.State.UNCERTAIN],
        bounces__kind__in=[Kind.HARD, Kind.SOFT],
    ).distinct()
    moves = [(f"delivery {one.pk}", partial(move_to_bounced, one)) for one in refused]
    return each_apart(Job.READ_MAILBOXES, moves) if moves else 0


@transaction.atomic
def move_to_bounced(delivery: Delivery, by: User | None = None) -> bool:
    last = delivery.bounces.exclude(kind=Kind.DELAYED).latest("received_at", "pk")
    return transit(
        delivery,
        delivery.state,
        Delivery.State.BOUNCED,
        reason=Kind(last.kind).label,
        words=last.server_words,
        by=by,
    )


DELAYED = gettext_lazy("delayed on its way")
TAKEN = gettext_lazy("taken by the addressee’s mail server")


def add_event(delivery: Delivery, reason: Words, words: str) -> None:
    """Write the event into the history once; the delivery's state stays."""
    LetterEvent.objects.get_or_create(
        letter_id=delivery.letter_id,
        delivery=delivery,
        reason=reason,
        server_words=words,
        defaults={"state": delivery.state},
    )


# A report that came by mail


def record_report(content: bytes) -> list[Bounce]:
    """Record what the mail says of deliveries; return an empty list if it is no bounce report."""
    mail = parse_mail(content)
    findings = findings_in(mail, content)
    if not findings:
        return []
    name = own_message_id(mail) or sha256_of(content)
    envelope = known_envelope(mail)
    returned = returned_id(mail, content)
    return [
        record_bounce(
            finding.kind,
            finding.words,
            key=report_key(name, finding, content),
            envelope=envelope,
            message_id=returned,
            address=finding.address,
            content=content,
        )
        for finding in findings
    ]


def report_key(name: str, finding: Finding, content: bytes) -> str:
    """Return the same key for the same report, and another if it says now what it did not before.

    Servers name a refusal as they have named the delay before it.
    """
    about = sha256_of(finding.address.encode())
    key = f"{name[: KEY_LIMIT - 65]}/{about}"
    said_otherwise = Bounce.objects.filter(key=key).exclude(kind=finding.kind)
    return f"{sha256_of(content)}/{about}" if said_otherwise.exists() else key


# What a provider says of a delivery, in a call whose signature was checked


def record_provider_event(event: Any, esp_name: str, **kwargs: Any) -> None:
    """Record an event of django-anymail: refused, delayed, or delivered to the office's server."""
    envelope, address = envelope_in_event(event), event.recipient
    named = clean_text(event.message_id or "")
    words = " ".join(filter(None, [event.mta_response, event.description])) or event.event_type
    if kind := bounce_kind_of(event):
        ident = event.event_id or sha256_of(repr(event.esp_event).encode())
        record_bounce(
            kind,
            words,
            key=f"{esp_name}/{event.event_type}/{ident}",
            envelope=envelope,
            message_id=named,
            address=address or "",
        )
    elif event.event_type == "delivered" and (
        delivery := delivery_of(envelope, named, address or "")
    ):
        add_event(delivery, TAKEN, clean_text(words)[:WORDS_LIMIT])


def bounce_kind_of(event: Any) -> str:
    """Return the kind of bounce, empty for an event that is neither bounce nor delay."""
    if event.event_type == "deferred":
        return Kind.DELAYED
    if event.event_type not in ("bounced", "rejected", "failed"):
        return ""
    return Kind.SOFT if event.reject_reason == "timed_out" else Kind.HARD


def envelope_in_event(event: Any) -> str:
    """Return the envelope sender's token if the provider repeats it (Mailgun does), else empty."""
    told = event.esp_event if isinstance(event.esp_event, dict) else {}
    envelope = (told.get("event-data") or told).get("envelope")
    sender = envelope.get("sender") if isinstance(envelope, dict) else None
    return (envelope_token_in(sender) if isinstance(sender, str) else None) or ""


# What a person decides


@transaction.atomic
def match_bounce(bounce: Bounce, delivery: Delivery, by: User) -> None:
    """Set the delivery of a bounce that named none; a refusal moves it to *bounced*."""
    went = delivery.state in (Delivery.State.HANDED_OVER, Delivery.State.UNCERTAIN)
    if not went or delivery.channel != Delivery.Channel.EMAIL:
        raise ValidationError(_("Only what was handed over to our mail server can come back."))
    if not Bounce.objects.filter(pk=bounce.pk, delivery=None).update(delivery=delivery):
        raise ValidationError(_("Somebody has said already which delivery this is of."))
    bounce.refresh_from_db()
    record_act(bounce, Act.MATCHED, by, changes={"delivery": (None, delivery.pk)})
    if bounce.kind == Kind.DELAYED:
        add_event(delivery, DELAYED, bounce.server_words)
    elif not move_to_bounced(delivery, by):
        raise ValidationError(_("This delivery has changed meanwhile: look at it again."))
