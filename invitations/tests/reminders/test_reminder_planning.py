"""Random calendars, missed ticks, moved deadlines and replies against a plain reckoning of who is
reminded when: day by day, office by office, without a table.
"""

import datetime as dt
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone
from holidays import country_holidays
from hypothesis import given, settings
from hypothesis import strategies as st

from invitations.models import CallListEntry, Invitation, Letter
from invitations.reminders.forecast import forecast_of
from invitations.reminders.planning import queue_reminders
from invitations.reminders.send_check import reason_reminder_must_wait, reminders_not_sent_today
from invitations.replies import file_correspondence, mark_dealt_with, record_reply
from invitations.tests.databases import examples_of
from invitations.tests.factories import (
    DeliveryFactory,
    EditionFactory,
    InvitationFactory,
    LetterFactory,
    MemberStateFactory,
    ReplyFactory,
    StepFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

GENEVA = ZoneInfo("Europe/Zurich")
# The clocks of the United States change on 14 March 2027, those of Europe on 28 March, those of
# Chile and New Zealand on 4 April. None goes by the edition's calendar.
PLACES = [
    None, ("CH", "Europe/Zurich"), ("US", "America/New_York"), ("NZ", "Pacific/Auckland"),
    ("CL", "America/Santiago"), ("IR", "Asia/Tehran"), ("EG", "Africa/Cairo"),
    ("KI", "Pacific/Kiritimati"), ("AS", "Pacific/Pago_Pago"), ("RU", "Europe/Moscow"),
]  # fmt: skip
FORUM = {
    name: dt.date(2028, 1, 10)
    for name in ("opens_on", "track_opens_on", "track_closes_on", "closes_on")
}
BEGIN = dt.datetime(2027, 2, 20, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
HALF_HOUR = dt.timedelta(minutes=30)
EXAMPLES = examples_of(40)


# The plain reckoning


@dataclass
class Office:
    place: tuple[str, str] | None
    reached_at: dt.datetime
    left: list = field(default_factory=list)  # (days before, deadline, when)
    waiting: tuple | None = None
    skipped: set = field(default_factory=set)  # (days before, deadline)
    called: set = field(default_factory=set)
    has_answered: bool = False
    has_written: bool = False

    @property
    def zone(self):
        return ZoneInfo(self.place[1]) if self.place else GENEVA


@dataclass
class World:
    reply_before: dt.date
    quiet: list[tuple[dt.date, dt.date]]
    mails: dict[int, int]  # days before, hour
    calls: dict[int, int]

    @property
    def deadline(self):
        return instant(self.reply_before, 0, GENEVA)

    def rests(self, place, day):
        if any(first <= day <= last for first, last in self.quiet):
            return True
        return not is_worked(place[0], day) if place else day.weekday() in (5, 6)

    def leaves_on(self, days_before, hour, place, zone):
        planned = self.reply_before - DAY - days_before * DAY
        back = [planned - n * DAY for n in range(6)]
        ahead = [planned + n * DAY for n in range(1, 60)]
        for day in back + ahead:
            if not self.rests(place, day):
                return day if instant(day, hour, zone) < self.deadline else None
        return None

    def dues(self, office):
        """Days of the mails, the last of which always stays; an earlier one only if it is apart."""
        found = {
            days: self.leaves_on(days, hour, office.place, office.zone)
            for days, hour in self.mails.items()
        }
        kept = {}
        for days, day in sorted(found.items()):
            if day and all(abs(other - day) >= 3 * DAY for other in kept.values()):
                kept[days] = day
        return kept

    def mail_now(self, office, now):
        today = now.astimezone(office.zone).date()
        if now >= self.deadline or self.rests(office.place, today):
            return None
        dues = self.dues(office)
        if any(today < day < today + 3 * DAY for day in dues.values()):
            return None
        come = [days for days, day in dues.items() if day <= today]
        if not come:
            return None
        days = min(come)
        return days if now >= instant(today, self.mails[days], office.zone) else None

    def call_now(self, now):
        today = now.astimezone(GENEVA).date()
        if now >= self.deadline or self.rests(None, today):
            return None
        dues = {n: self.leaves_on(n, hour, None, GENEVA) for n, hour in self.calls.items()}
        come = [days for days, day in dues.items() if day and day <= today]
        if not come:
            return None
        days = min(come)
        return days if now >= instant(today, self.calls[days], GENEVA) else None

    def is_near(self, office, now):
        today = now.astimezone(office.zone).date()
        return any(today < day < today + 3 * DAY for day in self.dues(office).values())

    def may_have(self, office, now):
        quiet = office.has_answered or office.has_written
        return not quiet and now - office.reached_at >= 10 * DAY

    def tick(self, office, now):
        """Drop what should not leave any more, then plan what is due; say what was planned."""
        if office.waiting and self.is_stale(office, now):
            office.waiting = None
        days = self.mail_now(office, now)
        if days is None or not self.may_have(office, now) or not self.is_new(office, days, now):
            return None
        office.waiting = (days, self.reply_before, now)
        return days

    def is_stale(self, office, now):
        days, deadline, _planned_at = office.waiting
        return (
            deadline != self.reply_before
            or now >= self.deadline
            or office.has_answered
            or office.has_written
            or (days, deadline) in office.skipped
            or self.is_near(office, now)
        )

    def is_new(self, office, days, now):
        had = [*office.left, *filter(None, [office.waiting])]
        today = now.astimezone(office.zone).date()
        left_on = [when.astimezone(office.zone).date() for _days, _deadline, when in office.left]
        return (
            not any(n <= days and deadline == self.reply_before for n, deadline, _when in had)
            and (days, self.reply_before) not in office.skipped
            and all(today - day >= 3 * DAY for day in left_on)
        )

    def tick_calls(self, office, now):
        days = self.call_now(now)
        key = (days, self.reply_before)
        if days is None or not self.may_have(office, now) or key in office.skipped | office.called:
            return None
        office.called.add(key)
        return days


@cache
def is_worked(iso2, day):
    return country_holidays(iso2, years=day.year).is_working_day(day)


def instant(day, hour, zone):
    return dt.datetime(day.year, day.month, day.day, hour, tzinfo=zone).astimezone(dt.UTC)


# The same in the tables


class Tables:
    def __init__(self, world, offices):
        # Far enough that the deadline can move.
        self.edition = EditionFactory(reply_before=world.reply_before, **FORUM)
        for first_on, last_on in world.quiet:
            self.edition.quiet_periods.create(first_on=first_on, last_on=last_on)
        self.steps = {
            **self.make_steps(world.mails, "mail"),
            **self.make_steps(world.calls, "call"),
        }
        self.invitations = [self.invite(office) for office in offices]

    def make_steps(self, steps, medium):
        return {
            days: StepFactory(edition=self.edition, days_before=days, hour=hour, medium=medium)
            for days, hour in steps.items()
        }

    def invite(self, office):
        iso2, zone = office.place or ("ZZ", "")
        state = MemberStateFactory(iso2=iso2, time_zone=zone)
        invitation = InvitationFactory(edition=self.edition, minister__member_state=state)
        letter = LetterFactory(
            invitation=invitation,
            state="approved",
            message_sha256="0" * 64,
            composed_at=office.reached_at,
            approved_at=office.reached_at,
        )
        DeliveryFactory(letter=letter, state="handed_over", handed_over_at=office.reached_at)
        return invitation

    def reminders(self):
        return Letter.objects.in_force().filter(kind="reminder", invitation__edition=self.edition)

    def waiting(self):
        return {
            letter.invitation_id: letter
            for letter in self.reminders().filter(deliveries=None).select_related("step")
        }

    def called(self):
        entries = CallListEntry.objects.filter(invitation__edition=self.edition)
        return set(entries.values_list("invitation", "step__days_before", "reply_before"))


# Chance


def dates(first, days):
    return st.integers(0, days).map(lambda n: first + n * DAY)


@st.composite
def worlds(draw):
    first_days = draw(st.lists(dates(dt.date(2027, 2, 25), 40), max_size=3))
    steps = draw(st.sets(st.integers(0, 26), min_size=1, max_size=5))
    call = draw(st.sampled_from([None, *sorted(steps)])) if len(steps) > 1 else None
    hours = st.sampled_from([0, 2, 9, 16, 23])
    return World(
        reply_before=draw(dates(dt.date(2027, 3, 29), 10)),
        quiet=[(day, day + draw(st.integers(0, 11)) * DAY) for day in first_days],
        mails={days: draw(hours) for days in steps if days != call},
        calls={} if call is None else {call: draw(hours)},
    )


@st.composite
def offices(draw):
    places = draw(st.lists(st.sampled_from(PLACES), min_size=2, max_size=3, unique=True))
    early = [BEGIN - 20 * DAY] * 3
    late = [BEGIN + n * DAY for n in range(0, 24, 3)]
    return [Office(place, draw(st.sampled_from(early + late))) for place in places]


# "go" is a tick after which what is planned leaves at once; a "tick" may be the last of its day.
ACTS = [
    *["go"] * 4,
    *["tick"] * 3,
    *["leave"] * 2,
    *["move"] * 2,
    "answer",
    "hold",
    "write",
    "read",
]
moments = st.tuples(
    st.sampled_from([0, 1, 1, 3, 14]),  # half-hours since the one before
    st.sampled_from(ACTS),
    st.integers(0, 2),  # whose
    st.sampled_from([-3, 1, 1, 2, 3, 9]),  # days by which the deadline moves
)
walks = st.lists(
    st.tuples(
        st.sampled_from([1, 1, 1, 2, 3]),  # days since the one before
        st.sampled_from([0, 17, 18, 18, 40]),  # half-hours of the day at which it begins
        st.lists(moments, min_size=1, max_size=5),
    ),
    min_size=8,
    max_size=20,
)


@pytest.mark.walk
@settings(max_examples=EXAMPLES)
@given(worlds(), offices(), st.integers(8, 28), walks)
def test_each_tick_plans_what_a_plain_reckoning_says(world, offices, before, walk):
    begin = instant(world.reply_before - before * DAY, 0, dt.UTC)
    with transaction.atomic():
        play(world, offices, begin, walk)
        transaction.set_rollback(True)


def play(world, offices, midnight, walk):
    tables, clerk = Tables(world, offices), UserFactory()
    for days, half_hours, moments in walk:
        midnight += days * DAY
        now = midnight + half_hours * HALF_HOUR
        for pause, act, number, shift in moments:
            now += pause * HALF_HOUR
            midnight = max(midnight, instant(now.date(), 0, dt.UTC))
            with time_machine.travel(now, tick=False):
                if act in ("go", "tick"):
                    tick(world, offices, tables, now)
                if act in ("go", "leave"):
                    leave(world, offices, tables, now)
                elif act == "move":
                    move(world, tables, shift)
                else:
                    place = number % len(offices)
                    say(act, offices[place], tables.invitations[place], clerk)


def move(world, tables, days):
    world.reply_before += days * DAY
    tables.edition.reply_before = world.reply_before
    tables.edition.save(update_fields=["reply_before"])


def tick(world, offices, tables, now):
    queue_reminders(now)

    waiting = tables.waiting()
    for office, invitation in zip(offices, tables.invitations, strict=True):
        world.tick(office, now)
        world.tick_calls(office, now)
        letter = waiting.get(invitation.pk)
        planned = letter and (letter.step.days_before, letter.reply_before, letter.planned_at)
        assert planned == office.waiting
    assert tables.called() == {
        (invitation.pk, *key)
        for office, invitation in zip(offices, tables.invitations, strict=True)
        for key in office.called
    }


def leave(world, offices, tables, now):
    """What may leave does, if the reckoning lets it too."""
    for invitation_pk, letter in tables.waiting().items():
        invitation = Invitation.objects.get(pk=invitation_pk)
        office = offices[tables.invitations.index(invitation)]
        refused = reason_reminder_must_wait(invitation, letter, now)
        assert (refused == "") == may_leave(world, office, now)
        if not refused:
            assert not reminders_not_sent_today(now).filter(pk=letter.pk).exists()
            DeliveryFactory(letter=letter, state="handed_over", handed_over_at=now)
            office.left.append((*office.waiting[:2], now))
            office.waiting = None


def may_leave(world, office, now):
    days, deadline, _planned_at = office.waiting
    today = now.astimezone(office.zone).date()
    come = [day for day in world.dues(office).values() if day <= today]
    lately = [when.astimezone(office.zone).date() for _days, _deadline, when in office.left]
    return (
        now < world.deadline
        and deadline == world.reply_before
        and bool(come)
        and not world.rests(office.place, today)
        and not world.is_near(office, now)
        and world.may_have(office, now)
        and (days, deadline) not in office.skipped
        and all(today - day >= 3 * DAY for day in lately)
    )


def say(act, office, invitation, clerk):
    if office.has_answered:
        return
    if act == "answer":
        ReplyFactory(invitation=invitation)
        office.has_answered = True
    elif act == "hold":
        invitation = Invitation.objects.get(pk=invitation.pk)
        reply = record_reply(invitation, {"answer": "holding"})
        if reply.skips_step:
            office.skipped.add((reply.skips_step.days_before, reply.skips_deadline))
    elif act == "write":
        file_correspondence(invitation, clerk, "fax", timezone.now())
        office.has_written = True
    elif act == "read":
        for filed in invitation.correspondence.unread():
            mark_dealt_with(filed, clerk)
        office.has_written = False


@settings(max_examples=EXAMPLES)
@given(worlds(), offices(), st.integers(0, 30))
def test_the_preview_says_what_a_clock_without_a_gap_would_plan(world, offices, start):
    now = BEGIN + start * DAY + 17 * HALF_HOUR
    with transaction.atomic():
        tables = Tables(world, offices)
        plan = forecast_of(tables.edition, now)
        transaction.set_rollback(True)

    foretold = [(tables.invitations.index(one.invitation), *known(one)) for one in plan.mails]
    called = [(tables.invitations.index(one.invitation), *known(one)) for one in plan.calls]

    assert sorted(foretold) == sorted(walked(world, offices, now, World.tick))
    assert sorted(called) == sorted(walked(world, offices, now, World.tick_calls))
    with_none = {one.pk for found in plan.none.values() for one in found}
    reminded = {tables.invitations[place].pk for place, _days, _at in foretold}
    if now < world.deadline:
        assert with_none == {one.pk for one in tables.invitations} - reminded


def known(planned):
    return planned.step.days_before, planned.at.astimezone(dt.UTC)


def walked(world, offices, begin, tick):
    """What a tick every half hour plans where each mail leaves at once."""
    for place, office in enumerate(offices):
        for number in count():
            now = begin + number * HALF_HOUR
            if now >= world.deadline:
                break
            days = tick(world, office, now)
            if days is not None:
                yield place, days, now
            if office.waiting:
                office.left.append((*office.waiting[:2], now))
                office.waiting = None
