"""What offices say again after a move: their answer holds, or another one takes its place."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from invitations.audit import Act, record_act
from invitations.letters.issuing import lock_invitation, refuse_if_not_in_force
from invitations.letters.planning import acknowledging, save_planned_letters
from invitations.models import (
    Channel,
    Correspondence,
    DateChange,
    ForumEdition,
    Invitation,
    Letter,
    Reconfirmation,
    Reply,
)
from invitations.times.clocks import is_earlier

Said = Reconfirmation.Said


class StaleDates(ValidationError):
    """Refusal of what was said to other dates: they moved after its page was opened."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "The dates have changed since you opened the page, and nothing was recorded. They "
                "are shown here as they are now: please look at them, and confirm once more."
            )
        )


def open_question(invitation: Invitation) -> Reconfirmation | None:
    """Return the question of the last move to the office; None if nothing is asked."""
    asked = Reconfirmation.objects.current().filter(invitation=invitation)
    return asked.select_related("move__change", "reply").first()


def may_confirm(invitation: Invitation, reply: Reply) -> bool:
    """Whether the answer is one that the edition offers still: no other can be re-confirmed."""
    return reply.answer in invitation.edition.as_released.answers_offered


def last_move(invitation: Invitation) -> DateChange | None:
    """Return the last move of the edition, which the invitation then has as it is by now.

    Call it under the invitation's lock: a move waits for it.
    """
    move = DateChange.objects.last_of(invitation.edition_id)
    if move:
        invitation.edition = edition_by_now(invitation)
    return move


def edition_by_now(invitation: Invitation) -> ForumEdition:
    """Return the edition as it is by now; for a page of its office, with what was released."""
    edition = ForumEdition.objects.get(pk=invitation.edition_id)
    if not invitation.held:
        return edition
    shown = edition.as_released
    shown.replies_closed_at = edition.replies_closed_at
    return shown


def asking_move(invitation: Invitation) -> DateChange | None:
    """Return the move that the office is asked about; an edition that never moved has none."""
    if invitation.edition.moved_at is None:
        return None
    return DateChange.objects.asking(invitation.edition_id)


def refuse_stale_dates(move: DateChange | None, seen: str | None) -> None:
    """Refuse what was said on a page that showed other dates; ``seen`` names its last move."""
    if seen is not None and seen != mark_of_date_change(move):
        raise StaleDates


def lock_with_dates_shown(
    invitation: Invitation, seen_dates: str | None, *, came_at: dt.datetime | None = None
) -> None:
    """Lock the invitation, with its edition as it is by now; refuse a move that was not seen.

    Replies may be closed by now, if it came before: what counts is when the organization got it.
    """
    lock_invitation(invitation)
    refuse_if_not_in_force(invitation, came_at or timezone.now())
    refuse_stale_dates(last_move(invitation), seen_dates)


def mark_of_date_change(move: DateChange | None) -> str:
    return str(move.pk) if move else ""


def note_reply(reply: Reply, *, is_given: bool) -> bool:
    """Take a reply that was just recorded for what its office says of the new dates.

    One that staff date before the move was said of the earlier dates, and is asked about itself;
    so is one that came on paper and is not offered, which nothing re-confirms.
    Return whether the answer is re-confirmed by it.
    """
    has_said = reply.status in (Reply.Status.STANDING, Reply.Status.CONFIRMING)
    move = asking_move(reply.invitation) if has_said else None
    if move is None or move.released_at is None:
        return False
    asked = Reconfirmation.objects.filter(move=move, invitation=reply.invitation_id)
    is_before = is_given and is_earlier(reply.received_at, move.released_at, timezone.now())
    if is_before or not may_confirm(reply.invitation, reply):
        ask_about(reply, move)
    elif question := asked.select_related("reply").first():
        is_same = reply.confirms(question.reply)
        if not (is_same and is_said_as_surely(question, reply)):
            settle_question(question, Said.STILL_VALID if is_same else Said.CHANGED, reply)
            return is_same
    return False


def is_said_as_surely(question: Reconfirmation, reply: Reply) -> bool:
    """Whether the answer was re-confirmed before, not by a paper alone if the reply is online.

    What came in may turn out to be another State's, and what it said goes with it.
    """
    by_paper = question.correspondence_id is not None and reply.correspondence_id is None
    return question.said == Said.STILL_VALID and not by_paper


def ask_about(reply: Reply, move: DateChange) -> None:
    """Ask about the reply that stands now, unless the office has said something since the move."""
    if reply.status != Reply.Status.STANDING:
        return
    question, _is_new = Reconfirmation.objects.get_or_create(
        move=move, invitation_id=reply.invitation_id, defaults={"reply": reply}
    )
    Reconfirmation.objects.filter(pk=question.pk).not_yet().update(reply=reply)


def settle_question(question: Reconfirmation, said: str, reply: Reply) -> None:
    Reconfirmation.objects.filter(pk=question.pk).update(
        said=said,
        answered_at=reply.received_at,
        channel=reply.channel,
        recorded_by=reply.recorded_by,
        correspondence=reply.correspondence,
    )


def note_same_again(recorded: Reply, again: Reply) -> None:
    """Take the same words, sent once more, for a re-confirmation of the reply on file."""
    if recorded.status in (Reply.Status.STANDING, Reply.Status.CONFIRMING):
        again.status = recorded.status
        if note_reply(again, is_given=again.correspondence_id is not None):
            acknowledge_reconfirmed(recorded, again.channel)


def acknowledge_reconfirmed(reply: Reply, channel: str) -> None:
    """Plan one more acknowledgement of the answer that holds, to the addresses on file alone.

    An address that was typed with the answer was typed before, maybe by another office.
    """
    if common := acknowledging(reply, channel):
        told = reply.acknowledgements.filter(variant="answer").aggregate(last=Max("again"))["last"]
        again = 0 if told is None else told + 1
        save_planned_letters([Letter(**common, variant="answer", again=again)])


@transaction.atomic
def confirm_answer(invitation: Invitation, seen_reply: str, seen_dates: str) -> Reconfirmation:
    """Note that the answer holds for the dates as they are now, and acknowledge it, once.

    Refuse it if dates or answer are others than the page showed, or if the answer is offered no
    more: nothing is converted, the office chooses anew.
    """
    lock_invitation(invitation)
    now = timezone.now()
    refuse_if_not_in_force(invitation, now)
    refuse_stale_dates(last_move(invitation), seen_dates)
    question, standing = question_and_reply(invitation)
    if str(standing.pk) != seen_reply:
        raise ValidationError(
            _("Another reply came to stand meanwhile: please look at what is on file now.")
        )
    refuse_unoffered(invitation, standing)
    asked = Reconfirmation.objects.filter(pk=question.pk).not_yet()
    if asked.update(said=Said.STILL_VALID, answered_at=now, channel=Channel.ONLINE):
        acknowledge_reconfirmed(standing, Channel.ONLINE)
    question.refresh_from_db()
    return question


def question_and_reply(invitation: Invitation) -> tuple[Reconfirmation, Reply]:
    """Return what the office is asked, and the answer that stands; call it under the lock."""
    question = open_question(invitation)
    standing = invitation.replies.standing().first()
    if question is None or standing is None:
        raise ValidationError(_("Nothing is to be re-confirmed here."))
    return question, standing


def refuse_unoffered(invitation: Invitation, standing: Reply) -> None:
    if not may_confirm(invitation, standing):
        raise ValidationError(_("This answer is not offered any more: please choose another one."))


@transaction.atomic
def confirm_for_office(filed: Correspondence) -> Reconfirmation:
    """Note that the answer holds by what staff have dealt with: a call, a letter, a note, a mail.

    Refuse what came in before the dates moved: it was said of the earlier ones.
    """
    invitation = Invitation.objects.get(correspondence=filed)
    lock_invitation(invitation)
    now = timezone.now()
    refuse_if_not_in_force(invitation, filed.received_at)
    last_move(invitation)
    question, standing = question_and_reply(invitation)
    if question.said != Said.NOT_YET:
        raise ValidationError(_("The office has said already whether its answer holds."))
    released_at = question.move.released_at
    if released_at and is_earlier(filed.received_at, released_at, now):
        raise ValidationError(
            _("It came in before the dates moved, and says nothing of the dates as they are now.")
        )
    refuse_unoffered(invitation, standing)
    question.said, question.answered_at = Said.STILL_VALID, filed.received_at
    question.channel, question.correspondence = filed.channel, filed
    question.recorded_by = filed.dealt_with_by
    question.save(update_fields=["said", "answered_at", "channel", "correspondence", "recorded_by"])
    record_act(standing, Act.RECONFIRMED, filed.dealt_with_by)
    acknowledge_reconfirmed(standing, filed.channel)
    return question
