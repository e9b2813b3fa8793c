"""Decisions of a person about a delivery: it went, it is sent again, or it left on paper."""

import datetime as dt

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from invitations.letters.channels import paper_channel, reason_to_hold_back
from invitations.letters.planning import reason_letter_is_overtaken
from invitations.models import Delivery, Invitation, Letter, OriginalStep
from invitations.models.delivery import Step
from invitations.outbox.another_address import ON_FILE_NO_MORE, mail_address_is_on_file
from invitations.outbox.sending import (
    reason_letter_is_replaced,
    reason_not_in_force,
    reason_not_to_send,
)
from invitations.outbox.transitions import transit
from invitations.reminders.calendar_updates import reason_calendar_is_void
from invitations.reminders.send_check import reason_reminder_is_void
from invitations.text.by_language import Words
from invitations.times.clocks import CLOCKS_APART, by_this_clock

State = Delivery.State


NOT_UNCERTAIN = gettext_lazy("This delivery is not uncertain any more.")


def reason_delivery_is_not_uncertain(delivery: Delivery) -> str:
    return "" if delivery.state == State.UNCERTAIN else str(NOT_UNCERTAIN)


def reason_not_to_send_again(delivery: Delivery) -> str:
    """Return why an uncertain delivery is not sent again; an empty text if it may be."""
    return (
        reason_delivery_is_not_uncertain(delivery)
        or reason_not_to_mail(delivery.letter)
        or reason_address_was_corrected(delivery)
    )


def decide_uncertain(delivery: Delivery, by: User, *, went: bool, mark: str = "") -> None:
    """Settle an uncertain delivery: it went, or it is sent again, if it may leave still.

    ``mark`` is that of the attempt that the person looked at: of a later one they know nothing.
    """
    now = timezone.now()
    if mark not in ("", delivery.mark):
        raise ValidationError(_("It was changed again since you looked at it: look once more."))
    if went:
        settled = transit(
            delivery,
            State.UNCERTAIN,
            State.HANDED_OVER,
            reason=gettext_lazy("it went"),
            by=by,
            handed_over_at=delivery.sending_at or now,
        )
    else:
        if reason := reason_not_to_send_again(delivery):
            raise ValidationError(reason)
        settled = queue_again(delivery, State.UNCERTAIN, by, gettext_lazy("send again"))
    if not settled:
        raise ValidationError(NOT_UNCERTAIN)


def resend(delivery: Delivery, by: User) -> None:
    """Put a failed or missed delivery back into the outbox."""
    if reason := reason_not_to_resend(delivery):
        raise ValidationError(reason)
    if not queue_again(delivery, delivery.state, by, gettext_lazy("send anew")):
        raise ValidationError(ONLY_FAILED)


ONLY_FAILED = gettext_lazy("Only a failed or missed delivery is sent anew.")


def reason_not_to_resend(delivery: Delivery) -> str:
    """Return why the delivery is not sent anew; an empty text if it may be."""
    if reason := reason_not_to_mail(delivery.letter):
        return reason
    if delivery.state not in (State.FAILED, State.MISSED):
        return str(ONLY_FAILED)
    return reason_address_was_corrected(delivery)


def reason_address_was_corrected(delivery: Delivery) -> str:
    """Return why no mail goes to that address once more: it was corrected; empty if it may."""
    if delivery.channel != Delivery.Channel.EMAIL or mail_address_is_on_file(delivery):
        return ""
    return str(ON_FILE_NO_MORE)


def reason_not_to_mail(letter: Letter) -> str:
    """Return why the letter leaves by mail no more, whoever asks for it; empty if it may."""
    if reason := reason_to_hold_back(letter):
        return str(reason)
    void = (
        reason_not_in_force(letter, letter.invitation)
        or reason_letter_is_replaced(letter)
        or reason_mail_is_void(letter)
    )
    return _("It may not leave: %s.") % void if void else ""


def reason_mail_is_void(letter: Letter) -> Words:
    """Return why automatic mail has nothing to say any more; on a quiet day alone it only waits."""
    if letter.kind == Letter.Kind.REMINDER:
        return reason_reminder_is_void(letter.invitation, letter, timezone.now())
    if letter.kind == Letter.Kind.CALENDAR:
        return reason_calendar_is_void(letter.invitation, letter)
    return reason_letter_is_overtaken(letter)


def queue_again(delivery: Delivery, old: str, by: User, reason: Words) -> bool:
    now = timezone.now()
    last = delivery.letter.leave_before or now + dt.timedelta(days=5)
    return transit(
        delivery,
        old,
        State.QUEUED,
        reason=reason,
        by=by,
        attempts=0,
        not_before=now,
        leave_before=last,
    )


def mark_dispatched(
    delivery: Delivery, by: User, channel: str, reference: str, at: dt.datetime
) -> None:
    """Record that a printed letter left by pouch or post."""
    now = timezone.now()
    at = by_this_clock(at, now)
    if channel == Delivery.Channel.EMAIL or at > now:
        raise ValidationError(_("Say by pouch or by post, and when it left: not in the future."))
    if why := reason_original_is_waiting(delivery.letter):
        raise ValidationError(why)
    if delivery.channel == Delivery.Channel.EMAIL or not transit(
        delivery,
        State.QUEUED,
        State.HANDED_OVER,
        reason=gettext_lazy("dispatched"),
        by=by,
        channel=channel,
        reference=reference,
        handed_over_at=at,
    ):
        raise ValidationError(ONLY_PRINTED)


ONLY_PRINTED = gettext_lazy("Only a printed letter that waits can be marked as dispatched.")


def reason_not_to_mark_dispatched(delivery: Delivery) -> str:
    """Return why the delivery is not marked as dispatched; an empty text if it may be."""
    if delivery.channel == Delivery.Channel.EMAIL or delivery.state != State.QUEUED:
        return str(ONLY_PRINTED)
    return reason_original_is_waiting(delivery.letter)


def reason_original_is_waiting(letter: Letter) -> str:
    """Return why a signed original was not recorded as handed over: it may not be signed yet.

    The note verbale above leaves with the first that it covers.
    """
    is_note = letter.kind == Letter.Kind.NOTE
    lying = letter.covers.all() if is_note else Letter.objects.filter(pk=letter.pk)
    handed_over = OriginalStep.objects.standing().filter(letter__in=lying, step=Step.HANDED_OVER)
    if not letter.by_original or handed_over.exists():
        return ""
    if is_note:
        return _(
            "It leaves with a signed original: record on the page of signed originals what was "
            "done."
        )
    return _("It is a signed original: record on the page of signed originals what was done.")


def reason_not_to_record_paper(letter: Letter, invitation: Invitation | None = None) -> str:
    """Return why it is not recorded that the letter left on paper; an empty text if it may be."""
    if letter.traits.automatic:
        return _("Reminders and acknowledgements go by e-mail: choose the letter.")
    if reason := reason_not_to_send(letter, invitation or letter.invitation, timezone.now()):
        return _("It may not leave: %s.") % reason
    return ""


@transaction.atomic
def dispatch_on_paper(
    letter: Letter, by: User, channel: str, reference: str, at: dt.datetime
) -> None:
    """Record that the printed letter left by pouch or post, once by each channel.

    An empty ``channel`` is the letter's own route. The delivery that waits for the print run is
    marked; a letter that went by e-mail alone gets a new one.
    """
    invitation = Invitation.objects.locked().get(pk=letter.invitation_id)
    if why := reason_not_to_record_paper(letter, invitation):
        raise ValidationError(why)
    if letter.approved_at and at < letter.approved_at - CLOCKS_APART:
        raise ValidationError(_("It was approved later than that: say when it left."))
    channel = channel or paper_channel(letter).channel
    if not channel:
        raise ValidationError(_("It has no address: say whether it left by pouch or by post."))
    mark_dispatched(paper_delivery(letter, channel), by, channel, reference, at)


def paper_delivery(letter: Letter, channel: str) -> Delivery:
    """Return the delivery that waits for the print run, or a new one."""
    on_paper = letter.deliveries.exclude(channel=Delivery.Channel.EMAIL)
    if left := on_paper.left().filter(channel=channel).first():
        raise ValidationError(
            _("It left by %(channel)s already, on %(at)s, reference: %(reference)s.")
            % {
                "channel": left.get_channel_display(),
                "at": date_format(timezone.localtime(left.handed_over_at), "DATETIME_FORMAT"),
                "reference": left.reference or "–",
            }
        )
    if waiting := on_paper.waiting().first():
        return waiting
    delivery = letter.deliveries.create(channel=channel)
    letter.events.create(delivery=delivery, state=delivery.state)
    return delivery
