"""The planning of reminders and calls that are due, and the calling back of stale ones.

A reminder is due as long as it has no letter: a missed day is caught up, a second run adds nothing.
The days are computed for each State with its own calendar; the invitations are found and planned by
one statement, however many they are.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import partial, reduce
from operator import or_
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import (
    BooleanField,
    Case,
    DateTimeField,
    Exists,
    F,
    Field,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from invitations.letters.planning import call_back_letters
from invitations.letters.routes import by_original
from invitations.models import (
    MOVED,
    RECONFIRM,
    CallListEntry,
    Delivery,
    ForumEdition,
    Invitation,
    Letter,
    LetterEvent,
    ReminderStep,
    Reply,
    has_unread_mail,
)
from invitations.models.insert_select import insert_select
from invitations.reminders.schedules import Schedule, schedules_of
from invitations.setbacks import each_apart
from invitations.times.jobs import Job

AFTER_THE_LETTER = dt.timedelta(days=10)
# Reminders that wait after the deadline are called back, so an older edition has none.
OVER_AFTER = dt.timedelta(days=30)

STOPPED = gettext_lazy("the Forum is postponed, or its dates are about to move")
SPEAK_TO_THEIR_MISSION = gettext_lazy("by signed original: speak to their mission")

Schedules = Mapping[int | None, Schedule]


def queue_reminders(now: dt.datetime | None = None) -> int:
    """Plan the reminders and calls that are due, call back stale ones; return the number planned.

    A failure with one edition does not delay the others.
    """
    now = (now or timezone.now()).astimezone(dt.UTC)
    editions = ForumEdition.objects.filter(reply_before__gt=now - OVER_AFTER)
    jobs = [(edition.symbol, partial(queue_reminders_of, edition, now)) for edition in editions]
    return each_apart(Job.QUEUE_REMINDERS, jobs)


@transaction.atomic
def queue_reminders_of(edition: ForumEdition, now: dt.datetime) -> int:
    # Rows that refer to the edition, as each new invitation does, do not wait for this lock.
    locked = ForumEdition.objects.select_for_update(of=("self",), no_key=True)
    edition = locked.get(pk=edition.pk)
    schedules = schedules_of(edition)
    call_back_stale(edition, schedules, now)
    if not edition.takes_replies(now):
        return 0
    planned = plan_reminder_letters(edition, groups_at(schedules, now), now)
    if step := schedules[None].call_at(now):
        planned += list_calls(edition, step, now)
    return planned


# Who may be reminded


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
        .exclude(has_unread_mail())
        .exclude(pk__in=by_original(edition).values("pk"))
    )


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


# What is due


class Group(NamedTuple):
    """States for which the same step is due, with calendars that agree on the time."""

    step: ReminderStep
    since: dt.datetime
    states: list[int | None]


def groups_at(schedules: Schedules, now: dt.datetime) -> list[Group]:
    groups: dict[tuple[ReminderStep, dt.datetime], list[int | None]] = defaultdict(list)
    for state, schedule in schedules.items():
        if step := schedule.mail_at(now):
            groups[step, schedule.apart_since(schedule.day_of(now))].append(state)
    return [Group(step, since, states) for (step, since), states in groups.items()]


def of_states(states: Iterable[int | None]) -> Q:
    """Return the condition for letters to those States; None is all without their own calendar."""
    own = Q(invitation__member_state__in=[state for state in states if state])
    return own | Q(invitation__member_state__time_zone="") if None in states else own


def by_group(groups: list[Group], pick: Callable[[Group], Any], kind: Field) -> Case:
    cases = [When(of_states(group.states), then=Value(pick(group), kind)) for group in groups]
    return Case(*cases, output_field=kind)


def plan_reminder_letters(edition: ForumEdition, groups: list[Group], now: dt.datetime) -> int:
    """Plan each group's reminder for offices that have none yet and no other in the last days."""
    if not groups:
        return 0
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
        leave_before=edition.deadline,
        step=F("due_step"),
        reply_before=edition.reply_before,
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

    Of whom a reply is on file nobody says that there is none.
    """
    asked = edition.invitations.to_reconfirm().filter(pk=OuterRef("invitation"))
    cases = [When(Exists(asked), then=Value(RECONFIRM))]
    if edition.moved_at:
        cases.append(When(composed_at__lt=edition.moved_at, then=Value(MOVED)))
    of_step = by_group(groups, lambda group: group.step.variant, TextField())
    return Case(*cases, default=of_step, output_field=TextField())


def originals_due(
    edition: ForumEdition, groups: list[Group], now: dt.datetime
) -> "QuerySet[Letter]":
    """Return the standing letter, which the reminder repeats, of each office that is due."""
    # The edition is named again, although ``may_be_reminded`` implies it: otherwise the database
    # begins with the letters of all editions.
    approved = Letter.objects.inviting().approved().filter(invitation__edition=edition)
    newer = approved.filter(invitation=OuterRef("invitation"), pk__gt=OuterRef("pk"))
    reminded = Letter.objects.in_force().filter(
        kind=Letter.Kind.REMINDER,
        invitation=OuterRef("invitation"),
        reply_before=edition.reply_before,
        step__days_before__lte=OuterRef("due_days"),
    )
    return (
        approved.filter(reduce(or_, (of_states(group.states) for group in groups)))
        .filter(invitation__in=may_be_reminded(edition, now))
        .alias(
            due_step=by_group(groups, lambda group: group.step.pk, IntegerField()),
            due_days=by_group(groups, lambda group: group.step.days_before, IntegerField()),
            since=by_group(groups, lambda group: group.since, DateTimeField()),
        )
        .exclude(Exists(newer))
        .exclude(Exists(reminded))
        .exclude(has_holding_reply_for("invitation", OuterRef("due_step"), edition))
        .exclude(Exists(left_since(OuterRef("invitation"), OuterRef("since"))))
    )


def call_back_earlier(planned: "QuerySet[Letter]", highest: int) -> None:
    """Call back earlier reminders to the same offices that have not left."""
    earlier = Letter.objects.in_force().filter(
        kind=Letter.Kind.REMINDER, pk__lte=highest, invitation__in=planned.values("invitation")
    )
    list(Invitation.objects.filter(pk__in=earlier.values("invitation")).locked().values_list("pk"))
    call_back_letters(earlier, _("a later reminder takes its place"))


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


# What is no longer due


def waiting_reminders(edition: ForumEdition) -> "QuerySet[Letter]":
    """Return reminders of which no delivery was handed over, and at least one still may be."""
    of_edition = {"kind": Letter.Kind.REMINDER, "invitation__edition": edition}
    planned = Letter.objects.planned().filter(**of_edition).order_by()
    in_outbox = (
        Delivery.objects.not_left()
        .order_by()
        .filter(**{f"letter__{name}": value for name, value in of_edition.items()})
    )
    waiting = planned.values("pk").union(in_outbox.values("letter"))
    handed_over = Delivery.objects.filter(letter=OuterRef("pk"), handed_over_at__isnull=False)
    return Letter.objects.in_force().filter(pk__in=waiting).exclude(Exists(handed_over))


def call_back_stale(edition: ForumEdition, schedules: Schedules, now: dt.datetime) -> None:
    """Call back reminders that should no longer leave, or not as they are.

    If the office may still be reminded, its reminder is planned anew on a later day that suits.
    """
    waiting = waiting_reminders(edition)
    # On most ticks none waits, and the question for the reasons is long.
    if not waiting.exists():
        return
    cases = [When(condition, then=Value(why)) for why, condition in stale(edition, schedules, now)]
    found = waiting.annotate(why=Case(*cases, output_field=TextField()))
    by_reason: dict[str, list[int]] = defaultdict(list)
    concerned = set()
    for pk, invitation, why in found.exclude(why=None).values_list("pk", "invitation", "why"):
        by_reason[why].append(pk)
        concerned.add(invitation)
    list(Invitation.objects.filter(pk__in=concerned).locked().values_list("pk"))
    for why, pks in by_reason.items():
        call_back_letters(Letter.objects.filter(pk__in=pks), why)


def stale(
    edition: ForumEdition, schedules: Schedules, now: dt.datetime
) -> Iterable[tuple[str, Any]]:
    """Yield each reason to call back a waiting reminder, with the condition for its letters."""
    of_office = Invitation.objects.filter(pk=OuterRef("invitation"))
    tried = Delivery.objects.filter(letter=OuterRef("pk"), attempts__gt=0)
    near = [
        state
        for state, schedule in schedules.items()
        if schedule.next_is_near(schedule.day_of(now))
    ]
    if edition.is_stopped:
        yield str(STOPPED), ~Q(pk=None)
    yield _("the deadline has moved"), ~Q(reply_before=edition.reply_before)
    yield (
        _("the office has answered, or the invitation is withdrawn"),
        ~Exists(of_office.principal().awaited()),
    )
    yield (
        _("the office has answered, or has sent something"),
        Case(
            When(variant=RECONFIRM, then=~Exists(of_office.to_reconfirm())),
            default=~Exists(of_office.silent()),
            output_field=BooleanField(),
        ),
    )
    yield (
        str(SPEAK_TO_THEIR_MISSION),
        Q(invitation__in=by_original(edition).values("pk")),
    )
    yield _("the letter came back: it has not reached the office"), ~Exists(of_office.reached(now))
    yield (
        _("the office has sent something that nobody has looked at yet"),
        has_unread_mail("invitation__"),
    )
    yield (
        _("the office says that an answer will follow"),
        has_holding_reply_for("invitation", OuterRef("step"), edition),
    )
    yield _("a later reminder takes its place"), of_states(near)
    yield _("it did not leave on its day"), planned_before_today(schedules, now) & ~Exists(tried)


def planned_before_today(schedules: Schedules, now: dt.datetime) -> Q:
    """Return the condition for letters planned before today, by the day of each calendar."""
    by_start: dict[dt.datetime, list[int | None]] = defaultdict(list)
    for state, schedule in schedules.items():
        by_start[schedule.at(schedule.day_of(now))].append(state)
    return reduce(
        or_,
        (of_states(states) & Q(planned_at__lt=start) for start, states in by_start.items()),
    )
