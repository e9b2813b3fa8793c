"""The planning of reminders and calls that are due, and the calling back of stale ones.

A reminder is due as long as it has no letter: a missed day is caught up, a second run adds nothing.
The days are computed for each State with its own calendar; the invitations are found and planned by
one statement for each hour and question, however many they are.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import partial, reduce
from itertools import groupby
from operator import or_
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import (
    Case,
    DateTimeField,
    Exists,
    F,
    Field,
    IntegerField,
    Max,
    OuterRef,
    QuerySet,
    TextField,
    Value,
    When,
)
from django.utils import timezone
from django.utils.translation import gettext_lazy

from invitations.job_errors import each_apart
from invitations.letters.planning import call_back_letters
from invitations.models import (
    ANEW,
    MOVED,
    RECONFIRM,
    CallListEntry,
    ForumEdition,
    Invitation,
    Letter,
    LetterEvent,
    ReminderStep,
    asked_before,
    deadline_of,
)
from invitations.models.insert_select import insert_select
from invitations.reminders.eligibility import (
    eligible_invitations,
    has_holding_reply_for,
    left_since,
    may_be_reminded,
)
from invitations.reminders.schedules import Schedules, letters_to_states, schedules_by_question
from invitations.reminders.stale import call_back_stale, waiting_reminders
from invitations.times.jobs import Job

# Reminders that wait after the deadline are called back, so an older edition has none.
OVER_AFTER = dt.timedelta(days=30)


def queue_reminders(now: dt.datetime | None = None) -> int:
    """Plan the reminders and calls that are due, call back stale ones; return the number planned.

    A failure with one edition does not delay the others.
    """
    now = (now or timezone.now()).astimezone(dt.UTC)
    editions = ForumEdition.objects.filter(track_opens_on__gt=now - OVER_AFTER)
    jobs = [(edition.symbol, partial(queue_reminders_of, edition, now)) for edition in editions]
    return each_apart(Job.QUEUE_REMINDERS, jobs)


@transaction.atomic
def queue_reminders_of(edition: ForumEdition, now: dt.datetime) -> int:
    # Rows that refer to the edition, as each new invitation does, do not wait for this lock.
    locked = ForumEdition.objects.select_for_update(of=("self",), no_key=True)
    edition = locked.get(pk=edition.pk)
    by_question = schedules_by_question(edition)
    call_back_stale(edition, by_question, now)
    planned = 0
    for groups in groups_in_order(by_question.values(), now):
        if groups[0].step.asks_for or edition.takes_replies(now):
            planned += plan_reminder_letters(edition, groups, now)
    step = by_question[""][None].call_at(now)
    if step and edition.takes_replies(now):
        planned += list_calls(edition, step, now)
    return planned


# What is due


class Group(NamedTuple):
    """States for which the same step is due, with calendars that agree on the time."""

    step: ReminderStep
    since: dt.datetime
    states: list[int | None]


def groups_in_order(by_question: Iterable[Schedules], now: dt.datetime) -> list[list[Group]]:
    """Return the groups of each hour and question, in the order of the day.

    An office has one mail in three days: a tick that is late chooses as one in time would have.
    """
    due = [group for schedules in by_question for group in groups_at(schedules, now)]
    due.sort(key=group_order)
    return [list(same) for _place, same in groupby(due, group_order)]


def group_order(group: Group) -> tuple[int, int]:
    return group.step.place_in_day


def groups_at(schedules: Schedules, now: dt.datetime) -> list[Group]:
    groups: dict[tuple[ReminderStep, dt.datetime], list[int | None]] = defaultdict(list)
    for state, schedule in schedules.items():
        if step := schedule.mail_at(now):
            groups[step, schedule.apart_since(schedule.day_of(now))].append(state)
    return [Group(step, since, states) for (step, since), states in groups.items()]


def by_group(groups: list[Group], pick: Callable[[Group], Any], kind: Field) -> Case:
    cases = [
        When(letters_to_states(group.states), then=Value(pick(group), kind)) for group in groups
    ]
    return Case(*cases, output_field=kind)


def plan_reminder_letters(edition: ForumEdition, groups: list[Group], now: dt.datetime) -> int:
    """Plan each group's reminder for offices that have none yet and no other in the last days.

    All groups ask for the same.
    """
    asks_for = groups[0].step.asks_for
    highest = Letter.objects.aggregate(Max("pk"))["pk__max"]
    number = insert_select(
        originals_due(edition, groups, now),
        Letter,
        invitation=F("invitation"),
        circular=F("circular"),
        kind=Letter.Kind.REMINDER,
        variant=text_due(edition, groups),
        language=F("language"),
        second_language=F("second_language"),
        planned_at=now,
        not_before=now,
        leave_before=deadline_of(edition, asks_for),
        step=F("due_step"),
        reply_before=asked_before(edition, asks_for),
    )
    if number:
        planned = Letter.objects.filter(
            pk__gt=highest, kind=Letter.Kind.REMINDER, invitation__edition=edition
        )
        insert_select(planned, LetterEvent, letter=F("pk"), state=F("state"))
        call_back_earlier(planned, highest)
    return number


def text_due(edition: ForumEdition, groups: list[Group]) -> Case:
    """Return the variant of the text: after a move, none that speaks of a letter of earlier dates.

    Of whom a reply is on file nobody says that there is none, and nobody asks for an answer that is
    offered no more. What is asked after a yes names the days of now in any case.
    """
    of_step = by_group(groups, lambda group: group.step.variant, TextField())
    if groups[0].step.asks_for:
        return of_step
    of_office = edition.invitations.filter(pk=OuterRef("invitation"))
    offered = edition.as_released.answers_offered
    cases = [
        When(Exists(of_office.may_reconfirm(offered)), then=Value(RECONFIRM)),
        When(Exists(of_office.to_reconfirm()), then=Value(ANEW)),
    ]
    if edition.moved_at:
        cases.append(When(composed_at__lt=edition.moved_at, then=Value(MOVED)))
    return Case(*cases, default=of_step, output_field=TextField())


def originals_due(
    edition: ForumEdition, groups: list[Group], now: dt.datetime
) -> "QuerySet[Letter]":
    """Return the standing letter, which the reminder repeats, of each office that is due."""
    # The edition is named again, although ``eligible_invitations`` implies it: otherwise the
    # database begins with the letters of all editions.
    approved = Letter.objects.inviting().approved().filter(invitation__edition=edition)
    newer = approved.filter(invitation=OuterRef("invitation"), pk__gt=OuterRef("pk"))
    asks_for = groups[0].step.asks_for
    of_office = {"kind": Letter.Kind.REMINDER, "invitation": OuterRef("invitation")}
    reminded = Letter.objects.in_force().filter(
        **of_office,
        reply_before=asked_before(edition, asks_for),
        step__asks_for=asks_for,
        step__days_before__lte=OuterRef("due_days"),
    )
    # What is asked otherwise and waits to leave comes first, and then some days of quiet.
    others = waiting_reminders(edition).filter(**of_office).exclude(step__asks_for=asks_for)
    return (
        approved.filter(reduce(or_, (letters_to_states(group.states) for group in groups)))
        .filter(invitation__in=eligible_invitations(edition, asks_for, now))
        .alias(
            due_step=by_group(groups, lambda group: group.step.pk, IntegerField()),
            due_days=by_group(groups, lambda group: group.step.days_before, IntegerField()),
            since=by_group(groups, lambda group: group.since, DateTimeField()),
        )
        .exclude(Exists(newer))
        .exclude(Exists(reminded))
        .exclude(Exists(others))
        .exclude(has_holding_reply_for("invitation", OuterRef("due_step"), edition))
        .exclude(Exists(left_since(OuterRef("invitation"), OuterRef("since"))))
    )


def call_back_earlier(planned: "QuerySet[Letter]", highest: int) -> None:
    """Call back earlier reminders to the same offices that have not left."""
    earlier = Letter.objects.in_force().filter(
        kind=Letter.Kind.REMINDER, pk__lte=highest, invitation__in=planned.values("invitation")
    )
    list(Invitation.objects.filter(pk__in=earlier.values("invitation")).locked().values_list("pk"))
    call_back_letters(earlier, gettext_lazy("a later reminder takes its place"))


def list_calls(edition: ForumEdition, step: ReminderStep, now: dt.datetime) -> int:
    listed = CallListEntry.objects.filter(step=step, reply_before=edition.reply_before)
    due = (
        may_be_reminded(edition, now)
        .exclude(has_holding_reply_for("pk", step, edition))
        .exclude(Exists(listed.filter(invitation=OuterRef("pk"))))
    )
    return insert_select(
        due,
        CallListEntry,
        invitation=F("pk"),
        step=step.pk,
        reply_before=edition.reply_before,
        listed_at=now,
    )
