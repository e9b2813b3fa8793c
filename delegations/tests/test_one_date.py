"""An acknowledgement, the office's page, a calendar and the board never name different dates."""

import datetime as dt
import re

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from delegations.date_change import release_move
from delegations.models import HighLevelSession
from delegations.succession import release_hand_over
from delegations.tests.offices import browser, invited, page_of, text
from invitations.letters.approval import approve_letter
from invitations.letters.composing_queue import compose_planned
from invitations.letters.issuing import withdraw_invitation
from invitations.models import DateChange, Delivery, Invitation, Letter, LetterTemplate
from invitations.outbox.corrections.addresses import correct_address
from invitations.outbox.corrections.replacing import replace_letters
from invitations.outbox.date_change.proposal import take_back_move
from invitations.outbox.date_change.reconfirmations import confirm_answer
from invitations.outbox.release import release_change
from invitations.reminders.calendar_updates import update_calendars
from invitations.replies import record_reply
from invitations.tests.corrections import BECAUSE, asked_for
from invitations.tests.factories import (
    CircularFactory,
    DeliveryFactory,
    EditionFactory,
    HoursFactory,
    UserFactory,
)
from invitations.tests.moving import asked
from invitations.tests.reading import message_of
from invitations.text.dates import format_date

pytestmark = [pytest.mark.walk, pytest.mark.django_db]

# A Monday, so long before that no day on which something is said is one of the edition's months.
NOON = dt.datetime(2026, 8, 3, 12, tzinfo=dt.UTC)
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
        edition.track_closes_on + dt.timedelta(days=1),
    ]  # fmt: skip
    days += [edition.reply_before, edition.last_day] if edition.has_last_day else []
    return {format_date(day, "en").replace("\u00a0", " ") for day in days} | {
        f"{day:%Y%m%d}" for day in days
    }


def released(edition, clock, kind, days=21, **more):
    move = asked(edition, kind, days, sessions=sessions_of(edition), **more)
    clock.shift(HOURS)
    release_move(move.change, UserFactory(), move.change.mark)
    edition.refresh_from_db()
    clock.shift(HOURS)
    return move


def offices_of(edition):
    """A speaker of a session, one who comes for the days alone, and one who travels."""
    return [
        answered(edition, "Ruritania", segments=["opening"])[0],
        answered(edition, "Zenda")[0],
        answered(edition, "Strelsau", answer="in_person")[0],
    ]


def told_by_mail(edition, clock, days):
    """What the mails say that bring calendars up to date so many days after the last act."""
    known = set(edition_letters(edition).values_list("pk", flat=True))
    clock.shift(dt.timedelta(days=days))
    update_calendars()
    composed_and_sent()
    new = edition_letters(edition).filter(state="approved").exclude(pk__in=known)
    return unfolded("\n".join(map(said_by, new)))


def let_go(edition, offices):
    """Those who were acknowledged at an earlier look have had their mail: let them come no more."""
    earlier = edition.invitations.exclude(pk__in=[office.pk for office in offices])
    earlier.update(status="withdrawn")


def edition_letters(edition):
    return Letter.objects.filter(kind="calendar", invitation__edition=edition)


def assert_one_date(edition, clock, client, offices, act, days=7):  # noqa: PLR0913 -- what is there
    """Each face names days, and no others than those in force; none while it is postponed."""
    edition.refresh_from_db()
    mails = told_by_mail(edition, clock, days)
    if days:
        let_go(edition, offices)
    said = faces(edition, client, offices)
    if edition.postponed_at:
        # What is called off is called off on the day on which it was.
        assert "STATUS:CONFIRMED" not in said.pop("programme") + mails
        assert not any(map(named_in, said.values())), (act, said)
        return
    assert not named_in(mails) - days_that_may_be_named(edition), act
    others = {
        face: named_in(words) - days_that_may_be_named(edition) for face, words in said.items()
    }
    assert not any(others.values()), (act, others)
    if edition.has_last_day:
        assert format_date(edition.last_day, "en") in said["board"], act
    else:
        # It is the only day that the board names.
        said.pop("board")
    assert all(map(named_in, said.values())), act
    assert f"{edition.track_opens_on:%Y%m%d}" in said["calendars"], act


# Each kind once taken back, then released; what was moved is moved again, and back.
TAKEN_BACK, RELEASED = take_back_move, release_move
MOVES = [
    ("moved", 21, TAKEN_BACK),
    ("moved", 21, RELEASED),
    ("moved", 21, RELEASED),
    ("moved", -42, RELEASED),
    ("postponed", 0, TAKEN_BACK),
    ("postponed", 0, RELEASED),
    ("moved", 0, RELEASED),
    ("online", 0, TAKEN_BACK),
    ("online", 0, RELEASED),
    # The last day of before holds again; nothing else moves.
    ("moved", 0, RELEASED),
    ("in_person", 0, TAKEN_BACK),
    ("in_person", 0, RELEASED),
    ("online", 21, RELEASED),
    ("postponed", 0, RELEASED),
    ("in_person", 21, RELEASED),
]


def reconfirmed(offices):
    """The last of them says that it still comes, on the dates of now."""
    office = offices[-1]
    move = DateChange.objects.last_of(office.edition_id)
    confirm_answer(office, str(office.replies.standing().get().pk), str(move.pk))


def letter_replaced(offices):
    office = offices[1]
    circular = CircularFactory(edition=office.edition, kind="replacement", changes="A name.")
    one = Invitation.objects.filter(pk=office.pk)
    replace_letters(circular, one, UserFactory(), BECAUSE)
    approved(office, kind="replacement")


def address_corrected(offices):
    """That letter came back, and goes to another address once a second person has released it."""
    came_back = Delivery.objects.filter(letter__invitation=offices[1], letter__kind="replacement")
    came_back.update(state="bounced")
    [change] = correct_address(came_back.get(), UserFactory(), "right@example.org", BECAUSE)
    release_change(change, UserFactory(), change.mark)
    assert came_back.filter(address="right@example.org").exists()
    composed_and_sent()


def handed_over(offices):
    """The successor's office has the answer that was given, and a letter of its own."""
    change = asked_for(offices[0], reply="carry")
    release_hand_over(change, UserFactory(), change.mark)
    offices[0] = Invitation.objects.get(minister=change.after["minister"])
    approved(offices[0], kind="invitation")


def approved(office, **fields):
    compose_planned()
    letter = office.letters.get(state="composed", **fields)
    approve_letter(letter, UserFactory(), letter.sha256, letter.message_sha256, although_late=True)
    assert not named_in(said_by(letter)) - days_that_may_be_named(office.edition)
    composed_and_sent()


def withdrawn(offices):
    withdraw_invitation(offices.pop(1), UserFactory(), BECAUSE)


MENDED = [reconfirmed, letter_replaced, address_corrected, handed_over, withdrawn]


def test_all_name_the_same_dates_after_each_act(edition, clock, client):
    offices = offices_of(edition)
    assert_one_date(edition, clock, client, offices, "at first")

    for kind, days, decided in MOVES:
        move = asked(edition, kind, days, sessions=sessions_of(edition))
        assert update_calendars() == 0
        if decided is TAKEN_BACK:
            assert_one_date(edition, clock, client, offices, f"{kind} asked", days=0)
        decided(move.change, UserFactory(), move.change.mark)
        clock.shift(HOURS)
        assert_one_date(edition, clock, client, offices, f"{kind}, {decided.__name__}")

    for act in MENDED:
        act(offices)
        clock.shift(HOURS)
        assert_one_date(edition, clock, client, offices, act.__name__)


def sessions_of(edition):
    return [one.pk for one in edition.sessions.all()]


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
        "back": "Geneva",
        "at first": "20270511",
    }

    highest = 0
    for act, kind, days in (
        ("moved", "moved", 21),
        ("postponed", "postponed", 0),
        ("again", "moved", 21),
        ("online", "online", 0),
        ("back", "in_person", 0),
        ("at first", "moved", -42),
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
