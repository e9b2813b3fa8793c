"""What was recorded of another office, or dealt with by mistake, is taken up again."""

from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from invitations.audit import Act, record_act
from invitations.letters.issuing import lock_invitation
from invitations.letters.planning import plan_acknowledgement, plan_receipts_again
from invitations.models import Answer, Correspondence, Invitation, Reconfirmation, Reply
from invitations.outbox.date_change.reconfirmations import note_reply
from invitations.replies import BESIDE, come_to_stand, compare_others, status_against

Status = Reply.Status
# The replies by which an office says whether its answer holds.
SAID = (Status.STANDING, Status.CONFIRMING)


@transaction.atomic
def take_up_again(filed: Correspondence, by: User, reason: str) -> None:
    """Let what came in wait anew, as nobody's; a reply recorded of it is set aside.

    What that reply had taken the place of is in force again. The record stays to be read, with
    the reason.
    """
    if not reason.strip():
        raise ValidationError(_("Say why: the reason is kept."))
    if filed.invitation:
        lock_invitation(filed.invitation)
        for reply in recorded_replies(filed):
            lock_invitation(reply.invitation)
    locked = Correspondence.objects.select_for_update().get(pk=filed.pk)
    if locked.invitation_id != filed.invitation_id:
        raise ValidationError(_("Somebody has said already whose mail this is."))
    if why := reason_not_to_reopen(locked):
        raise ValidationError(why)
    for reply in recorded_replies(locked):
        if not reply.is_taken_up:
            set_reply_aside(reply, by, reason)
    forget_confirmation(locked)
    Correspondence.objects.filter(pk=locked.pk).update(
        invitation=None, is_automatic=False, dealt_with_at=None, dealt_with_by=None
    )
    changes = {"invitation": (locked.invitation_id, None)}
    record_act(locked, Act.TAKEN_UP, by, reason, changes if locked.invitation_id else None)


def reason_not_to_reopen(filed: Correspondence) -> str:
    """Return why it is not taken up again; an empty text if it may be."""
    if filed.invitation_id is None and filed.dealt_with_at is None:
        return _("It waits already, and nobody has said whose it is.")
    issued = Invitation.Status.ISSUED
    if any(
        one.is_to_confirm and one.invitation.status == issued for one in recorded_replies(filed)
    ):
        return _("Its answer was carried over to the successor: record what that office says.")
    return ""


def recorded_replies(filed: Correspondence) -> list[Reply]:
    """Return the replies recorded of it for its office, each with those carried over from it."""
    found: list[Reply] = []
    replies = Reply.objects.select_related("invitation__edition", "correspondence", "carried_from")
    carried = list(replies.filter(correspondence=filed, invitation=filed.invitation_id))
    while carried:
        found += sorted(carried, key=lambda reply: reply.pk)
        carried = list(replies.filter(carried_from__in=carried))
    return found


def set_reply_aside(reply: Reply, by: User, reason: str) -> None:
    """Set the reply aside; a holding reply stays noted, and skips no reminder any more."""
    before = reply.status
    after = Status.NOTED if before == Status.NOTED else Status.SET_ASIDE
    Reply.objects.filter(pk=reply.pk).update(
        status=after,
        skips_step=None,
        skips_deadline=None,
        settled_at=timezone.now(),
        settled_by=by,
        settlement_reason=reason,
    )
    record_act(reply, Act.SET_ASIDE, by, reason, {"status": (before, after)})
    if before in (*BESIDE, Status.SET_ASIDE):
        put_back(reply, before)
        if reply.invitation.status == Invitation.Status.ISSUED:
            plan_receipts_again(reply.invitation)


def put_back(gone: Reply, status: str) -> None:
    """Let the replies of the invitation stand, confirm or contest as if that one had not come."""
    replies = gone.invitation.replies.exclude(pk=gone.pk).select_related("correspondence")
    others = list(replies.order_by("received_at", "pk"))
    before = superseded_by(gone, others)
    if status == Status.STANDING:
        if stands := to_stand(gone, before, others):
            let_stand(stands, Status.STANDING)
            if before and before != stands:
                compare_with_standing(before, stands)
            # Who left office is told nothing.
            is_issued = gone.invitation.status == Invitation.Status.ISSUED
            (come_to_stand if is_issued else compare_others)(stands, others)
            Reconfirmation.objects.current().filter(reply=gone).update(reply=stands)
    elif before and not any(one.channel == gone.channel and one.status in BESIDE for one in others):
        for standing in (one for one in others if one.status == Status.STANDING):
            compare_with_standing(before, standing)


def compare_with_standing(reply: Reply, standing: Reply) -> None:
    """Let the reply confirm or contest what stands; it may have gone before it was acknowledged."""
    let_stand(reply, status_against(standing, reply))
    is_issued = reply.invitation.status == Invitation.Status.ISSUED
    if is_issued and not reply.acknowledgements.in_force().exists():
        plan_acknowledgement(reply)


def to_stand(gone: Reply, before: Reply | None, others: list[Reply]) -> Reply | None:
    """Return the reply that stands in its place.

    That is what was set aside for it by choice, what it had superseded, the last one beside it, or,
    if the office itself has said nothing, the answer that had been carried over.
    """
    beside = [reply for reply in others if reply.status in BESIDE]
    channels = {reply.channel for reply in beside}
    lost_to_it = [
        one
        for one in others
        if one.status == Status.SET_ASIDE
        and gone.settled_at
        and (one.settled_at, one.settled_by_id) == (gone.settled_at, gone.settled_by_id)
        and one.channel not in channels
    ]
    own = next(iter(lost_to_it), None) or before or (beside[-1] if beside else None)
    return own or last_in_force([one for one in others if one.carried_from_id], others)


def superseded_by(gone: Reply, others: list[Reply]) -> Reply | None:
    """Return the reply of its channel whose place it took."""
    earlier = [
        one
        for one in others
        if (one.pk < gone.pk or one.received_at < gone.received_at)
        and one.channel == gone.channel
        and not one.carried_from_id
    ]
    return last_in_force(earlier, earlier)


def last_in_force(earlier: list[Reply], beside: list[Reply]) -> Reply | None:
    """Return the last of them that was superseded, unless staff set a later one aside."""
    last = max(
        (one for one in earlier if one.status == Status.SUPERSEDED),
        key=lambda one: (one.received_at, one.pk),
        default=None,
    )
    aside = [one for one in beside if one.status == Status.SET_ASIDE and not one.is_taken_up]
    return None if last is None or any(one.pk > last.pk for one in aside) else last


def let_stand(reply: Reply, status: str) -> None:
    """Let the reply be in force again; a choice against it holds no more."""
    now_so: dict[str, Any] = {"status": status}
    if reply.status == Status.SET_ASIDE:
        now_so |= {"settled_at": None, "settled_by": None, "settlement_reason": ""}
    reply.status = status
    Reply.objects.filter(pk=reply.pk).update(**now_so)


def has_only_replies_that_are_gone(invitation: Invitation) -> bool:
    """Whether an office that is invited has answered, and nothing of its own is in force."""
    if invitation.status != Invitation.Status.ISSUED:
        return False
    replies = list(invitation.replies.select_related("correspondence"))
    own = [one for one in replies if one.answer != Answer.HOLDING and not one.is_taken_up]
    return bool(own) and all(one.is_gone for one in own)


def forget_confirmation(filed: Correspondence) -> None:
    """Ask once more each office whose answer holds by this alone; one without an answer no more."""
    asked = Reconfirmation.objects.current()
    said = asked.filter(correspondence=filed)
    offices = {filed.invitation_id, *said.values_list("invitation", flat=True)}
    said.update(
        said=Reconfirmation.Said.NOT_YET,
        answered_at=None,
        channel="",
        recorded_by=None,
        correspondence=None,
    )
    for question in asked.not_yet().filter(invitation__in=offices).select_related("move"):
        answers = Reply.objects.filter(invitation=question.invitation_id, status__in=SAID)
        if not answers.standing().exists():
            question.delete()
        # What was on file at the move was said of the dates before.
        since = answers.filter(recorded_at__gte=question.move.released_at)
        for reply in since.select_related("invitation__edition").order_by("received_at", "pk"):
            note_reply(reply, is_given=True)
