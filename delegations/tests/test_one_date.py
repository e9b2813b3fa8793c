"""An acknowledgement, the office's page, a calendar and the board never name different dates."""

import datetime as dt
import re

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from delegations.models import HighLevelSession
from delegations.moved_dates import release_move
from delegations.tests.offices import browser, invited, page_of, text
from invitations.letters.composing_queue import compose_planned
from invitations.models import Delivery, LetterTemplate
from invitations.reminders.hours_moved import update_calendars
from invitations.replies import record_reply
from invitations.tests.factories import DeliveryFactory, EditionFactory, HoursFactory, UserFactory
from invitations.tests.moving import asked
from invitations.tests.reading import message_of
from invitations.text.dates import printed_date

pytestmark = pytest.mark.django_db

NOON = dt.datetime(2027, 2, 10, 12, tzinfo=dt.UTC)
HOURS = dt.timedelta(hours=2)
BOARD = reverse("desk:board")


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def edition(clock):
    edition = EditionFactory(name="WSIS Forum")
    LetterTemplate.objects.update(first_approver=UserFactory(), second_approver=UserFactory())
    hours = HoursFactory(edition=edition, published_at=NOON - dt.timedelta(days=7))
    HighLevelSession.objects.create(
        edition=edition, segment="opening", title="Opening segment", starts_at=hours.starts_at,
        ends_at=hours.ends_at, hours=hours,
    )  # fmt: skip
    return edition


def reached(edition, state):
    invitation = invited(state, edition=edition)
    letter = invitation.letters.get()
    DeliveryFactory(letter=letter, state="handed_over", handed_over_at=NOON - 40 * HOURS)
    return invitation


def answered(edition, state, **words):
    """An office that comes to the opening or to no session, with its acknowledgement."""
    invitation = reached(edition, state)
    reply = record_reply(invitation, {"answer": "attends_only", **words})
    composed_and_sent()
    return invitation, reply.acknowledgements.in_force().get()


def composed_and_sent():
    compose_planned()
    waiting = Delivery.objects.not_left().by_mail()
    waiting.update(state="handed_over", handed_over_at=timezone.now(), sending_at=timezone.now())


def attached(letter):
    parts = message_of(letter).iter_attachments()
    return "\n".join(part.get_content() for part in parts if part.get_content_type()[:4] == "text")


def said_by(letter):
    return message_of(letter).get_body(("plain",)).get_content() + attached(letter)


def unfolded(ics):
    return ics.replace("\r\n ", "")


def faces(edition, client, offices):
    """What each of the four says now: new acknowledgements, pages, calendars, the board."""
    # Hours have passed since staff signed in.
    client.force_login(UserFactory(is_superuser=True))
    number = edition.invitations.count()
    opening = answered(edition, f"Opening {number}", segments=["opening"])[1]
    days = answered(edition, f"Days {number}")[1]
    holding = answered(edition, f"Holding {number}", answer="holding")[1]
    pages = [text(browser(office).get(page_of(office))) for office in offices]
    files = [browser(office).get(page_of(office, "track")).content.decode() for office in offices]
    programme = client.get(reverse("office:programme", args=[edition.symbol])).content.decode()
    return {
        "acknowledgements": "\n".join(map(said_by, (opening, days, holding))),
        "pages": "\n".join(without_earlier(page) for page in pages),
        "calendars": unfolded("\n".join(files)),
        "programme": unfolded(programme),
        "board": text(client.get(f"{BOARD}?edition={edition.symbol}")),
    }


def without_earlier(page):
    """The page but for what it names as announced earlier."""
    return re.sub(r"<dt>Dates announced earlier</dt><dd>[^<]*</dd>", "", page)


def named_in(words):
    """The days of the forum that are named, in words and as calendars have them."""
    words = words.replace("\u00a0", " ").replace(":::", "")
    in_words = re.findall(r"(?:\d+–)?(\d+ (?:March|April|May|June|July) 2027)", words)
    in_figures = re.findall(r"DT(?:START|END)\S*?:(2027\d{4})", words)
    return {*in_words, *in_figures}


def days_that_may_be_named(edition):
    """The edition's own days in both writings, the day after the Track for its end."""
    days = [
        edition.opens_on, edition.closes_on, edition.track_opens_on, edition.track_closes_on,
        edition.reply_before, edition.last_day, edition.track_closes_on + dt.timedelta(days=1),
    ]  # fmt: skip
    return {printed_date(day, "en").replace("\u00a0", " ") for day in days} | {
        f"{day:%Y%m%d}" for day in days
    }


def released(edition, clock, kind, days=21, **more):
    sessions = [one.pk for one in edition.sessions.all()]
    move = asked(edition, kind, days, sessions=sessions, **more)
    clock.shift(HOURS)
    release_move(move.change, UserFactory(), move.change.mark)
    edition.refresh_from_db()
    clock.shift(HOURS)
    return move


def test_all_four_name_the_same_dates_before_and_after_each_act(edition, clock, client):
    offices = [answered(edition, "Ruritania", segments=["opening"])[0]]
    offices += [answered(edition, "Zenda")[0]]
    track = "11–12 May 2027"

    said = faces(edition, client, offices)
    assert all(named_in(words) <= days_that_may_be_named(edition) for words in said.values())
    assert track in said["pages"].replace("\u00a0", " ")
    assert "31 March 2027" in said["board"].replace("\u00a0", " ")
    assert "20270511" in said["acknowledgements"]

    waiting = asked(edition, "moved", 21)
    edition.refresh_from_db()
    said = faces(edition, client, offices)
    assert all(named_in(words) <= days_that_may_be_named(edition) for words in said.values())
    assert track in said["pages"].replace("\u00a0", " ")
    assert waiting.change.is_waiting

    for kind, days in (("moved", 21), ("postponed", 0), ("moved", 42), ("online", 0)):
        released(edition, clock, kind, days)

        said = faces(edition, client, offices)

        allowed = set() if edition.postponed_at else days_that_may_be_named(edition)
        found = {face: named_in(words) - allowed for face, words in said.items()}
        if edition.postponed_at:
            # What is called off is called off on the day on which it was.
            assert "STATUS:CONFIRMED" not in said["programme"]
            del found["programme"]
        assert not any(found.values()), (kind, found)
        if not edition.postponed_at:
            for face in ("pages", "calendars", "programme", "board", "acknowledgements"):
                assert named_in(said[face]), (kind, face)


def told(invitation):
    """The mails that brought the office's calendar up to date, in order."""
    return list(invitation.letters.filter(kind="calendar", state="approved").order_by("pk"))


def sequences(letter):
    return [int(found) for found in re.findall(r"SEQUENCE:(\d+)", attached(letter))]


@pytest.mark.parametrize("segments", [["opening"], []], ids=["a session", "the days alone"])
def test_calendars_that_were_sent_follow_each_act_with_a_higher_sequence(edition, clock, segments):
    invitation, _letter = answered(edition, "Ruritania", segments=segments)
    wanted = {
        "moved": "20270601",
        "postponed": "CANCELLED",
        "again": "20270622",
        "online": "online",
    }

    highest = 0
    for act, kind, days in (
        ("moved", "moved", 21),
        ("postponed", "postponed", 0),
        ("again", "moved", 21),
        ("online", "online", 0),
    ):
        released(edition, clock, kind, days)
        clock.shift(dt.timedelta(days=7))
        assert update_calendars() == 1, act
        composed_and_sent()
        assert update_calendars() == 0, act

        mail = told(invitation)[-1]
        assert wanted[act] in unfolded(attached(mail)), act
        assert min(sequences(mail)) > highest, act
        highest = max(sequences(mail))


def test_an_office_without_calendar_is_told_by_no_such_mail(edition, clock):
    reached(edition, "Ruritania")
    record_reply(reached(edition, "Zenda"), {"answer": "regrets"})

    released(edition, clock, "moved")
    clock.shift(dt.timedelta(days=7))

    assert update_calendars() == 0
