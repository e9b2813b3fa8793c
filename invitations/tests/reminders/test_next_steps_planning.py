"""Random calendars and events: whom the machine asks after a yes, how often, as it foretold."""

import datetime as dt
from collections import defaultdict
from itertools import pairwise, product
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import transaction
from hypothesis import example, given, settings
from hypothesis import strategies as st

from invitations.letters.planning import letter_recipients
from invitations.models import Filed, HeldChange, Letter, NextStep, offices_to_ask
from invitations.reminders.forecast import forecast_of
from invitations.reminders.planning import queue_reminders
from invitations.reminders.send_check import reason_reminder_must_wait, reminders_not_sent_today
from invitations.replies import record_reply
from invitations.tests.databases import examples_of
from invitations.tests.factories import (
    DeliveryFactory,
    EditionFactory,
    InvitationFactory,
    LetterFactory,
    MemberStateFactory,
    MissionFactory,
    ReplyFactory,
    StepFactory,
)

pytestmark = pytest.mark.django_db

GENEVA = ZoneInfo("Europe/Zurich")
# At that hour each step of the day has begun at all of these places.
BEGIN = dt.datetime(2027, 4, 22, 14, tzinfo=dt.UTC)
DAY, HOUR, TICKS = dt.timedelta(days=1), dt.timedelta(hours=1), 20
EXAMPLES = examples_of(30)
MINISTER = "minister@example.org"
PLACES = [None, ("US", "America/New_York"), ("EG", "Africa/Cairo")]
ANSWERS = ["in_person", "attends_only", "video", "written", "regrets", None]

steps = st.lists(
    st.tuples(st.sampled_from(NextStep.values), st.integers(0, 17), st.integers(0, 9)),
    min_size=1, max_size=6, unique_by=lambda step: step[:2],
)  # fmt: skip
offices = st.lists(
    st.fixed_dictionaries(
        {
            "place": st.sampled_from(PLACES),
            "answer": st.sampled_from(ANSWERS),
            "answered": st.integers(0, 20),
            "focal_point": st.sampled_from(["", MINISTER, "focal@example.org"]),
            "mission": st.sampled_from(["", MINISTER, "mission@example.org"]),
            "filed": st.sets(st.sampled_from(NextStep.values)),
        }
    ),
    min_size=1, max_size=3,
)  # fmt: skip
events = st.lists(
    st.tuples(
        st.integers(0, TICKS),
        st.integers(0, 2),
        st.sampled_from([*NextStep.values, "off", "regrets", "attends_only", "in_person"]),
    ),
    max_size=5,
)
# At how many hours after that one the clock ticks too, each day.
more_ticks = st.sets(st.integers(1, 23), max_size=2)


def an_office(place=None, answer="in_person", answered=10, **words):
    apart = {"focal_point": "", "mission": "mission@example.org", "filed": set()}
    return {"place": place, "answer": answer, "answered": answered} | apart | words


def edition_of(asked):
    """The Track opens on Tuesday 11 May 2027."""
    edition = EditionFactory()
    for what, days, hour in asked:
        StepFactory(
            edition=edition, days_before=days, hour=hour, asks_for=what, audience="focal",
            variant=what,
        )  # fmt: skip
    return edition


def invited(edition, office):
    iso2, zone = office["place"] or ("", "")
    state = MemberStateFactory(time_zone=zone, **({"iso2": iso2} if iso2 else {}))
    invitation = InvitationFactory(
        edition=edition, minister__member_state=state, minister__to_emails=MINISTER,
        focal_point_email=office["focal_point"],
    )  # fmt: skip
    MissionFactory(emails=office["mission"], states=[state])
    now = BEGIN - 60 * DAY
    letter = LetterFactory(
        invitation=invitation, state="approved", sha256="0" * 64, composed_at=now, approved_at=now
    )
    DeliveryFactory(letter=letter, state="handed_over", handed_over_at=now)
    if office["answer"]:
        at = BEGIN - office["answered"] * DAY
        ReplyFactory(invitation=invitation, answer=office["answer"], received_at=at)
    of_state = {"edition": edition, "member_state": state}
    Filed.objects.bulk_create(Filed(what=what, **of_state) for what in office["filed"])
    return invitation


def world_of(asked, found):
    # Two States of one code are none.
    distinct = {office["place"]: office for office in found if office["place"]}
    found = [office for office in found if not office["place"]] + list(distinct.values())
    edition = edition_of(asked)
    with time_machine.travel(BEGIN, tick=False):
        invitations = [invited(edition, office) for office in found]
    HeldChange.objects.all().delete()
    return edition, invitations


def befall(invitation, what):
    of_state = {"edition": invitation.edition, "member_state": invitation.member_state}
    if what in NextStep.values:
        Filed.objects.get_or_create(what=what, **of_state)
    elif what == "off":
        Filed.objects.filter(**of_state).delete()
    else:
        record_reply(invitation, {"answer": what})


def waiting():
    letters = Letter.objects.planned().filter(kind="reminder").order_by("pk")
    return list(letters.select_related("step", "invitation__edition", "invitation__member_state"))


def leave(now):
    """Let each mail that waits leave, if it may; return these."""
    left = []
    for letter in waiting():
        if not reason_reminder_must_wait(letter.invitation, letter, now):
            assert not reminders_not_sent_today(now).filter(pk=letter.pk).exists()
            asked = offices_to_ask(letter.step.asks_for).filter(pk=letter.invitation_id)
            assert asked.exists()
            DeliveryFactory(letter=letter, state="handed_over", handed_over_at=now)
            Letter.objects.filter(pk=letter.pk).update(
                state="approved", sha256="0" * 64, composed_at=now, approved_at=now
            )
            left.append(letter)
    return left


def walk(happening=(), more=()):
    """Run the jobs daily until the Track is on; return the mails that left, each with its day."""
    left, happening = [], sorted(happening, key=lambda event: event[0])
    for number, hours in product(range(TICKS), sorted({0, *more})):
        now = BEGIN + number * DAY + hours * HOUR
        with time_machine.travel(now, tick=False):
            while happening and happening[0][0] <= number:
                happening.pop(0)[1]()
            queue_reminders(now)
            left += [(letter, day_of(letter.invitation, now)) for letter in leave(now)]
    return left


def day_of(invitation, now):
    zone = ZoneInfo(invitation.member_state.time_zone or "Europe/Zurich")
    return now.astimezone(zone).date()


@settings(max_examples=EXAMPLES)
@given(steps, offices, events)
def test_no_minister_is_asked_nobody_twice_and_nobody_of_what_is_filed(asked, found, happening):
    with transaction.atomic():
        _edition, invitations = world_of(asked, found)
        acts = [
            (at, lambda n=n, what=what: befall(invitations[n % len(invitations)], what))
            for at, n, what in happening
        ]
        left = walk(acts)
        pairs = [pair for letter, _day in left for pair in letter_recipients(letter)]
        transaction.set_rollback(True)

    assert MINISTER not in [address for _line, address in pairs]
    keys = [(letter.invitation_id, letter.step_id) for letter, _day in left]
    assert len(keys) == len(set(keys))
    by_office = defaultdict(list)
    for letter, day in left:
        by_office[letter.invitation_id].append(day)
    for days in by_office.values():
        assert all(later - earlier >= 3 * DAY for earlier, later in pairwise(days))


@pytest.mark.walk
# On 26 April the text is due at three, and the head of delegation, put off since the 23rd, at five.
@example(
    [
        ("speaker", 17, 0), ("text", 14, 3), ("speaker", 12, 2), ("text", 17, 0),
        ("speaker", 13, 2), ("head", 17, 5),
    ],
    [an_office()],
    set(),
)  # fmt: skip
# On 3 May the text is due at midnight, the speaker at seven.
@example([("text", 7, 0), ("speaker", 7, 7)], [an_office(PLACES[1])], set())
@settings(max_examples=EXAMPLES)
@given(steps, offices, more_ticks)
def test_the_forecast_says_what_leaves_if_nothing_happens(asked, found, more):
    with transaction.atomic():
        edition, _invitations = world_of(asked, found)
        plan = forecast_of(edition, BEGIN)
        foretold = [(one.invitation.pk, one.step.pk, one.at.date()) for one in plan.mails]
        left = [(letter.invitation_id, letter.step_id, day) for letter, day in walk(more=more)]
        transaction.set_rollback(True)

    assert sorted(foretold) == sorted(left)
