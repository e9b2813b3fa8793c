"""Who owes what a reminder asks for: the reply, or the next step after a yes."""

import datetime as dt
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy

from invitations.letters.channels import by_original
from invitations.models import (
    Answer,
    Delivery,
    ForumEdition,
    Invitation,
    Letter,
    ReminderStep,
    Reply,
    has_unread_mail,
    offices_to_ask,
)
from invitations.reminders.schedules import schedule_of

STOPPED = gettext_lazy("the event is postponed, about to move, or without a last day to reply")
DONE = gettext_lazy("the office has done it by now, or it is not asked of it any more")
SPEAK_TO_THEIR_MISSION = gettext_lazy("by signed original: speak to their mission")

AFTER_THE_LETTER = dt.timedelta(days=10)
# Who has just said yes is not asked for more at once.
AFTER_THE_ANSWER = dt.timedelta(days=3)


def eligible_invitations(
    edition: ForumEdition, asks_for: str, now: dt.datetime
) -> "QuerySet[Invitation]":
    """Return the invitations whose office owes the reply or the next step, and may be reminded."""
    if asks_for:
        return may_be_asked(edition, asks_for, now)
    return may_be_reminded(edition, now)


def may_be_reminded(edition: ForumEdition, now: dt.datetime) -> "QuerySet[Invitation]":
    """Return principal invitations that arrived ten days ago, owe a word and have no unread mail.

    It is owed by who is silent, and by who was asked ten days ago if an answer holds after a move.
    Whoever has left office is reminded of nothing.
    Of who gets a signed original staff speak to the mission: neither mail nor call goes there.
    """
    told_by = now - AFTER_THE_LETTER
    awaited = edition.invitations.principal().awaited(asked_before=told_by)
    return (
        awaited.reached(before=told_by)
        .in_office()
        .exclude(has_unread_mail(now=now))
        .exclude(pk__in=by_original(edition).values("pk"))
    )


def may_be_asked(edition: ForumEdition, what: str, now: dt.datetime) -> "QuerySet[Invitation]":
    """Return invitations whose office said yes three days ago, and has not done the next step.

    Nor has it sent anything unread: that may be what is asked for. Of who got a signed original
    staff speak to the mission.
    """
    answered = Reply.objects.standing().filter(received_at__lte=now - AFTER_THE_ANSWER)
    return (
        offices_to_ask(what)
        .filter(Exists(answered.filter(invitation=OuterRef("pk"))), edition=edition)
        .in_office()
        .exclude(has_unread_mail(now=now))
        .exclude(pk__in=by_original(edition).values("pk"))
    )


def next_step(invitation: Invitation, now: dt.datetime) -> ReminderStep | None:
    """Return the next reminder step: the last overdue, a mail before a call, else the first.

    One whose day is over, and which a holding reply has stood in for, is past.
    """
    schedule = schedule_of(invitation.edition, invitation.member_state)
    today = schedule.day_of(now)
    past = skipped_by(invitation)
    dues = [due for due in schedule.ahead(today) if due.day >= today or due.step.pk not in past]
    reminded = reminded_by(invitation)
    open_dues = [
        due
        for place, due in enumerate(dues)
        if not any(
            step.pk in reminded and step.medium == due.step.medium for step, _day in dues[place:]
        )
    ]
    overdue = [due.step for due in open_dues if due.day <= today]
    mails = [step for step in overdue if step.medium == ReminderStep.Medium.MAIL]
    return next(iter((mails or overdue)[-1:] or [due.step for due in open_dues]), None)


def reminded_by(invitation: Invitation) -> set[int | None]:
    """Return the steps whose mail has left, or which are on the call list."""
    deadline = invitation.edition.reply_before
    mailed = invitation.letters.in_force().filter(
        kind="reminder", step__asks_for="", reply_before=deadline
    )
    called = invitation.call_list_entries.filter(reply_before=deadline)
    left = mailed.filter(deliveries__handed_over_at__isnull=False)
    return {*left.values_list("step", flat=True), *called.values_list("step", flat=True)}


def skipped_by(invitation: Invitation) -> set[int | None]:
    """Return the steps that the office's holding replies have stood in for."""
    noted = invitation.replies.filter(
        status=Reply.Status.NOTED, skips_deadline=invitation.edition.reply_before
    )
    return set(noted.values_list("skips_step", flat=True))


def skips_another_step(reply: Reply, last: Reply) -> bool:
    """Whether a holding reply, said once more, stands in for a later step than the last one."""
    if reply.answer != Answer.HOLDING:
        return False
    step = next_step(reply.invitation, reply.recorded_at)
    return step is not None and step.pk != last.skips_step_id


def has_holding_reply_for(invitation: str, step: Any, edition: ForumEdition) -> Exists:
    """Return the condition that a holding reply of the office stands in for the step."""
    noted = Reply.objects.filter(status=Reply.Status.NOTED, skips_deadline=edition.reply_before)
    return Exists(noted.filter(invitation=OuterRef(invitation), skips_step=step))


def left_since(invitation: Any, since: Any) -> "QuerySet[Delivery]":
    """Return deliveries of reminders to the office that left, or may have left, since then."""
    left = Delivery.objects.left().filter(
        letter__kind=Letter.Kind.REMINDER, letter__invitation=invitation
    )
    return left.alias(at=Coalesce("handed_over_at", "sending_at")).filter(at__gte=since)
