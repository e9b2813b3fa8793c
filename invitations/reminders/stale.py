"""Waiting reminders that should no longer leave, or not as they are: called back, and why."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    Exists,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.utils.translation import gettext_lazy as _

from invitations.letters.channels import by_original
from invitations.letters.planning import call_back_letters
from invitations.models import (
    ANEW,
    RECONFIRM,
    Delivery,
    ForumEdition,
    Invitation,
    Letter,
    asked_before,
    deadline_of,
    has_unread_mail,
    offices_to_ask,
)
from invitations.reminders.eligibility import (
    DONE,
    SPEAK_TO_THEIR_MISSION,
    STOPPED,
    has_holding_reply_for,
)
from invitations.reminders.schedules import Schedules, letters_to_states
from invitations.text.by_language import Words


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


def call_back_stale(
    edition: ForumEdition, by_question: Mapping[str, Schedules], now: dt.datetime
) -> None:
    """Call back reminders that should no longer leave, or not as they are.

    If the office may still be reminded, its reminder is planned anew on a later day that suits.
    """
    waiting = waiting_reminders(edition)
    # On most ticks none waits, or of one kind alone, and the question for the reasons is long.
    asked = set(waiting.order_by().values_list("step__asks_for", flat=True).distinct())
    if not asked:
        return
    by_reason: dict[Words, list[int]] = defaultdict(list)
    concerned = set()
    for asks_for, schedules in by_question.items():
        if asks_for not in asked:
            continue
        reasons = list(stale(edition, asks_for, schedules, now))
        cases = [
            When(condition, then=Value(place)) for place, (_why, condition) in enumerate(reasons)
        ]
        asking = waiting.filter(step__asks_for=asks_for)
        found = asking.annotate(why=Case(*cases, output_field=IntegerField())).exclude(why=None)
        for pk, invitation, place in found.values_list("pk", "invitation", "why"):
            by_reason[reasons[place][0]].append(pk)
            concerned.add(invitation)
    list(Invitation.objects.filter(pk__in=concerned).locked().values_list("pk"))
    for why, pks in by_reason.items():
        call_back_letters(Letter.objects.filter(pk__in=pks), why)


Reasons = Iterable[tuple[Words, Any]]


def stale(edition: ForumEdition, asks_for: str, schedules: Schedules, now: dt.datetime) -> Reasons:
    """Yield each reason to call back a waiting reminder, with the condition for its letters."""
    if edition.is_stopped:
        yield STOPPED, Q(pk__isnull=False)
    yield _("the deadline has moved"), ~Q(reply_before=asked_before(edition, asks_for))
    if now >= deadline_of(edition, asks_for) or not (asks_for or edition.takes_replies(now)):
        yield _("the deadline has passed or moved"), Q(state=Letter.State.PLANNED)
    yield from stale_for_the_step(asks_for) if asks_for else stale_for_the_reply(edition, now)
    yield (
        SPEAK_TO_THEIR_MISSION,
        Q(invitation__in=by_original(edition).values("pk")),
    )
    yield (
        _("the office has sent something that nobody has looked at yet"),
        has_unread_mail("invitation__", now),
    )
    yield from stale_by_day(schedules, now)


def stale_for_the_step(what: str) -> Reasons:
    asked = offices_to_ask(what).filter(pk=OuterRef("invitation"))
    yield DONE, ~Exists(asked)


def stale_for_the_reply(edition: ForumEdition, now: dt.datetime) -> Reasons:
    of_office = Invitation.objects.filter(pk=OuterRef("invitation"))
    offered = edition.as_released.answers_offered
    yield (
        _("the office has answered, or the invitation is withdrawn"),
        ~Exists(of_office.principal().awaited()),
    )
    yield (
        _("the office has answered, or has sent something"),
        Case(
            When(variant=RECONFIRM, then=~Exists(of_office.may_reconfirm(offered))),
            When(variant=ANEW, then=~Exists(of_office.to_choose_again(offered))),
            default=~Exists(of_office.silent()),
            output_field=BooleanField(),
        ),
    )
    yield _("the letter came back: it has not reached the office"), ~Exists(of_office.reached(now))
    yield (
        _("the office says that an answer will follow"),
        has_holding_reply_for("invitation", OuterRef("step"), edition),
    )


def stale_by_day(schedules: Schedules, now: dt.datetime) -> Reasons:
    """Yield the reasons that the day gives.

    What is not composed yet, as for want of an address or an approval, waits on as the row it is:
    it gets its words on the day on which it can leave.
    """
    near = [
        state
        for state, schedule in schedules.items()
        if schedule.next_is_near(schedule.day_of(now))
    ]
    yield _("a later reminder takes its place"), letters_to_states(near)
    tried = Delivery.objects.filter(letter=OuterRef("pk"), attempts__gt=0)
    yield _("it did not leave on its day"), composed_before_today(schedules, now) & ~Exists(tried)


def composed_before_today(schedules: Schedules, now: dt.datetime) -> Q:
    """Return the condition for letters composed before today, by the day of each calendar."""
    by_start: dict[dt.datetime, list[int | None]] = defaultdict(list)
    for state, schedule in schedules.items():
        by_start[schedule.at(schedule.day_of(now))].append(state)
    return reduce(
        or_,
        (
            letters_to_states(states) & Q(composed_at__lt=start)
            for start, states in by_start.items()
        ),
    )
