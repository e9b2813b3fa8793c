"""What is known of each office for the forecast, in a few queries, and the days of its steps."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db.models import Exists, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from invitations.letters.channels import by_original
from invitations.models import (
    INVITING_KINDS,
    CallListEntry,
    Delivery,
    ForumEdition,
    Invitation,
    Letter,
    Reconfirmation,
    ReminderStep,
    Reply,
    asked_before,
    has_unread_mail,
)
from invitations.models.states import places_in
from invitations.reminders.schedules import DAYS_APART, Schedule, Schedules
from invitations.times.calendars import ONE_DAY


class ComingReminder(NamedTuple):
    """A mail or call that an office will get; ``at`` is local time where its hour counts."""

    invitation: Invitation
    step: ReminderStep
    at: dt.datetime
    is_in_outbox: bool = False


@dataclass
class ReminderFacts:
    """The reminders and calls that an office has had for this deadline."""

    reminded: int | None = None  # days_before of the last step that has a letter
    left_on: dt.date | None = None
    skipped: set[int] = field(default_factory=set)
    called: set[int] = field(default_factory=set)
    waiting: ReminderStep | None = None

    def may_have(self, step: ReminderStep, day: dt.date) -> bool:
        if step.pk in self.skipped:
            return False
        if self.reminded is not None and self.reminded <= step.days_before:
            return False
        return self.left_on is None or self.left_on + DAYS_APART * ONE_DAY <= day


def coming(
    schedule: Schedule,
    step_on: Callable[[dt.date], ReminderStep | None],
    since: dt.datetime,
    now: dt.datetime,
) -> Iterator[tuple[ReminderStep, dt.datetime]]:
    """Yield each day's step from now until the deadline, and when it may first leave.

    It leaves no earlier than ``since``.
    """
    day = schedule.day_of(now)
    while schedule.at(day) < schedule.deadline:
        if step := step_on(day):
            at = max(now, schedule.at(day, step.hour), since)
            if schedule.day_of(at) == day and at < schedule.deadline:
                yield step, at
        day += ONE_DAY


def invitations_with_facts(edition: ForumEdition) -> "QuerySet[Invitation]":
    """Return the edition's invitations, in its order of States, with facts for reminders."""
    arrived = Delivery.objects.filter(
        letter__invitation=OuterRef("pk"),
        letter__kind__in=INVITING_KINDS,
        state=Delivery.State.HANDED_OVER,
    ).order_by("handed_over_at")
    asked = Reconfirmation.objects.current().not_yet().filter(invitation=OuterRef("pk"))
    return (
        edition.invitations.select_related("member_state", "minister__member_state", "edition")
        .prefetch_related("member_state__missions")
        .annotate(
            has_answered=Exists(Reply.objects.standing().filter(invitation=OuterRef("pk"))),
            has_written=has_unread_mail(),
            asked_at=Subquery(asked.values("move__released_at")[:1]),
            is_by_original=Q(pk__in=by_original(edition).values("pk")),
            reached_at=Subquery(arrived.values("handed_over_at")[:1]),
        )
        .order_by(*places_in(edition.order_of_states), "-is_principal", "pk")
    )


def facts_of(
    edition: ForumEdition, schedules: Schedules, now: dt.datetime, asks_for: str = ""
) -> dict[int, ReminderFacts]:
    """Return what each office has had of such steps, and when any reminder left for it last."""
    known: dict[int, ReminderFacts] = defaultdict(ReminderFacts)
    for letter in reminders_of(edition):
        schedule = schedules.get(letter.invitation.member_state_id, schedules[None])
        is_current = letter.reply_before == asked_before(edition, asks_for)
        is_such = letter.step.asks_for == asks_for
        note_reminder(known[letter.invitation_id], letter, is_current and is_such, schedule, now)
    return known


def add_calls_and_holding_replies(known: dict[int, ReminderFacts], edition: ForumEdition) -> None:
    of_edition = {"invitation__edition": edition}
    noted = Reply.objects.filter(
        status=Reply.Status.NOTED, skips_deadline=edition.reply_before, **of_edition
    )
    for invitation, step in noted.values_list("invitation", "skips_step"):
        known[invitation].skipped.add(step)
    called = CallListEntry.objects.filter(reply_before=edition.reply_before, **of_edition)
    for invitation, step in called.values_list("invitation", "step"):
        known[invitation].called.add(step)


def reminders_of(edition: ForumEdition) -> "QuerySet[Any]":
    left = Q(deliveries__in=Delivery.objects.left())
    return (
        Letter.objects.in_force()
        .filter(kind=Letter.Kind.REMINDER, invitation__edition=edition)
        .select_related("step", "invitation")
        .annotate(
            left_at=Max(
                Coalesce("deliveries__handed_over_at", "deliveries__sending_at"), filter=left
            ),
            tries=Max("deliveries__attempts"),
        )
    )


def note_reminder(
    facts: ReminderFacts, letter: Any, is_current: bool, schedule: Schedule, now: dt.datetime
) -> None:
    """Take a reminder into account.

    One that will be called back does not count, nor one that waits for its words since yesterday:
    it is foretold by its step.
    """
    today = schedule.day_of(now)
    if letter.left_at:
        left_on = schedule.day_of(letter.left_at)
        facts.left_on = max(facts.left_on or left_on, left_on)
    elif not is_current or schedule.next_is_near(today):
        return
    elif letter.tries or schedule.day_of(letter.composed_at or letter.planned_at) == today:
        facts.waiting, facts.left_on = letter.step, today
    else:
        return
    if is_current:
        days = letter.step.days_before
        facts.reminded = days if facts.reminded is None else min(facts.reminded, days)
