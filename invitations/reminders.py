"""Decide who is reminded today, and plan the reminder or the call.

A reminder is due while it has no letter: a missed day is caught up, a second run adds nothing.
"""

import datetime as dt

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from invitations.letters import call_back, plan
from invitations.models import CallListEntry, ForumEdition, Invitation, Letter, ReminderStep

AFTER_THE_LETTER = dt.timedelta(days=10)


def queue_reminders(now: dt.datetime | None = None) -> int:
    """Plan what is due, call back what no longer is, and return how many were planned."""
    now = now or timezone.now()
    return sum(queue_for(edition, now) for edition in ForumEdition.objects.all())


@transaction.atomic
def queue_for(edition: ForumEdition, now: dt.datetime) -> int:
    edition = ForumEdition.objects.select_for_update(of=("self",)).get(pk=edition.pk)
    call_back_stale(edition, now)
    today = edition.local_date(now)
    if now >= edition.deadline or not edition.takes_replies(now) or edition.is_quiet(today):
        return 0
    planned = 0
    if step := latest_due(edition, today, ReminderStep.Medium.MAIL):
        planned += plan_letters(edition, step, now)
    if step := latest_due(edition, today, ReminderStep.Medium.CALL):
        planned += list_calls(edition, step, now)
    return planned


def latest_due(edition: ForumEdition, today: dt.date, medium: str) -> ReminderStep | None:
    """The last step of that medium that has come; the earlier ones are missed for good."""
    steps = edition.reminder_steps.approved().filter(medium=medium)
    due = [step for step in steps.select_related("edition") if step.due_on <= today]
    return min(due, key=lambda step: step.days_before, default=None)


def silent_offices(
    edition: ForumEdition, step: ReminderStep, now: dt.datetime
) -> "QuerySet[Invitation]":
    """Principal invitations that arrived ten days ago, are unanswered, and may be reminded."""
    skipping = Invitation.objects.filter(
        replies__status="noted",
        replies__skips_step=step,
        replies__skips_deadline=edition.reply_before,
    )
    silent = edition.invitations.principal().silent().reached(before=now - AFTER_THE_LETTER)
    return silent.exclude(pk__in=Invitation.objects.unheard().values("pk")).exclude(
        pk__in=skipping.values("pk")
    )


def plan_letters(edition: ForumEdition, step: ReminderStep, now: dt.datetime) -> int:
    """Plan the step's letter for each silent office that has none, and had no other today."""
    reminded = Letter.objects.in_force().filter(
        Q(step__days_before__lte=step.days_before, reply_before=edition.reply_before)
        | Q(planned_at__gte=edition.start_of_day(now))
        | Q(deliveries__handed_over_at__gte=edition.start_of_day(now)),
        kind=Letter.Kind.REMINDER,
        invitation__edition=edition,
    )
    due = silent_offices(edition, step, now).exclude(pk__in=reminded.values("invitation"))
    originals = Letter.objects.in_force().filter(kind=Letter.Kind.INVITATION, invitation__in=due)
    letters = [
        Letter(
            invitation_id=original.invitation_id,
            circular_id=original.circular_id,
            kind=Letter.Kind.REMINDER,
            variant=step.variant,
            language=original.language,
            planned_at=now,
            not_before=now,
            leave_before=edition.deadline,
            step=step,
            reply_before=edition.reply_before,
        )
        for original in originals
    ]
    superseded = Letter.objects.filter(
        kind=Letter.Kind.REMINDER,
        step__days_before__gt=step.days_before,
        invitation__in=[letter.invitation_id for letter in letters],
    )
    call_back(superseded, _("a later reminder takes its place"))
    return plan(letters)


def list_calls(edition: ForumEdition, step: ReminderStep, now: dt.datetime) -> int:
    listed = CallListEntry.objects.filter(step=step, reply_before=edition.reply_before)
    due = silent_offices(edition, step, now).exclude(pk__in=listed.values("invitation"))
    entries = [
        CallListEntry(
            invitation=invitation, step=step, reply_before=edition.reply_before, listed_at=now
        )
        for invitation in due
    ]
    CallListEntry.objects.bulk_create(entries)
    return len(entries)


def call_back_stale(edition: ForumEdition, now: dt.datetime) -> None:
    """Call back reminders that should not leave any more, or not as they are.

    Those of an office that may be reminded are planned anew, on a day that suits.
    """
    waiting = Letter.objects.in_force().filter(
        kind=Letter.Kind.REMINDER, invitation__edition=edition
    )
    waiting = waiting.exclude(deliveries__handed_over_at__isnull=False)
    call_back(waiting.exclude(reply_before=edition.reply_before), _("the deadline has moved"))
    call_back(
        waiting.exclude(invitation__in=Invitation.objects.silent().values("pk")),
        _("the office has answered, or the invitation is withdrawn"),
    )
    call_back(
        waiting.filter(invitation__in=Invitation.objects.unheard().values("pk")),
        _("the office has sent something that nobody has looked at yet"),
    )
    call_back(
        waiting.filter(
            invitation__replies__status="noted",
            invitation__replies__skips_step=F("step"),
            invitation__replies__skips_deadline=F("reply_before"),
        ),
        _("the office says that an answer will follow"),
    )
    untried = waiting.filter(planned_at__lt=edition.start_of_day(now)).exclude(
        deliveries__attempts__gt=0
    )
    call_back(untried, _("it did not leave on its day"))
