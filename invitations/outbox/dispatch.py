"""Work the outbox: the Delivery table is the queue, and a conditional update is the lock.

Each transition here is guarded by the state it leaves, and leaves an event behind. Nothing is
sent twice by the machine: what may have arrived is *uncertain*, and a person decides.
"""

import datetime as dt
import logging
import math
import re
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.models import User
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.sql import UpdateQuery
from django.utils import timezone
from django.utils.translation import gettext as _

from invitations.files.frozen import Tampered, Unavailable, ask_the_store, thaw
from invitations.letters.planning import call_back
from invitations.mail.transport import (
    Broken,
    Carrier,
    Envelope,
    NotTaken,
    Refused,
    Unknown,
    Unreachable,
    carrier,
    return_path,
)
from invitations.models import Delivery, Invitation, Letter, LetterEvent, Outage
from invitations.models.insert_select import insert_select, insert_select_sql
from invitations.outbox.arming import why_mute
from invitations.reminders.planning import reminders_allowed, resting_reminders
from invitations.setbacks import place_of, spread_pause_after
from invitations.times.clocks import CLOCKS_APART

logger = logging.getLogger(__name__)

State = Delivery.State
BATCH = 25
# Longer than the ten answers of one transaction together.
LEASE = 15 * dt.timedelta(seconds=settings.SMTP_TIMEOUT)
MISSED_AFTER = dt.timedelta(days=1)
MINUTE = dt.timedelta(minutes=1)
# A known answer of the mail server is written down within so many seconds, well inside the lease.
SETTLE_WITHIN, SETTLE_EACH = 10, 0.2
FAULTS_AT_MOST = 5


class Run:
    """What came of one line: how many it handed over, and what ended it before its time."""

    def __init__(self) -> None:
        self.handed_over = 0
        self.reached = False
        self.outage: Outage | None = None
        self.fault: Exception | None = None


def dispatch_outbox(within: dt.timedelta | None = None) -> int:
    """Deliver what is due, by a few kept connections, and return how many were handed over."""
    if mute := why_mute():
        logger.warning(mute)
        return 0
    now = timezone.now()
    tidy_up(now)
    stop_at = time.monotonic() + within.total_seconds() if within else None
    at_rest = resting(now)
    runs = by_lines(lines_wanted(now, at_rest), stop_at, at_rest)
    faults = [run.fault for run in runs if run.fault]
    if faults and len(faults) == len(runs):
        raise faults[0]
    note_outages(runs, at_rest)
    return sum(run.handed_over for run in runs)


def lines_wanted(now: dt.datetime, at_rest: Exists) -> int:
    """One for each batch that is due, up to what this process may open; one to end an outage."""
    most = connections_at_once()
    wanted = math.ceil(due_now(now, at_rest)[: BATCH * most].count() / BATCH)
    return wanted or int(Outage.objects.filter(ended_at=None).exists())


def connections_at_once() -> int:
    """One for SQLite, where writers queue up, and within a transaction, which no thread can see."""
    if connection.vendor != "postgresql" or connection.in_atomic_block:
        return 1
    return int(settings.SMTP_CONNECTIONS)


def by_lines(lines: int, stop_at: float | None, at_rest: Exists) -> list[Run]:
    if lines <= 1:
        return [work(stop_at, at_rest) for _line in range(lines)]
    with ThreadPoolExecutor(lines) as threads:
        return list(threads.map(work_apart, [stop_at] * lines, [at_rest] * lines))


def work_apart(stop_at: float | None, at_rest: Exists) -> Run:
    try:
        return work(stop_at, at_rest)
    finally:
        connection.close()


def work(stop_at: float | None, at_rest: Exists) -> Run:
    """Claim and deliver batch after batch over one kept connection, once there is one."""
    run = Run()
    try:
        with carrier() as line:
            reach(line)
            run.reached = True
            while batch := claim_batch(timezone.now(), at_rest):
                deliver_batch(batch, line, run)
                if stop_at and time.monotonic() > stop_at:
                    break
    except (Unreachable, Unavailable) as no:
        run.outage = outage_told_by(no)
    except Exception as fault:  # noqa: BLE001 -- the other lines go on, and what left is counted
        logger.error("A line of the outbox broke off: %s", place_of(fault))  # noqa: TRY400 -- no address
        run.fault = fault
    return run


# Outages


def reach(line: Carrier) -> None:
    """Raise Unreachable or Unavailable while nothing can leave: then nothing is claimed."""
    line.connect()
    outages = Outage.objects.filter(ended_at=None)
    known = list(outages.values_list("of", flat=True))
    if Outage.Of.STORE in known:
        ask_the_store()
    if known and outages.update(ended_at=timezone.now()):
        logger.info("The outbox is under way again.")


def outage_told_by(no: Unreachable | Unavailable) -> Outage:
    if isinstance(no, Unreachable):
        return Outage(of=Outage.Of.MAIL_SERVER, words=no.words)
    return Outage(of=Outage.Of.STORE, words=str(no))


def note_outages(runs: list[Run], at_rest: Exists) -> None:
    """Say once that nothing can leave, and since when.

    What is due is deferred, uncounted and still due: the first line that gets through takes it.
    """
    now = timezone.now()
    found = {run.outage.of: run.outage for run in runs if run.outage}
    on_the_line = Delivery.objects.filter(begun_lately(now))
    if any(run.reached for run in runs) or (found and on_the_line.exists()):
        # The mail server takes no further connection, and that is all.
        found.pop(Outage.Of.MAIL_SERVER, None)
    for outage in found.values():
        outage.began_at = now
        Outage.objects.bulk_create([outage], ignore_conflicts=True)
        because, words = outage.get_of_display(), outage.words
        logger.warning("Nothing can leave: %s: %s", because, words)
        move(due_now(now, at_rest), State.QUEUED, State.DEFERRED, because, words)


def begun_lately(now: dt.datetime) -> Q:
    """Within the last minute; what lies ahead of all clocks was begun before one was set back."""
    return Q(sending_at__gt=now - MINUTE, sending_at__lte=now + CLOCKS_APART)


# Before sending


def tidy_up(now: dt.datetime) -> None:
    """Return claims whose lease ended, and say what is uncertain, missed or past its last day."""
    leased = Delivery.objects.filter(lease_ends_at__lt=now)
    vanished = _("its worker vanished before it began")
    # Only what was deferred before can have been claimed at such an age.
    deferred = leased.filter(Q(attempts__gt=0) | Q(not_before__lt=now - MISSED_AFTER))
    move(deferred, State.CLAIMED, State.DEFERRED, vanished)
    move(leased, State.CLAIMED, State.QUEUED, vanished)
    move(leased, State.SENDING, State.UNCERTAIN, _("its worker vanished while sending"))
    by_mail = Delivery.objects.by_mail()
    past = by_mail.filter(leave_before__lt=now)
    reminders = past.filter(letter__kind=Letter.Kind.REMINDER)
    for waiting in (State.QUEUED, State.DEFERRED):
        move(reminders, waiting, State.CANCELLED, _("the deadline has passed"))
    move(
        past,
        State.DEFERRED,
        State.FAILED,
        _("the mail server did not take it before its last day"),
    )
    stale = by_mail.filter(not_before__lt=now - MISSED_AFTER, attempts=0)
    move(stale, State.QUEUED, State.MISSED, _("more than a day past its hour"))


def move(
    deliveries: "QuerySet[Delivery]", old: str, new: str, because: str, words: str = ""
) -> None:
    """Move each of them that is in the old state, with an event for each.

    Each by itself: one that cannot be moved keeps no other, and two workers do not lock each
    other's rows out.
    """
    for delivery in deliveries.filter(state=old).order_by("pk"):
        try:
            with transaction.atomic():
                transit(delivery, old, new, because=because, words=words)
        except Exception as fault:  # one that cannot be moved keeps no other
            if not connection.is_usable():
                raise
            logger.error("Delivery %s stays %s: %s", delivery.pk, old, place_of(fault))  # noqa: TRY400 -- no address


def transit(  # noqa: PLR0913 -- what an event keeps
    delivery: Delivery,
    old: str,
    new: str,
    *,
    because: str = "",
    words: str = "",
    by: User | None = None,
    **fields: Any,
) -> bool:
    """The one way from state to state, and its event: refuse where the delivery has moved on."""
    changes = {"state": new, **fields} | ({"server_words": words} if words else {})
    event = {"state": new, "because": because, "server_words": words, "actor": by and by.pk}
    return change(in_state(delivery, old), delivery, changes, event)


def begin_sending(delivery: Delivery) -> bool:
    """Set *sending* while the claim holds, the letter is approved and its invitation issued."""
    now = timezone.now()
    letter = Letter.objects.approved().filter(pk=OuterRef("letter"))
    in_force = Exists(letter.filter(invitation__status=Invitation.Status.ISSUED))
    claimed = in_state(delivery, State.CLAIMED).filter(in_force, lease_ends_at__gt=now)
    changes = {
        "state": State.SENDING,
        "sending_at": now,
        "lease_ends_at": now + LEASE,
        "attempts": delivery.attempts + 1,
    }
    return change(claimed, delivery, changes, {"state": State.SENDING})


def in_state(delivery: Delivery, state: str) -> "QuerySet[Delivery]":
    """The delivery, while it is in that state and under the claim that we know."""
    return Delivery.objects.filter(pk=delivery.pk, state=state, claim=delivery.claim)


def change(
    found: "QuerySet[Delivery]", delivery: Delivery, changes: dict[str, Any], event: dict[str, Any]
) -> bool:
    """Change the delivery if it is found, and write the event; return whether it was."""
    event |= {"letter": F("letter"), "delivery": F("pk")}
    if connection.vendor != "postgresql":
        # SQLite takes no UPDATE within another statement.
        with transaction.atomic():
            changed = found.update(**changes)
            rows = Delivery.objects.filter(pk=delivery.pk)
            return bool(changed and insert_select(rows, LetterEvent, **event))
    update: Any = found.query.chain(UpdateQuery)
    update.add_update_values(changes)
    moved, moving = update.sql_with_params()
    rows = Delivery.objects.filter(pk__in=RawSQL("SELECT id FROM moved", ()))
    noted, noting = insert_select_sql(rows, LetterEvent, **event)
    with connection.cursor() as cursor:
        # One round trip instead of four, for each of three transitions of each mail.
        cursor.execute(f"WITH moved AS ({moved} RETURNING id) {noted}", (*moving, *noting))
        return bool(cursor.rowcount)


@transaction.atomic
def claim_batch(now: dt.datetime, at_rest: Exists | None = None) -> list[Delivery]:
    """Claim the next deliveries that are due, under a lease, within the limits of the rate."""
    due = due_now(now, at_rest or resting(now))
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


def resting(now: dt.datetime) -> Exists:
    """Reminders for which today is a quiet day: one deferred yesterday waits too."""
    return Exists(resting_reminders(now).filter(pk=OuterRef("letter")))


IN_TURN = ("priority", "not_before", "pk")


def within_rate(due: "QuerySet[Delivery]", now: dt.datetime) -> list[int]:
    """The first deliveries that the limits for each minute, and for each domain, let through."""
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


def domain_of(address: str) -> str:
    return address.rpartition("@")[2].lower()


# Sending


def deliver_batch(batch: list[Delivery], line: Carrier, run: Run) -> None:
    """Deliver one after the other; the rest goes back where the line or the store is lost."""
    for done, delivery in enumerate(batch):
        try:
            line.connect()
            run.handed_over += deliver(delivery, line)
        except (Unreachable, Unavailable) as no:
            give_back(batch[done:], outage_told_by(no))
            raise
        except Exception as fault:  # one delivery never stops another
            if not connection.is_usable():
                raise
            set_aside(delivery, fault)


def give_back(waiting: list[Delivery], outage: Outage) -> None:
    """Let another line have what was not begun: nothing was tried, and it is still due."""
    for delivery in waiting:
        transit(
            delivery,
            State.CLAIMED,
            State.DEFERRED,
            because=outage.get_of_display(),
            words=outage.words,
        )


def set_aside(delivery: Delivery, fault: Exception) -> None:
    """What raises was not begun, or was said to the mail server: then it may have arrived."""
    logger.error("Delivery %s could not be handed over: %s", delivery.pk, place_of(fault))
    kind = type(fault).__name__
    if not break_off(delivery, State.CLAIMED, kind):
        settle(delivery, State.SENDING, State.UNCERTAIN, because=_("it broke off: %s") % kind)


def deliver(delivery: Delivery, line: Carrier) -> bool:
    """Carry out one transaction; *sending* is committed before it begins.

    Raise Unavailable, before anything is begun, where no message can be read now.
    """
    try:
        content = thaw(delivery.letter.message.name, delivery.letter.message_sha256)
    except Tampered as fault:
        transit(delivery, State.CLAIMED, State.FAILED, because=str(fault))
        return False
    except Unavailable as fault:
        ask_the_store()
        # It answers for others: it is this one that cannot be read.
        break_off(delivery, State.CLAIMED, str(fault))
        return False
    if not begin(delivery):
        return False
    return send(delivery, line, content)


def send(delivery: Delivery, line: Carrier, content: bytes) -> bool:
    token = delivery.envelope or ""
    envelope = Envelope(return_path(token), delivery.address, token)
    try:
        words = line.hand_over(envelope, content)
    except NotTaken as no:
        tell(delivery, f"was not taken ({type(no).__name__})", content, no.words)
        not_taken(delivery, no)
        return False
    # Whatever becomes of the database now, the log has it.
    tell(delivery, "was handed over", content, words)
    now = timezone.now()
    return settle(delivery, State.SENDING, State.HANDED_OVER, words=words, handed_over_at=now)


def not_taken(delivery: Delivery, no: NotTaken) -> None:
    match no:
        case Refused():
            settle(delivery, State.SENDING, State.FAILED, words=no.words)
        case Unknown():
            settle(delivery, State.SENDING, State.UNCERTAIN, words=no.words)
        case Broken():
            break_off(delivery, State.SENDING, no.words)
        case _:
            postpone(delivery, State.SENDING, words=no.words)


def tell(delivery: Delivery, came_of_it: str, content: bytes, words: str) -> None:
    """One line of the log, without what would name the office."""
    local, _at, _domain = delivery.address.rpartition("@")
    names = "|".join(re.escape(name) for name in (local, delivery.envelope) if name)
    words = re.sub(rf"\S*@\S*|\b(?:{names})\b" if names else r"\S*@\S*", "…", words)
    logger.info(
        "Delivery %s %s: %s, attempt %s, %s bytes: %s",
        delivery.pk, came_of_it, delivery.letter.kind, delivery.attempts + 1, len(content),
        " ".join(words.split()),
    )  # fmt: skip


def settle(delivery: Delivery, old: str, new: str, **fields: Any) -> bool:
    """Write down what is known, for some seconds also where the database is lost meanwhile.

    What cannot be written stays *sending*, and is uncertain when its lease ends.
    """
    stop_at = time.monotonic() + SETTLE_WITHIN
    while True:
        try:
            return transit(delivery, old, new, **fields)
        except (OperationalError, InterfaceError) as lost:
            if connection.in_atomic_block or time.monotonic() > stop_at:
                raise
            logger.warning(
                "Delivery %s is not yet written down as %s: %s",
                delivery.pk, new, type(lost).__name__,
            )  # fmt: skip
        connection.close()
        time.sleep(SETTLE_EACH)


def begin(delivery: Delivery) -> bool:
    """Set *sending* if the letter may still leave; say why not otherwise."""
    letter = delivery.letter
    if letter.kind in (Letter.Kind.REMINDER, Letter.Kind.NOTE):
        return begin_after_a_look(delivery)
    if begin_sending(delivery):
        return True
    invitation = Invitation.objects.get(pk=letter.invitation_id)
    if because := why_not(letter, invitation, timezone.now()):
        transit(delivery, State.CLAIMED, State.CANCELLED, because=because)
    return False


@transaction.atomic
def begin_after_a_look(delivery: Delivery) -> bool:
    """The invitation's lock excludes a reply that is being recorded."""
    letter = delivery.letter
    invitation = Invitation.objects.select_for_update(of=("self",)).get(pk=letter.invitation_id)
    if because := why_not(letter, invitation, timezone.now()):
        transit(delivery, State.CLAIMED, State.CANCELLED, because=because)
        if letter.kind == Letter.Kind.REMINDER:
            # It is planned anew if the office may be reminded after all.
            call_back(Letter.objects.filter(pk=letter.pk), because)
        return False
    return begin_sending(delivery)


def why_not(letter: Letter, invitation: Invitation, now: dt.datetime) -> str:
    """Say why the letter may not leave any more; an empty text where it may."""
    if invitation.status != Invitation.Status.ISSUED:
        return _("the invitation is not in force")
    if not Letter.objects.approved().filter(pk=letter.pk).exists():
        return _("the letter is not in force")
    is_note = letter.kind == Letter.Kind.NOTE
    if is_note and letter.covers.exclude(state=Letter.State.APPROVED).exists():
        return _("a letter it covers was called back")
    if letter.kind == Letter.Kind.REMINDER:
        return reminders_allowed(invitation, letter, now)
    return ""


def postpone(delivery: Delivery, old: str, because: str = "", words: str = "") -> bool:
    """Try again after a pause that grows."""
    attempts = delivery.attempts + 1
    return settle(
        delivery,
        old,
        State.DEFERRED,
        because=because,
        words=words,
        attempts=attempts,
        not_before=timezone.now() + spread_pause_after(attempts),
    )


def break_off(delivery: Delivery, old: str, kind: str) -> bool:
    """Something of ours broke before the message was begun: after some attempts a person looks."""
    because = _("it could not be handed over: %s") % kind
    attempts = delivery.attempts + 1
    if attempts < FAULTS_AT_MOST:
        return postpone(delivery, old, because=because)
    return settle(delivery, old, State.FAILED, because=because, attempts=attempts)
