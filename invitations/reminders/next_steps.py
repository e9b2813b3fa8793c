"""The forecast of what is asked after a yes: of whom, on which day, and of whom not, and why."""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from invitations.models import ForumEdition, NextStep, ReminderStep, Reply, offices_to_ask
from invitations.reminders.eligibility import AFTER_THE_ANSWER, SPEAK_TO_THEIR_MISSION
from invitations.reminders.reminder_history import ComingReminder, ReminderFacts, coming, facts_of
from invitations.reminders.schedules import Schedule, Schedules


class Question(NamedTuple):
    """One thing that an office owes, the calendar of its steps, and what it has had of them."""

    schedule: Schedule
    facts: ReminderFacts
    steps: list[tuple[ReminderStep, dt.datetime]]


class AskedSteps(NamedTuple):
    """All that an office is asked after its yes, in order."""

    now: dt.datetime
    questions: list[Question]

    def mails_to(self, invitation: Any) -> Iterator[ComingReminder]:
        """Yield the mails by day: one question at a time, and some days of quiet after each."""
        for one in self.questions:
            if one.facts.waiting:
                at = self.now.astimezone(one.schedule.zone)
                yield ComingReminder(invitation, one.facts.waiting, at, is_in_outbox=True)
                self.note_mail(one.schedule.day_of(self.now))
        dues = [(step, at, one) for one in self.questions for step, at in one.steps]
        for step, at, one in sorted(dues, key=lambda due: (due[1], due[0].place_in_day)):
            day = one.schedule.day_of(at)
            if one.facts.may_have(step, day):
                one.facts.reminded = step.days_before
                self.note_mail(day)
                yield ComingReminder(invitation, step, at.astimezone(one.schedule.zone))

    def note_mail(self, day: dt.date) -> None:
        for one in self.questions:
            one.facts.left_on = max(one.facts.left_on or day, day)


def asked_after_a_yes(
    edition: ForumEdition, by_question: Mapping[str, Schedules], now: dt.datetime
) -> dict[int, AskedSteps]:
    """Return what each office is asked that said yes and has steps before it, by invitation."""
    found: dict[int, AskedSteps] = {}
    for what in NextStep:
        schedules = by_question[what]
        if not schedules[None].mails:
            continue
        known = facts_of(edition, schedules, now, what)
        for pk, state, answered_at in who_is_asked(edition, what):
            schedule = schedules.get(state, schedules[None])
            since = answered_at + AFTER_THE_ANSWER
            steps = list(coming(schedule, schedule.mail_on, since, now))
            asked = found.setdefault(pk, AskedSteps(now, []))
            asked.questions.append(Question(schedule, known[pk], steps))
    return found


def who_is_asked(edition: ForumEdition, what: str) -> list[tuple[int, int, dt.datetime]]:
    """Return invitation, State and the hour of the answer of each office that owes the step."""
    owing = offices_to_ask(what).filter(edition=edition)
    standing = Reply.objects.standing().filter(invitation__in=owing)
    return list(
        standing.order_by().values_list("invitation", "invitation__member_state", "received_at")
    )


def reason_not_to_ask(invitation: Any) -> str:
    if invitation.minister.successor_id:
        return _("whom the letter was written to has left office")
    if invitation.has_written:
        return _("the office has sent something that nobody has looked at yet")
    if invitation.is_by_original:
        return str(SPEAK_TO_THEIR_MISSION)
    return ""
