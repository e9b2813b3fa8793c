"""Work the outbox: the Delivery table is the queue, and a conditional update is the lock.

Each transition here is guarded by the state it leaves, and leaves an event behind. Nothing is
sent twice by the machine: what may have arrived is *uncertain*, and a person decides.
"""

import datetime as dt
import logging
import random
import time
from collections.abc import Iterable
from email.utils import parseaddr
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from invitations.arming import why_mute
from invitations.frozen import Tampered, thaw
from invitations.models import Delivery, ForumEdition, Invitation, Letter, LetterEvent
from invitations.transport import Carrier, Postponed, Refused, Unknown, Unreachable, carrier

logger = logging.getLogger(__name__)

State = Delivery.State
BATCH = 25
# Longer than all answers of a mail server together.
LEASE = dt.timedelta(minutes=15)
MISSED_AFTER = dt.timedelta(days=1)
LONGEST_PAUSE = 240  # minutes


def dispatch_outbox(within: dt.timedelta | None = None) -> int:
    """Deliver what is due and return how many deliveries were handed over."""
    if mute := why_mute():
        logger.warning(mute)
        return 0
    tidy_up(timezone.now())
    stop_at = time.monotonic() + within.total_seconds() if within else None
    handed_over = 0
    with carrier() as line:
        while batch := claim_batch(timezone.now()):
            handed, reachable = deliver_batch(batch, line)
            handed_over += handed
            if not reachable or (stop_at and time.monotonic() > stop_at):
                break
    return handed_over


# Before sending


def tidy_up(now: dt.datetime) -> None:
    """Return claims whose lease ended, and say what is uncertain, missed or past its last day."""
    leased = Delivery.objects.filter(lease_ends_at__lt=now)
    move(leased, State.CLAIMED, State.QUEUED, _("its worker vanished before it began"))
    move(leased, State.SENDING, State.UNCERTAIN, _("its worker vanished while sending"))
    by_mail = Delivery.objects.by_mail()
    past = by_mail.filter(leave_before__lt=now)
    reminders = past.filter(letter__kind=Letter.Kind.REMINDER)
    for waiting in (State.QUEUED, State.DEFERRED):
        move(reminders, waiting, State.CANCELLED, _("the deadline has passed"))
    move(
        past.filter(attempts__gt=0),
        State.DEFERRED,
        State.FAILED,
        _("the mail server did not take it before its last day"),
    )
    stale = by_mail.filter(not_before__lt=now - MISSED_AFTER, attempts=0)
    move(stale, State.QUEUED, State.MISSED, _("more than a day past its hour"))


@transaction.atomic
def move(deliveries: "Iterable[Delivery]", old: str, new: str, because: str) -> int:
    """Move each of them that is in the old state, with an event for each."""
    moved = 0
    for delivery in deliveries.filter(state=old):  # type: ignore[attr-defined]
        moved += transit(delivery, old, new, because=because)
    return moved


@transaction.atomic
def transit(  # noqa: PLR0913 -- what an event keeps
    delivery: Delivery,
    old: str,
    new: str,
    *,
    because: str = "",
    words: str = "",
    by: User | None = None,
    **fields: object,
) -> bool:
    """The one way from state to state: refuse where the delivery has moved on meanwhile."""
    guarded = Delivery.objects.filter(pk=delivery.pk, state=old, claim=delivery.claim)
    if words:
        fields["server_words"] = words
    if not guarded.update(state=new, **fields):
        return False
    LetterEvent.objects.create(
        letter_id=delivery.letter_id,
        delivery=delivery,
        state=new,
        actor=by,
        because=because,
        server_words=words,
    )
    return True


def claim_batch(now: dt.datetime) -> list[Delivery]:
    """Claim the next deliveries that are due, under a lease."""
    due = Delivery.objects.due(now).exclude(letter__in=resting_reminders(now))
    pks = list(due.order_by("priority", "not_before", "pk").values_list("pk", flat=True)[:BATCH])
    claim = uuid4()
    Delivery.objects.waiting().filter(pk__in=pks).update(
        state=State.CLAIMED, claim=claim, lease_ends_at=now + LEASE
    )
    claimed = Delivery.objects.filter(claim=claim, state=State.CLAIMED)
    return list(claimed.select_related("letter").order_by("priority", "not_before", "pk"))


def resting_reminders(now: dt.datetime) -> "Iterable[Letter]":
    """Reminders of editions for which today is quiet: one deferred yesterday waits too."""
    quiet = [
        edition.pk
        for edition in ForumEdition.objects.prefetch_related("quiet_periods")
        if edition.is_quiet(edition.local_date(now))
    ]
    return Letter.objects.filter(kind=Letter.Kind.REMINDER, invitation__edition__in=quiet)


# Sending


def deliver_batch(batch: list[Delivery], line: Carrier) -> tuple[int, bool]:
    """Return how many were handed over, and whether the mail server could be reached."""
    handed_over = 0
    for done, delivery in enumerate(batch):
        try:
            line.connect()
        except Unreachable as error:
            for waiting in batch[done:]:
                postpone(waiting, State.CLAIMED, error.words)
            return handed_over, False
        handed_over += deliver(delivery, line)
    return handed_over, True


def deliver(delivery: Delivery, line: Carrier) -> bool:
    """Carry out one transaction; *sending* is committed before it begins."""
    try:
        content = thaw(delivery.letter.message.name, delivery.letter.message_sha256)
        if delivery.letter.sha256:
            thaw(delivery.letter.pdf.name, delivery.letter.sha256)
    except Tampered as fault:
        transit(delivery, State.CLAIMED, State.FAILED, because=str(fault))
        return False
    if not begin(delivery):
        return False
    return send(delivery, line, content)


def send(delivery: Delivery, line: Carrier, content: bytes) -> bool:
    _name, sender = parseaddr(settings.DEFAULT_FROM_EMAIL)
    try:
        words = line.hand_over(sender, delivery.address, content)
    except Postponed as error:
        postpone(delivery, State.SENDING, error.words)
    except Unreachable as error:
        postpone(delivery, State.SENDING, error.words)
    except Refused as error:
        transit(delivery, State.SENDING, State.FAILED, words=error.words)
    except Unknown as error:
        transit(delivery, State.SENDING, State.UNCERTAIN, words=error.words)
    else:
        logger.info("Delivery %s was handed over.", delivery.pk)
        now = timezone.now()
        return transit(delivery, State.SENDING, State.HANDED_OVER, words=words, handed_over_at=now)
    return False


@transaction.atomic
def begin(delivery: Delivery) -> bool:
    """Set *sending* if the letter may still leave; the invitation's lock excludes a reply."""
    now = timezone.now()
    letter = delivery.letter
    invitation = Invitation.objects.select_for_update(of=("self",)).get(pk=letter.invitation_id)
    if because := why_not(letter, invitation, now):
        transit(delivery, State.CLAIMED, State.CANCELLED, because=because)
        return False
    held = Delivery.objects.filter(pk=delivery.pk, lease_ends_at__gt=now)
    return held.exists() and transit(
        delivery,
        State.CLAIMED,
        State.SENDING,
        sending_at=now,
        lease_ends_at=now + LEASE,
        attempts=delivery.attempts + 1,
    )


def why_not(letter: Letter, invitation: Invitation, now: dt.datetime) -> str:
    """Say why the letter may not leave any more; an empty text where it may."""
    if invitation.status != Invitation.Status.ISSUED:
        return _("the invitation is not in force")
    if not Letter.objects.filter(pk=letter.pk, state=Letter.State.APPROVED).exists():
        return _("the letter is not in force")
    if letter.kind != Letter.Kind.REMINDER:
        return ""
    edition = ForumEdition.objects.get(pk=invitation.edition_id)
    skipping = Invitation.objects.filter(
        replies__skips_step=letter.step_id, replies__skips_deadline=letter.reply_before
    )
    may_be_reminded = (
        Invitation.objects.principal()
        .silent()
        .exclude(pk__in=Invitation.objects.unheard().values("pk"))
        .exclude(pk__in=skipping.values("pk"))
    )
    in_time = now < edition.deadline and letter.reply_before == edition.reply_before
    if not in_time or not edition.takes_replies(now):
        return _("the deadline has passed or moved")
    if edition.is_quiet(edition.local_date(now)):
        return _("today is a quiet day")
    if not may_be_reminded.filter(pk=invitation.pk).exists():
        return _("the office has answered, or has sent something")
    return ""


def postpone(delivery: Delivery, old: str, words: str) -> None:
    """Try again after a pause that grows: 5 to 15 minutes at first, for greylisting."""
    attempts = delivery.attempts + 1
    minutes = min(5 * 2 ** (attempts - 1), LONGEST_PAUSE) * random.uniform(1, 3)  # noqa: S311
    transit(
        delivery,
        old,
        State.DEFERRED,
        words=words,
        attempts=attempts,
        not_before=timezone.now() + dt.timedelta(minutes=minutes),
    )


# What a person decides


def decide(delivery: Delivery, by: User, *, went: bool) -> None:
    """Settle an uncertain delivery: it went, or it is sent again."""
    now = timezone.now()
    if went:
        settled = transit(
            delivery,
            State.UNCERTAIN,
            State.HANDED_OVER,
            because=_("it went"),
            by=by,
            handed_over_at=delivery.sending_at or now,
        )
    else:
        settled = queue_again(delivery, State.UNCERTAIN, by, _("send again"))
    if not settled:
        raise ValidationError(_("This delivery is not uncertain any more."))


def send_anew(delivery: Delivery, by: User) -> None:
    """Put a failed or missed delivery back into the outbox."""
    if delivery.state not in (State.FAILED, State.MISSED) or not queue_again(
        delivery, delivery.state, by, _("send anew")
    ):
        raise ValidationError(_("Only a failed or missed delivery is sent anew."))


def queue_again(delivery: Delivery, old: str, by: User, because: str) -> bool:
    now = timezone.now()
    last = delivery.letter.leave_before or now + dt.timedelta(days=5)
    return transit(
        delivery,
        old,
        State.QUEUED,
        because=because,
        by=by,
        attempts=0,
        not_before=now,
        leave_before=last,
    )


def mark_dispatched(
    delivery: Delivery, by: User, channel: str, reference: str, at: dt.datetime
) -> None:
    """Say that a printed letter left by pouch or post."""
    if channel == Delivery.Channel.EMAIL or at > timezone.now():
        raise ValidationError(_("Say by pouch or by post, and when it left: not in the future."))
    if delivery.channel == Delivery.Channel.EMAIL or not transit(
        delivery,
        State.QUEUED,
        State.HANDED_OVER,
        because=_("dispatched"),
        by=by,
        channel=channel,
        reference=reference,
        handed_over_at=at,
    ):
        raise ValidationError(_("Only a printed letter that waits can be marked as dispatched."))
