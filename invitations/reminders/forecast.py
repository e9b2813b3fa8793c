"""The forecast of reminders: who gets which one on which day, and who gets none, and why."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from invitations.models import ForumEdition, Invitation, ReminderStep
from invitations.reminders.eligibility import AFTER_THE_LETTER, STOPPED
from invitations.reminders.next_steps import AskedSteps, asked_after_a_yes, reason_not_to_ask
from invitations.reminders.reminder_history import (
    ComingReminder,
    ReminderFacts,
    add_calls_and_holding_replies,
    coming,
    facts_of,
    invitations_with_facts,
)
from invitations.reminders.schedules import Schedule, schedules_by_question

Steps = list[tuple[ReminderStep, dt.datetime]]


@dataclass
class Forecast:
    """The reminders to come, the earliest first, and the invitations without one, by reason."""

    edition: ForumEdition
    reason: str = ""
    mails: list[ComingReminder] = field(default_factory=list)
    calls: list[ComingReminder] = field(default_factory=list)
    # How many of the mails ask for something after a yes.
    next_steps: int = 0
    none: dict[str, list[Invitation]] = field(default_factory=dict)

    def add_none(self, reason: str, invitation: Invitation) -> None:
        self.none.setdefault(reason, []).append(invitation)

    def by_day(self) -> dict[tuple[dt.date, ReminderStep], list[ComingReminder]]:
        days: dict[tuple[dt.date, ReminderStep], list[ComingReminder]] = defaultdict(list)
        for planned in sorted([*self.mails, *self.calls], key=lambda one: one.at.date()):
            days[planned.at.date(), planned.step].append(planned)
        return dict(days)


def forecast_of(edition: ForumEdition, now: dt.datetime) -> Forecast:
    """Return the mails and calls to come, if every job runs in time and nobody answers."""
    now = now.astimezone(dt.UTC)
    by_question = schedules_by_question(edition)
    schedules = by_question[""]
    plan = Forecast(edition, reason_no_one_is_reminded(schedules[None], edition, now))
    known = facts_of(edition, schedules, now)
    add_calls_and_holding_replies(known, edition)
    asked = asked_after_a_yes(edition, by_question, now)
    for invitation in invitations_with_facts(edition):
        if invitation.pk in asked:
            add_next_steps(plan, invitation, asked[invitation.pk])
        elif reason := reason_not_to_remind(invitation):
            plan.add_none(reason, invitation)
        elif not plan.reason:
            add_to(plan, invitation, known[invitation.pk], schedules, now)
    plan.mails.sort(key=lambda planned: planned.at)
    plan.calls.sort(key=lambda planned: planned.at)
    return plan


def add_next_steps(plan: Forecast, invitation: Any, asked: AskedSteps) -> None:
    """Add what the office is asked after its yes; what of it is left without a step, by reason."""
    if reason := reason_not_to_ask(invitation):
        plan.add_none(reason, invitation)
    elif mails := list(asked.mails_to(invitation)):
        plan.mails += mails
        plan.next_steps += len(mails)
    else:
        plan.add_none(
            _("it has said yes, and no step is left for what it has not filed"), invitation
        )


def reason_no_one_is_reminded(schedule: Schedule, edition: ForumEdition, now: dt.datetime) -> str:
    if edition.is_stopped:
        return str(STOPPED)
    if now >= schedule.deadline:
        return _("the deadline has passed")
    if not edition.takes_replies(now):
        return _("replies to this edition are closed")
    return reason_no_step_is_due(edition)


def reason_no_step_is_due(edition: ForumEdition) -> str:
    steps = edition.reminder_steps.filter(asks_for="")
    if any(step.is_approved for step in steps):
        return ""
    if steps:
        return _("no reminder step is approved by two people")
    return _("the edition has no reminder step that asks for the reply")


def reason_not_to_remind(invitation: Any) -> str:
    if invitation.status == Invitation.Status.WITHDRAWN:
        return _("the invitation was withdrawn")
    if invitation.status == Invitation.Status.DRAFT:
        return _("the invitation is not issued yet: its letter waits for approval")
    if not invitation.is_principal:
        return _("it is a courtesy invitation: the State’s principal one is reminded")
    if invitation.has_answered and invitation.asked_at is None:
        return _("the office has answered")
    if reason := reason_not_to_ask(invitation):
        return reason
    if invitation.reached_at is None:
        return _("the letter has not reached the office: it did not leave, or it came back")
    return ""


def add_to(
    plan: Forecast,
    invitation: Any,
    facts: ReminderFacts,
    schedules: dict[int | None, Schedule],
    now: dt.datetime,
) -> None:
    by_edition = schedules[None]
    schedule = schedules.get(invitation.member_state_id, by_edition)
    told_at = max(filter(None, (invitation.reached_at, invitation.asked_at)))
    since = told_at + AFTER_THE_LETTER
    mails = list(coming(schedule, schedule.mail_on, since, now))
    calls = list(coming(by_edition, by_edition.call_on, since, now))
    skipped = {step: None for step, _at in mails + calls if step.pk in facts.skipped}
    for step in skipped:
        reason = ngettext(
            "a holding reply stands in for the step of %(days)s day before the last day",
            "a holding reply stands in for the step of %(days)s days before the last day",
            step.days_before,
        )
        plan.add_none(reason % {"days": step.days_before}, invitation)
    planned = list(mails_to(invitation, facts, schedule, mails, now))
    if not planned and not skipped:
        plan.add_none(_("no mail is left for it before the deadline"), invitation)
    plan.mails += planned
    plan.calls += calls_to(invitation, facts, by_edition, calls)


def mails_to(
    invitation: Any, facts: ReminderFacts, schedule: Schedule, mails: Steps, now: dt.datetime
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
    invitation: Any, facts: ReminderFacts, schedule: Schedule, calls: Steps
) -> Iterator[ComingReminder]:
    for step, at in calls:
        if step.pk not in facts.called | facts.skipped:
            facts.called.add(step.pk)
            yield ComingReminder(invitation, step, at.astimezone(schedule.zone))
