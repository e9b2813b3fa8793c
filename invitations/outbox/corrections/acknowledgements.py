"""Acknowledgements once more: of an office that was told otherwise, or whose minister stays."""

import datetime as dt

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from invitations.letters.planning import (
    call_back_letters,
    planned_again,
    reason_letter_is_overtaken,
    save_planned_letters,
)
from invitations.models import Delivery, Invitation, Letter, LetterEvent, Reply
from invitations.outbox.sending import LEFT_OFFICE
from invitations.times.clocks import CLOCKS_APART


def hold_acknowledgements(invitation: Invitation) -> int:
    """Call back what acknowledges and has not left: it carries a link that has ended.

    Call it within a transaction, with the invitation locked.
    """
    return call_back_letters(invitation.letters.acknowledging(), LEFT_OFFICE)


def acknowledge_called_back_again(invitation: Invitation, since: dt.datetime) -> int:
    """Plan anew what was called back since then and acknowledges what stands; count these letters.

    They wait for the invitation's new link.
    """
    own = invitation.letters.acknowledging().order_by("pk")
    # Of receipts an earlier one may have left, and each says by itself if a later one has.
    said = {(acknowledged_answer(one), one.again) for one in own.in_force() if one.reply_id}
    cancelled = Letter.State.CANCELLED
    lately = LetterEvent.objects.filter(state=cancelled, at__gte=since - CLOCKS_APART)
    called_back = own.filter(state=cancelled, pk__in=lately.values("letter"))
    again = {
        acknowledged_answer(one): one for one in called_back if not reason_letter_is_overtaken(one)
    }
    return save_planned_letters(
        [planned_again(one) for told, one in again.items() if (told, one.again) not in said]
    )


def acknowledged_answer(letter: Letter) -> tuple[str, str, int | None]:
    return letter.kind, letter.variant, letter.reply_id


def acknowledge_again(invitation: Invitation) -> None:
    """Plan the acknowledgement of what stands once more, if mail about another reply left since.

    Call it within a transaction, with the invitation locked. What was never acknowledged, such as
    an answer that was carried over, is not; nor is anything once the event is over.
    """
    if not (invitation.edition.is_ahead(timezone.now()) and was_acknowledged_otherwise(invitation)):
        return
    told = invitation.letters.in_force().filter(variant="answer", reply__status="standing")
    if last := told.order_by("again").last():
        again = planned_again(last)
        again.again = last.again + 1
        save_planned_letters([again])


def was_acknowledged_otherwise(invitation: Invitation) -> bool:
    """Whether the last acknowledgement that the office has, or will get, is not of what stands."""
    has_left = Exists(Delivery.objects.left().filter(letter=OuterRef("pk")))
    acknowledged = invitation.letters.in_force().filter(kind=Letter.Kind.ACKNOWLEDGEMENT)
    stands = Q(reply__status=Reply.Status.STANDING)
    last = acknowledged.filter(stands | has_left).select_related("reply").order_by("pk").last()
    return bool(last and last.reply and last.reply.status != Reply.Status.STANDING)
