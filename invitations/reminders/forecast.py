"""The forecast of reminders: who gets which one on which day, and who gets none, and why."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db.models import Exists, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from invitations.letters.routes import by_original
from invitations.models import (
    CallListEntry,
    Delivery,
    ForumEdition,
    Invitation,
    Letter,
    Reconfirmation,
    ReminderStep,
    Reply,
    has_unread_mail,
)
from invitations.models.states import place_in
from invitations.reminders.planning import AFTER_THE_LETTER, SPEAK_TO_THEIR_MISSION, STOPPED
from invitations.reminders.schedules import DAYS_APART, Schedule, schedules_of
from invitations.times.calendars import ONE_DAY

Steps = list[tuple[ReminderStep, dt.datetime]]


class ComingReminder(NamedTuple):
    """A mail or call that an office will get; ``at`` is local time where its hour counts."""

    invitation: Invitation
    step: ReminderStep
    at: dt.datetime
    is_in_outbox: bool = False


@dataclass
class Forecast:
    """The reminders to come, the earliest first, and the invitations without one, by reason."""

    edition: ForumEdition
    because: str = ""
    mails: list[ComingReminder] = field(default_factory=list)
    calls: list[ComingReminder] = field(default_factory=list)
    none: dict[str, list[Invitation]] = field(default_factory=dict)

    def add_none(self, because: str, invitation: Invitation) -> None:
        self.none.setdefault(because, []).append(invitation)

    def by_day(self) -> dict[tuple[dt.date, ReminderStep], list[ComingReminder]]:
        days: dict[tuple[dt.date, ReminderStep], list[ComingReminder]] = defaultdict(list)
        for planned in sorted([*self.mails, *self.calls], key=lambda one: one.at.date()):
            days[planned.at.date(), planned.step].append(planned)
        return dict(days)


@dataclass
class Facts:
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


def forecast_of(edition: ForumEdition, now: dt.datetime) -> Forecast:
    """Return the mails and calls to come, if every job runs in time and nobody answers."""
    now = now.astimezone(dt.UTC)
    schedules = schedules_of(edition)
    plan = Forecast(edition, why_nobody_reminded(schedules[None], edition, now))
    known = facts_of(edition, schedules, now)
    for invitation in invitations_of(edition):
        if because := why_not_reminded(invitation):
            plan.add_none(because, invitation)
        elif not plan.because:
            add_to(plan, invitation, known[invitation.pk], schedules, now)
    plan.mails.sort(key=lambda planned: planned.at)
    plan.calls.sort(key=lambda planned: planned.at)
    return plan


def why_nobody_reminded(schedule: Schedule, edition: ForumEdition, now: dt.datetime) -> str:
    if edition.is_stopped:
        return str(STOPPED)
    if now >= schedule.deadline:
        return _("the deadline has passed")
    if not edition.takes_replies(now):
        return _("replies to this edition are closed")
    if not edition.reminder_steps.approved().exists():
        return _("no reminder step is approved by two people")
    return ""


def why_not_reminded(invitation: Any) -> str:
    if invitation.status == Invitation.Status.WITHDRAWN:
        return _("the invitation was withdrawn")
    if invitation.status == Invitation.Status.DRAFT:
        return _("the invitation is not issued yet: its letter waits for approval")
    if not invitation.is_principal:
        return _("it is a courtesy invitation: the State's principal one is reminded")
    if invitation.has_answered and invitation.asked_at is None:
        return _("the office has answered")
    if invitation.has_written:
        return _("the office has sent something that nobody has looked at yet")
    if invitation.is_by_original:
        return str(SPEAK_TO_THEIR_MISSION)
    if invitation.reached_at is None:
        return _("the letter has not reached the office: it did not leave, or it came back")
    return ""


def add_to(
    plan: Forecast,
    invitation: Any,
    facts: Facts,
    schedules: dict[int | None, Schedule],
    now: dt.datetime,
) -> None:
    by_edition = schedules[None]
    schedule = schedules.get(invitation.member_state_id, by_edition)
    told_at = max(filter(None, (invitation.reached_at, invitation.asked_at)))
    mails = list(coming(schedule, schedule.mail_on, told_at, now))
    calls = list(coming(by_edition, by_edition.call_on, told_at, now))
    skipped = {step: None for step, _at in mails + calls if step.pk in facts.skipped}
    for step in skipped:
        because = ngettext(
            "a holding reply stands in for the step of %(days)s day before the last day",
            "a holding reply stands in for the step of %(days)s days before the last day",
            step.days_before,
        )
        plan.add_none(because % {"days": step.days_before}, invitation)
    planned = list(mails_to(invitation, facts, schedule, mails, now))
    if not planned and not skipped:
        plan.add_none(_("no mail is left for it before the deadline"), invitation)
    plan.mails += planned
    plan.calls += calls_to(invitation, facts, by_edition, calls)


def mails_to(
    invitation: Any, facts: Facts, schedule: Schedule, mails: Steps, now: dt.datetime
) -> Iterator[ComingReminder]:
    if facts.waiting:
        yield ComingReminder(
            invitation, facts.waiting, now.astimezone(schedule.zone), is_in_outbox=True
        )
    for step, at in mails:
        day = schedule.day_of(at)
        if facts.may_have(step, day):
            facts.reminded, facts.left_on = step.days_before, day
            yield ComingReminder(invitation, step, at.astimezone(schedule.zone))


def calls_to(
    invitation: Any, facts: Facts, schedule: Schedule, calls: Steps
) -> Iterator[ComingReminder]:
    for step, at in calls:
        if step.pk not in facts.called | facts.skipped:
            facts.called.add(step.pk)
            yield ComingReminder(invitation, step, at.astimezone(schedule.zone))


def coming(
    schedule: Schedule,
    step_on: Callable[[dt.date], ReminderStep | None],
    told_at: dt.datetime,
    now: dt.datetime,
) -> Iterator[tuple[ReminderStep, dt.datetime]]:
    """Yield each day's step from now until the deadline, and when it may first leave."""
    day = schedule.day_of(now)
    while schedule.at(day) < schedule.deadline:
        if step := step_on(day):
            at = max(now, schedule.at(day, step.hour), told_at + AFTER_THE_LETTER)
            if schedule.day_of(at) == day and at < schedule.deadline:
                yield step, at
        day += ONE_DAY


# What is known, in a few queries


def invitations_of(edition: ForumEdition) -> "QuerySet[Invitation]":
    """Return the edition's invitations, in its order of States, with facts for reminders."""
    arrived = Delivery.objects.filter(
        letter__invitation=OuterRef("pk"),
        letter__kind__in=[Letter.Kind.INVITATION, Letter.Kind.REPLACEMENT],
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
        .order_by(place_in(edition.order_of_states), "-is_principal", "pk")
    )


def facts_of(
    edition: ForumEdition, schedules: dict[int | None, Schedule], now: dt.datetime
) -> dict[int, Facts]:
    known: dict[int, Facts] = defaultdict(Facts)
    for letter in reminders_of(edition):
        schedule = schedules.get(letter.invitation.member_state_id, schedules[None])
        is_current = letter.reply_before == edition.reply_before
        note_reminder(known[letter.invitation_id], letter, is_current, schedule, now)
    of_edition = {"invitation__edition": edition}
    noted = Reply.objects.filter(
        status=Reply.Status.NOTED, skips_deadline=edition.reply_before, **of_edition
    )
    for invitation, step in noted.values_list("invitation", "skips_step"):
        known[invitation].skipped.add(step)
    called = CallListEntry.objects.filter(reply_before=edition.reply_before, **of_edition)
    for invitation, step in called.values_list("invitation", "step"):
        known[invitation].called.add(step)
    return known


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
    facts: Facts, letter: Any, is_current: bool, schedule: Schedule, now: dt.datetime
) -> None:
    """Take a reminder into account; one that will be called back does not count."""
    today = schedule.day_of(now)
    if letter.left_at:
        left_on = schedule.day_of(letter.left_at)
        facts.left_on = max(facts.left_on or left_on, left_on)
    elif not is_current or schedule.next_is_near(today):
        return
    elif letter.tries or schedule.day_of(letter.planned_at) == today:
        facts.waiting, facts.left_on = letter.step, today
    else:
        return
    if is_current:
        days = letter.step.days_before
        facts.reminded = days if facts.reminded is None else min(facts.reminded, days)
