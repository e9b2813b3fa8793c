"""The days on which reminders leave: by the edition's calendar, or by a State's own.

A State has its own calendar if staff have set its time zone: its hours, its weekend, its public
holidays, and the edition's quiet periods. Call lists always follow the edition's calendar.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import NamedTuple, Self
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet, prefetch_related_objects

from invitations.models import (
    ForumEdition,
    MemberState,
    NextStep,
    ReminderStep,
    deadline_of,
)
from invitations.times.calendars import ONE_DAY, moved_to_working_day

DAYS_APART = 3

Days = Callable[[dt.date], bool]


class Due(NamedTuple):
    """A reminder step, and the day on which it leaves."""

    step: ReminderStep
    day: dt.date


class Schedule(NamedTuple):
    """The days of an edition's steps by one calendar; ``mails`` are at least three days apart."""

    zone: ZoneInfo
    deadline: dt.datetime
    is_quiet: Days
    mails: tuple[Due, ...] = ()
    calls: tuple[Due, ...] = ()

    def day_of(self, now: dt.datetime) -> dt.date:
        return now.astimezone(self.zone).date()

    def at(self, day: dt.date, hour: int = 0) -> dt.datetime:
        """Return that local hour in UTC, also on a day on which the clocks change."""
        local = dt.datetime.combine(day, dt.time(hour), self.zone)
        return local.astimezone(dt.UTC)

    def is_in_time(self, hour: int, day: dt.date) -> bool:
        return self.at(day, hour) < self.deadline

    def mail_on(self, day: dt.date) -> ReminderStep | None:
        """Return the latest step whose mail may leave on that day.

        None on a quiet day, and if the next step comes within three days: its text wins.
        """
        if self.is_quiet(day) or self.next_is_near(day):
            return None
        return last_come(self.mails, day)

    def next_is_near(self, day: dt.date) -> bool:
        return any(day < due.day < day + DAYS_APART * ONE_DAY for due in self.mails)

    def call_on(self, day: dt.date) -> ReminderStep | None:
        return None if self.is_quiet(day) else last_come(self.calls, day)

    def mail_at(self, now: dt.datetime) -> ReminderStep | None:
        return self.of_the_hour(self.mail_on(self.day_of(now)), now)

    def call_at(self, now: dt.datetime) -> ReminderStep | None:
        return self.of_the_hour(self.call_on(self.day_of(now)), now)

    def of_the_hour(self, step: ReminderStep | None, now: dt.datetime) -> ReminderStep | None:
        """Return the step if its hour of today has come and the deadline has not."""
        if step is None or now >= self.deadline:
            return None
        return step if self.at(self.day_of(now), step.hour) <= now else None

    def apart_since(self, day: dt.date) -> dt.datetime:
        """Return the instant since which a mail is less than three days old on that day."""
        return self.at(day - (DAYS_APART - 1) * ONE_DAY)

    def ahead(self, day: dt.date) -> list[Due]:
        """Return all steps by day, without mails that give way to the next one."""
        near = self.next_is_near(day)
        mails = [due for due in self.mails if due.day > day or not near]
        return sorted([*mails, *self.calls], key=lambda due: (due.day, -due.step.days_before))


def last_come(dues: Iterable[Due], day: dt.date) -> ReminderStep | None:
    return next((due.step for due in reversed([*dues]) if due.day <= day), None)


class Steps(NamedTuple):
    """An edition with its quiet periods, and its approved steps that ask for one thing, by day."""

    edition: ForumEdition
    steps: list[ReminderStep]
    asks_for: str = ""

    @classmethod
    def of(cls, edition: ForumEdition, asks_for: str = "") -> Self:
        found = approved_steps(edition).filter(asks_for=asks_for)
        return cls(edition, list(found), asks_for)

    @classmethod
    def of_each(cls, edition: ForumEdition) -> list[Self]:
        """Return those that ask for the reply, then those for each next step, in one query."""
        found = list(approved_steps(edition))
        return [
            cls(edition, [step for step in found if step.asks_for == asks_for], asks_for)
            for asks_for in ("", *NextStep.values)
        ]

    def by_the_edition(self) -> Schedule:
        bare = Schedule(self.edition.zone, self.deadline, self.edition.is_quiet)
        mails = self.dues(bare, ReminderStep.Medium.MAIL)
        calls = self.dues(bare, ReminderStep.Medium.CALL)
        return bare._replace(mails=apart(mails), calls=tuple(calls))

    def by_the_state(self, state: MemberState) -> Schedule:
        """Return the State's own schedule, or the edition's if the State has no time zone."""
        if not state.time_zone:
            return self.by_the_edition()
        is_quiet = partial(self.edition.is_quiet_in, state.iso2)
        bare = Schedule(ZoneInfo(state.time_zone), self.deadline, is_quiet)
        mails = self.dues(bare, ReminderStep.Medium.MAIL)
        return bare._replace(mails=apart(mails), calls=self.by_the_edition().calls)

    @property
    def deadline(self) -> dt.datetime:
        # In UTC: Python compares two times of one zone by their clocks, not as instants.
        return deadline_of(self.edition, self.asks_for).astimezone(dt.UTC)

    def dues(self, bare: Schedule, medium: str) -> list[Due]:
        """Return the steps that leave before the deadline, each with its day.

        There is no deadline, and so no step, while the edition is postponed or about to move.
        """
        if self.edition.is_stopped:
            return []
        dues = []
        for step in self.steps:
            if step.medium == medium:
                in_time = partial(bare.is_in_time, step.hour)
                if day := moved_to_working_day(step.planned_on, bare.is_quiet, in_time):
                    dues.append(Due(step, day))
        return dues


def apart(dues: list[Due]) -> tuple[Due, ...]:
    """Return the mails without those less than three days before the next one that is kept."""
    kept: list[Due] = []
    for due in reversed(dues):
        if not kept or due.day + DAYS_APART * ONE_DAY <= kept[0].day:
            kept.insert(0, due)
    return tuple(kept)


Schedules = Mapping[int | None, Schedule]


def letters_to_states(states: Iterable[int | None]) -> Q:
    """Return the condition for letters to those States; None is all without their own calendar."""
    own = Q(invitation__member_state__in=[state for state in states if state])
    return own | Q(invitation__member_state__time_zone="") if None in states else own


def approved_steps(edition: ForumEdition) -> "QuerySet[ReminderStep]":
    prefetch_related_objects([edition], "quiet_periods")
    return edition.reminder_steps.approved().order_by("-days_before")


def schedule_of(edition: ForumEdition, state: MemberState, asks_for: str = "") -> Schedule:
    return Steps.of(edition, asks_for).by_the_state(state)


def schedules_of(edition: ForumEdition) -> dict[int | None, Schedule]:
    """Return the schedule of each State with its own calendar, by key; that of the rest by None."""
    return by_state(Steps.of(edition), states_with_calendars())


def schedules_by_question(edition: ForumEdition) -> dict[str, dict[int | None, Schedule]]:
    """Return such schedules for each thing that steps ask for; the reply, by an empty key, first.

    The calendars are read once for all of them.
    """
    zoned = states_with_calendars()
    return {steps.asks_for: by_state(steps, zoned) for steps in Steps.of_each(edition)}


def states_with_calendars() -> list[MemberState]:
    return list(MemberState.objects.exclude(time_zone="").only("iso2", "time_zone"))


def by_state(steps: Steps, zoned: list[MemberState]) -> dict[int | None, Schedule]:
    return {None: steps.by_the_edition()} | {state.pk: steps.by_the_state(state) for state in zoned}
