"""Send one delivery: whether it may still leave, and what an answer of the mail server means."""

import datetime as dt
import logging
import re
import time
from typing import Any

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from invitations.files.frozen import StoreUnavailable, Tampered, ask_the_store, thaw
from invitations.job_errors import place_of_error, spread_pause_after
from invitations.letters.channels import reason_to_hold_back
from invitations.letters.notes.covering import answered_already, covered_now
from invitations.letters.planning import (
    call_back_letters,
    planned_again,
    reason_letter_is_overtaken,
    save_planned_letters,
)
from invitations.links import grouped_code
from invitations.mail.outgoing import with_date
from invitations.mail.transport import (
    Broken,
    Carrier,
    Envelope,
    NotTaken,
    Refused,
    Unknown,
    return_path,
)
from invitations.models import Delivery, Invitation, Letter, ReplyLink
from invitations.models.letter import is_called_back
from invitations.outbox.transitions import State, begin_sending, named, transit
from invitations.reminders.calendar_updates import is_calendar_behind, reason_calendar_must_wait
from invitations.reminders.send_check import reason_reminder_must_wait
from invitations.text.by_language import Words, filled, words_of

logger = logging.getLogger(__name__)

# Seconds in which a known answer must be recorded, well inside the lease, and between two tries.
# They begin when the database is seen to be lost: one that is silent is given up after longer.
SETTLE_WITHIN, SETTLE_EACH = 10, 0.2
FAULTS_AT_MOST = 5


def deliver(delivery: Delivery, line: Carrier) -> bool:
    """Send one message; *sending* is committed before the mail transaction begins.

    Raise StoreUnavailable, before anything is begun, if the store can read no message now.
    """
    try:
        content = thaw(delivery.letter.message.name, delivery.letter.message_sha256)
    except Tampered as fault:
        transit(delivery, State.CLAIMED, State.FAILED, reason=str(fault))
        return False
    except StoreUnavailable as fault:
        ask_the_store()
        # The store answers: only this message cannot be read.
        break_off(delivery, State.CLAIMED, words_of(fault))
        return False
    if not begin_delivery(delivery):
        return False
    return send_delivery(
        delivery, line, with_date(content, delivery.letter.dated_at or timezone.now())
    )


def begin_delivery(delivery: Delivery) -> bool:
    """Set *sending* if the letter may still leave; otherwise cancel it with the reason.

    Mail to whom a signed original is due meanwhile, that names earlier dates, or to who has left
    office, is kept back for a person to decide.
    """
    letter = delivery.letter
    if reason := reason_to_hold_back(letter):
        transit(delivery, State.CLAIMED, State.MISSED, reason=reason)
        return False
    if letter.traits.automatic or letter.kind == Letter.Kind.NOTE:
        return begin_under_lock(delivery)
    if begin_sending(delivery):
        return True
    invitation = Invitation.objects.get(pk=letter.invitation_id)
    reason = reason_not_to_send(letter, invitation, timezone.now()) or reason_letter_is_replaced(
        letter
    )
    if reason:
        kept_back = State.MISSED if reason == LEFT_OFFICE else State.CANCELLED
        transit(delivery, State.CLAIMED, kept_back, reason=reason)
    return False


@transaction.atomic
def begin_under_lock(delivery: Delivery) -> bool:
    """Begin under the invitation's lock, which excludes a reply that is being recorded."""
    letter = delivery.letter
    invitation = Invitation.objects.locked().get(pk=letter.invitation_id)
    reason = reason_not_to_send(letter, invitation, timezone.now())
    if letter.kind == Letter.Kind.NOTE:
        reason = reason or reason_letter_is_replaced(letter)
    if reason:
        if letter.traits.automatic:
            # As a whole: what is due after all is planned again.
            call_back_letters(Letter.objects.filter(pk=letter.pk), reason)
        else:
            kept_back = State.MISSED if is_for_a_person(letter, reason) else State.CANCELLED
            transit(delivery, State.CLAIMED, kept_back, reason=reason)
        return False
    if letter.traits.automatic and (reason := reason_to_compose_again(letter)):
        call_back_letters(Letter.objects.filter(pk=letter.pk), reason)
        if letter.traits.acknowledges:
            save_planned_letters([planned_again(letter)])
        return False
    return begin_sending(delivery)


def is_for_a_person(note: Letter, reason: Words) -> bool:
    """Whether a note has to be composed anew, over a letter that was; or over those that remain."""
    if reason == CALLED_BACK_UNDER_IT:
        return True
    remain = covered_now(note).exclude(answered_already())
    return reason == REPLACED_UNDER_IT and remain.exists()


def reason_to_compose_again(letter: Letter) -> Words:
    """Return why automatic mail says by now what is not so; empty if it is, or anybody has it."""
    if letter.kind == Letter.Kind.ACKNOWLEDGEMENT and is_calendar_behind(letter):
        return _("the calendar has changed again")
    ended = ReplyLink.objects.filter(invitation=letter.invitation_id, replaced_at__isnull=False)
    keys = {key for link in ended for key in (link.token, grouped_code(link.code))}
    is_dead = any(key in letter.mail for key in keys)
    if not is_dead or Delivery.objects.left().filter(letter=letter).exists():
        return ""
    return _("its link was replaced, or has ended, since it was composed")


def reason_not_to_send(letter: Letter, invitation: Invitation, now: dt.datetime) -> Words:
    """Return why the letter may no longer leave, or an empty string if it may."""
    if reason := reason_not_in_force(letter, invitation):
        return reason
    if letter.kind == Letter.Kind.REMINDER:
        return reason_reminder_must_wait(invitation, letter, now)
    if letter.kind == Letter.Kind.CALENDAR:
        return reason_calendar_must_wait(invitation, letter, now)
    return reason_letter_is_overtaken(letter)


def reason_not_in_force(letter: Letter, invitation: Invitation) -> Words:
    """Return why the letter leaves on no day, whatever its kind; an empty text if it may."""
    if invitation.status != Invitation.Status.ISSUED:
        return _("the invitation is not in force")
    if addressee_has_left_office(letter, invitation):
        return LEFT_OFFICE
    if not Letter.objects.approved().filter(pk=letter.pk).exists():
        return _("the letter is not in force")
    if letter.kind != Letter.Kind.NOTE:
        return ""
    if letter.covers.filter(~Q(state=Letter.State.APPROVED) | is_called_back()).exists():
        return CALLED_BACK_UNDER_IT
    left = letter.covers.to_who_left_office().exists()
    return _("a letter it covers is to a person who has left office") if left else ""


def reason_letter_is_replaced(letter: Letter) -> Words:
    """Return why it leaves by mail no more: its replacement cancels it; empty if there is none."""
    if letter.kind == Letter.Kind.NOTE and letter.covers.replaced().exists():
        return REPLACED_UNDER_IT
    is_replaced = Letter.objects.replaced().filter(pk=letter.pk).exists()
    return _("another letter has replaced it") if is_replaced else ""


CALLED_BACK_UNDER_IT = _("a letter it covers was called back")
REPLACED_UNDER_IT = _("another letter has replaced one that it covers")
LEFT_OFFICE = _("the person it is written to has left office")


def addressee_has_left_office(letter: Letter, invitation: Invitation) -> bool:
    """Whether a successor is entered of whom it is written to; a note is written to a mission."""
    of_note = letter.kind == Letter.Kind.NOTE
    return not of_note and not Invitation.objects.in_office().filter(pk=invitation.pk).exists()


def send_delivery(delivery: Delivery, line: Carrier, content: bytes) -> bool:
    token = delivery.envelope or ""
    envelope = Envelope(return_path(token), delivery.address, token)
    try:
        words = line.hand_over(envelope, content)
    except NotTaken as no:
        log_outcome(delivery, f"was not taken ({type(no).__name__})", content, no.words)
        not_taken(delivery, no)
        return False
    # The log has it even if the database is lost now.
    log_outcome(delivery, "was handed over", content, words)
    now = timezone.now()
    return settle(delivery, State.SENDING, State.HANDED_OVER, words=words, handed_over_at=now)


def log_outcome(delivery: Delivery, came_of_it: str, content: bytes, words: str) -> None:
    """Write one line of the log, without anything that names the office."""
    local, _at, _domain = delivery.address.rpartition("@")
    names = "|".join(re.escape(name) for name in (local, delivery.envelope) if name)
    # Some servers write addresses in capitals.
    words = re.sub(rf"(?i)\S*@\S*|\b(?:{names})\b" if names else r"\S*@\S*", "…", words)
    logger.info(
        "Delivery %s %s: %s, attempt %s, %s bytes: %s",
        delivery.pk, came_of_it, delivery.letter.kind, delivery.attempts + 1, len(content),
        " ".join(words.split()), extra=named(delivery),
    )  # fmt: skip


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


def settle(delivery: Delivery, old: str, new: str, **fields: Any) -> bool:
    """Record what is known; if the database is lost, try again for some seconds.

    What cannot be recorded stays *sending*, and becomes uncertain when its lease ends.
    """
    stop_at = None
    while True:
        try:
            return transit(delivery, old, new, **fields)
        except (OperationalError, InterfaceError) as lost:
            now = time.monotonic()
            stop_at = stop_at or now + SETTLE_WITHIN
            if connection.in_atomic_block or now > stop_at:
                raise
            logger.warning(
                "Delivery %s is not yet written down as %s: %s",
                delivery.pk, new, type(lost).__name__, extra=named(delivery),
            )  # fmt: skip
        connection.close()
        time.sleep(SETTLE_EACH)


def postpone(delivery: Delivery, old: str, reason: Words = "", words: str = "") -> bool:
    """Defer the delivery, by a pause that grows with each attempt."""
    attempts = delivery.attempts + 1
    return settle(
        delivery,
        old,
        State.DEFERRED,
        reason=reason,
        words=words,
        attempts=attempts,
        not_before=timezone.now() + spread_pause_after(attempts),
    )


def break_off(delivery: Delivery, old: str, kind: Words) -> bool:
    """Defer after a fault of ours before the message began; after some attempts, fail it."""
    reason = filled(_("it could not be handed over: %s"), kind)
    attempts = delivery.attempts + 1
    if attempts < FAULTS_AT_MOST:
        return postpone(delivery, old, reason=reason)
    return settle(delivery, old, State.FAILED, reason=reason, attempts=attempts)


BROKE_OFF = _("it broke off: %s")


def settle_after_fault(delivery: Delivery, fault: Exception) -> None:
    """Break off a delivery that raised; one already *sending* may have arrived: it is uncertain."""
    logger.error(
        "Delivery %s could not be handed over: %s",
        delivery.pk, place_of_error(fault), extra=named(delivery),
    )  # fmt: skip
    kind = type(fault).__name__
    if not break_off(delivery, State.CLAIMED, kind):
        settle(delivery, State.SENDING, State.UNCERTAIN, reason=filled(BROKE_OFF, kind))
