"""Record what an office answers, and what came in on paper."""

import datetime as dt
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from invitations.audit import Act, record_act, record_acts, save_new
from invitations.files.frozen import Frozen
from invitations.letters.issuing import lock_invitation
from invitations.letters.planning import are_many, plan_acknowledgement, plan_receipts_again
from invitations.models import (
    NAME_THE_SUBSTITUTE,
    Answer,
    Channel,
    Correspondence,
    Invitation,
    Reply,
)
from invitations.models.reply import ASKED_WITH, REPLY_FIELDS
from invitations.outbox.corrections.acknowledgements import acknowledge_again
from invitations.outbox.date_change.reconfirmations import (
    confirm_for_office,
    lock_with_dates_shown,
    note_reply,
    note_same_again,
)
from invitations.reminders.eligibility import next_step, skips_another_step
from invitations.times.clocks import by_this_clock

ANOTHER_INVITATION = gettext_lazy(
    "This form belongs to another invitation, and nothing was recorded: open this page anew."
)

# References to rows that were just read: validation would look each of them up again.
READ_ROWS = (
    "invitation", "correspondence", "recorded_by", "substitute_rank", "skips_step", "settled_by",
)  # fmt: skip


class StaleReply(ValidationError):
    """Refusal of a reply: another one came to stand after its page was opened."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Another reply was recorded after you opened the page. What stands now is shown"
                " beside what you typed: please look at both before you record yours."
            )
        )


class FormOfAnother(ValidationError):
    """Refusal of a form that was sent for another invitation already."""

    def __init__(self) -> None:
        super().__init__(ANOTHER_INVITATION)


@transaction.atomic
def record_reply(  # noqa: PLR0913 -- what was said, and all that is known of how it came
    invitation: Invitation,
    words: dict[str, Any],
    *,
    channel: str = Channel.ONLINE,
    received_at: dt.datetime | None = None,
    by: User | None = None,
    correspondence: Correspondence | None = None,
    form_key: UUID | None = None,
    seen: str | None = None,
    seen_dates: str | None = None,
) -> Reply:
    """Record the reply and plan its acknowledgement; earlier replies stay on file.

    A reply supersedes the standing one of its channel. Beside one of another channel it is
    confirming, or, if it says otherwise, contested until staff choose; so is each reply of another
    channel beside one that comes to stand. One that only completes it stands itself. The same form,
    or the same words again, record nothing new. A holding reply is noted, and skips the next step.

    ``seen`` names the reply that stood when the page was opened, empty for none: if another one
    stands by now, raise StaleReply. ``seen_dates`` names the move of dates that it showed, empty
    for none: if they have moved since, raise StaleDates. A reply after a move re-confirms, or
    changes, the answer that is asked about.

    Without ``received_at`` a reply comes now, after all that is on file: the lock gives the order,
    not the clocks of several servers. Only an hour that staff give is compared with the others of
    its channel: a reply older than one of these is filed as superseded at once.
    """
    lock_with_dates_shown(invitation, seen_dates, came_at=received_at)
    now = timezone.now()
    reply = reply_in_draft(
        invitation,
        words,
        channel=channel,
        received_at=now if received_at is None else by_this_clock(received_at, now),
        recorded_at=now,
        recorded_by=by,
        correspondence=correspondence,
        form_key=form_key,
    )
    refuse_if_incomplete(reply)
    form_before, earlier = earlier_replies(reply)
    if recorded := already_recorded(reply, form_before, earlier):
        if form_before is None:
            note_same_again(recorded, reply)
        return recorded
    keep_order(reply, earlier, is_given=received_at is not None)
    reply.status = status_of_new_reply(reply, earlier, seen, is_given=received_at is not None)
    make_room_for(reply, earlier)
    if reply.answer == Answer.HOLDING:
        reply.skips_step = next_step(invitation, now)
        reply.skips_deadline = invitation.edition.reply_before if reply.skips_step else None
    reply.clean_fields(exclude=READ_ROWS)
    save_once(reply)
    compare_others(reply, earlier)
    note_reply(reply, is_given=received_at is not None)
    if by:
        record_act(reply, Act.RECORDED, by)
    acknowledge(reply, earlier)
    return reply


def acknowledge(reply: Reply, earlier: list[Reply]) -> None:
    """Plan the acknowledgement, and what an earlier reply kept back and this one asks for."""
    # A reply that never stood is not acknowledged: a later one of its channel was. Nor is, among
    # many, a holding one: none takes its place.
    many = are_many(reply, earlier)
    if not (reply.status == Reply.Status.SUPERSEDED or (many and reply.answer == Answer.HOLDING)):
        plan_acknowledgement(reply, rests=many)
    if any(reply.asks_for_more_than(one) for one in earlier):
        plan_receipts_again(reply.invitation)


def record_reply_once(
    invitation: Invitation,
    words: dict[str, Any],
    form_key: UUID,
    seen: str | None = None,
    seen_dates: str | None = None,
) -> Reply:
    """Record one reply for a form, however often it is sent; other words make another reply."""
    # A browser may bring back a form that was sent before, and its key with it.
    record = partial(record_reply, invitation, words, seen=seen, seen_dates=seen_dates)
    reply = record(form_key=form_key)
    if reply.is_gone or words_of_reply(reply) != words_of_reply(reply_in_draft(invitation, words)):
        return record()
    return reply


def reply_in_draft(invitation: Invitation, words: dict[str, Any], **how_it_came: Any) -> Reply:
    """Return the unsaved reply, without what its answer leaves no room for.

    Only who comes attends segments, and only who sends a substitute names one: a form may still
    hold both from an earlier answer.
    """
    answer = words.get("answer")
    said = {
        name: words[name]
        for name in REPLY_FIELDS
        if name in words and answer in ASKED_WITH.get(name, (answer,))
    }
    return Reply(invitation=invitation, **said, **how_it_came)


def keep_order(reply: Reply, earlier: list[Reply], *, is_given: bool) -> None:
    """Move the reply's hours after those on file: a clock may be behind, or was set back.

    An hour that was given stays. A reply in time by this server's clock keeps its own hour, so that
    it is not late because another server's clock had already passed the deadline.
    """
    reply.recorded_at = max([reply.recorded_at, *(r.recorded_at for r in earlier)])
    came_at = max([reply.received_at, *(r.received_at for r in earlier)])
    if not (is_given or reply.received_at < reply.invitation.edition.deadline <= came_at):
        reply.received_at = came_at


def refuse_if_incomplete(reply: Reply) -> None:
    """Refuse what is no reply yet; on paper an office may say what its page does not offer."""
    offered = [*reply.invitation.edition.as_released.answers_offered, Answer.HOLDING]
    if reply.answer not in (offered if reply.channel == Channel.ONLINE else Answer):
        raise ValidationError(_("Please choose one of the answers offered."))
    if reply.answer == Answer.REPRESENTED and not reply.substitute_name.strip():
        raise ValidationError(NAME_THE_SUBSTITUTE)
    if reply.received_at > reply.recorded_at:
        raise ValidationError(_("A reply cannot be received in the future."))


def earlier_replies(reply: Reply) -> tuple[Reply | None, list[Reply]]:
    """Return the reply of the same form, of any invitation, and this invitation's, newest first."""
    known = Q(invitation=reply.invitation_id)
    if reply.form_key:
        known |= Q(form_key=reply.form_key)
    found = list(Reply.objects.filter(known).order_by("-pk"))
    form_before = next((r for r in found if reply.form_key and r.form_key == reply.form_key), None)
    return form_before, [r for r in found if r.invitation_id == reply.invitation_id]


def already_recorded(reply: Reply, form_before: Reply | None, earlier: list[Reply]) -> Reply | None:
    """Return the reply of the same form, or the channel's last one if it says the same."""
    if form_before and form_before.invitation_id != reply.invitation_id:
        raise FormOfAnother
    if form_before or reply.correspondence:
        return form_before
    last = next((r for r in earlier if r.channel == reply.channel), None)
    if last is None or last.is_gone or last.carried_from_id:
        return None
    is_same = words_of_reply(last) == words_of_reply(reply)
    return last if is_same and not skips_another_step(reply, last) else None


def save_once(reply: Reply) -> None:
    """Save the reply; refuse a form that was sent for two invitations at the same moment."""
    try:
        reply.save()
    except IntegrityError as fault:
        if "form_key" not in str(fault):
            raise
        raise FormOfAnother from fault


# What an answer in force may be, one for each channel.
BESIDE = (Reply.Status.STANDING, Reply.Status.CONTESTED, Reply.Status.CONFIRMING)


def words_of_reply(reply: Reply) -> list[Any]:
    return [getattr(reply, name) for name in REPLY_FIELDS]


def status_of_new_reply(
    reply: Reply, earlier: list[Reply], seen: str | None = None, *, is_given: bool
) -> str:
    """Return a new reply's status, given the standing reply and its channel's earlier ones."""
    if reply.answer == Answer.HOLDING:
        return Reply.Status.NOTED
    standing = next((r for r in earlier if r.status == Reply.Status.STANDING), None)
    if standing is None:
        return Reply.Status.STANDING
    if seen is not None and seen != str(standing.pk):
        raise StaleReply
    in_force = [r for r in earlier if r.channel == reply.channel and r.status in BESIDE]
    if is_given and any(reply.received_at < r.received_at for r in in_force):
        return Reply.Status.SUPERSEDED
    if standing.channel == reply.channel or standing.is_to_confirm or reply.completes(standing):
        return Reply.Status.STANDING
    return status_against(standing, reply)


def status_against(standing: Reply, other: Reply) -> str:
    """Return whether a reply of another channel confirms what stands, or says otherwise."""
    return Reply.Status.CONFIRMING if other.confirms(standing) else Reply.Status.CONTESTED


def compare_others(reply: Reply, others: list[Reply]) -> None:
    """Let each other channel's reply confirm, or contest, one that has come to stand."""
    stands = reply.status == Reply.Status.STANDING
    for other in others:
        is_beside = other.status in (Reply.Status.CONTESTED, Reply.Status.CONFIRMING)
        if not (stands and is_beside and other.channel != reply.channel):
            continue
        if (status := status_against(reply, other)) != other.status:
            Reply.objects.filter(pk=other.pk).update(status=status)


def make_room_for(reply: Reply, earlier: list[Reply]) -> None:
    """Supersede earlier replies of the same channel, and one that was only carried over.

    One of another channel, to which the reply only adds, confirms it from now on.
    """
    by_status: dict[str, list[str]] = {
        Reply.Status.STANDING: [*BESIDE],
        Reply.Status.CONTESTED: [Reply.Status.CONTESTED, Reply.Status.CONFIRMING],
        Reply.Status.CONFIRMING: [Reply.Status.CONTESTED, Reply.Status.CONFIRMING],
    }
    replaced = by_status.get(reply.status, [])
    room: dict[str, list[int]] = {Reply.Status.SUPERSEDED: [], Reply.Status.CONFIRMING: []}
    for one in earlier:
        if one.status in replaced and (one.channel == reply.channel or one.is_to_confirm):
            room[Reply.Status.SUPERSEDED].append(one.pk)
        elif one.status == reply.status == Reply.Status.STANDING:
            room[Reply.Status.CONFIRMING].append(one.pk)
    for status, keys in room.items():
        if keys:
            Reply.objects.filter(pk__in=keys).update(status=status)


@transaction.atomic
def settle_contested(
    contested: Reply, by: User, reason: str, *, stands: bool, seen: str | None = None
) -> Reply:
    """Let the contested reply stand in place of the other, or set it aside.

    ``seen`` names the reply that stood on the page of the pair: refused if another does by now.
    """
    lock_invitation(contested.invitation)
    contested = Reply.objects.select_for_update(of=("self",)).get(pk=contested.pk)
    earlier = list(contested.invitation.replies.exclude(pk=contested.pk))
    stood = [reply for reply in earlier if reply.status == Reply.Status.STANDING]
    refuse_choice(contested, stood, reason, seen)
    choice = {"settled_at": timezone.now(), "settled_by": by, "settlement_reason": reason}
    status = Reply.Status.STANDING if stands else Reply.Status.SET_ASIDE
    if stands:
        contested.invitation.replies.standing().update(status=Reply.Status.SET_ASIDE, **choice)
        changes = {"status": (Reply.Status.STANDING, Reply.Status.SET_ASIDE)}
        record_acts(stood, Act.SET_ASIDE, by, reason, changes)
    Reply.objects.filter(pk=contested.pk).update(status=status, **choice)
    act = Act.CHOSEN if stands else Act.SET_ASIDE
    record_act(contested, act, by, reason, {"status": (Reply.Status.CONTESTED, status)})
    contested.refresh_from_db()
    if stands:
        come_to_stand(contested, earlier)
    else:
        acknowledge_again(contested.invitation)
    note_reply(contested, is_given=True)
    plan_receipts_again(contested.invitation)
    return contested


def refuse_choice(contested: Reply, stood: list[Reply], reason: str, seen: str | None) -> None:
    if contested.status != Reply.Status.CONTESTED:
        raise ValidationError(_("This reply is not contested any more."))
    if not reason.strip():
        raise ValidationError(_("Say why: the reason is kept."))
    if seen is not None and seen != "".join(str(reply.pk) for reply in stood):
        raise ValidationError(
            _("Another reply came to stand meanwhile: please look at what is on file now.")
        )


def come_to_stand(reply: Reply, others: list[Reply]) -> None:
    """Compare the others with the reply that stands now, and plan its acknowledgement."""
    compare_others(reply, others)
    if reply.carried_from_id is None:
        told = reply.acknowledgements.in_force().values_list("variant", flat=True)
        plan_acknowledgement(reply, besides=set(told))
        acknowledge_again(reply.invitation)


@transaction.atomic
def file_correspondence(  # noqa: PLR0913 -- the particulars of a letter received
    invitation: Invitation,
    by: User,
    channel: str,
    received_at: dt.datetime,
    *,
    reply_words: dict[str, Any] | None = None,
    still_valid: bool = False,
    seen: str | None = None,
    scan: Frozen | None = None,
    **particulars: Any,
) -> Correspondence:
    """File what came in, and record the reply it brought, which deals with it.

    ``still_valid`` says that it brought none, but that the answer on file holds for moved dates.
    Without a reply it waits unread, and holds the office's reminders until someone looks at it.
    """
    lock_invitation(invitation)
    now = timezone.now()
    received_at = by_this_clock(received_at, now)
    deals_with_it = bool(reply_words or still_valid)
    filed = Correspondence(
        invitation=invitation,
        channel=channel,
        received_at=received_at,
        recorded_by=by,
        dealt_with_at=now if deals_with_it else None,
        dealt_with_by=by if deals_with_it else None,
        scan=scan.name if scan else "",
        scan_sha256=scan.sha256 if scan else "",
        **particulars,
    )
    filed.full_clean(exclude=["recorded_by", "dealt_with_by", "scan"])
    filed.refuse_known_scan(invitation)
    save_new(filed, Act.FILED, by)
    if still_valid:
        confirm_for_office(filed)
    elif reply_words:
        came: dict[str, Any] = {"channel": channel, "received_at": received_at}
        record_reply(invitation, reply_words, by=by, correspondence=filed, seen=seen, **came)
    return filed


@transaction.atomic
def mark_dealt_with(correspondence: Correspondence, by: User) -> None:
    unread = Correspondence.objects.unread().filter(pk=correspondence.pk)
    if not unread.update(dealt_with_at=timezone.now(), dealt_with_by=by):
        raise ValidationError(_("Someone has dealt with this already."))
    record_act(correspondence, Act.DEALT_WITH, by)
