"""An office sees on its own page where and when its State speaks, once the list is public."""

import datetime as dt

import pytest
import time_machine

from delegations.models import PolicyStatement, SpeakingSlot
from delegations.tests.offices import browser, page_of, text
from delegations.tests.places import session_of, speaking
from invitations.tests.factories import EditionFactory

pytestmark = pytest.mark.django_db

OPENS = dt.datetime(2027, 5, 11, 8, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def on_the_eve():
    with time_machine.travel("2027-05-10T09:00Z", tick=False):
        yield


@pytest.fixture
def session():
    """A session at ten in Geneva, in which Ruritania speaks after another State."""
    edition = EditionFactory(speakers_published_at=OPENS - dt.timedelta(days=3))
    session = session_of(
        edition, starts_at=OPENS, ends_at=OPENS + dt.timedelta(hours=1), room="Room A"
    )
    for place, name in enumerate(("Strelsau", "Ruritania"), start=1):
        delegation = speaking(edition, name)
        PolicyStatement.objects.create(delegation=delegation, speaker_name="Sapt")
        SpeakingSlot.objects.create(session=session, delegation=delegation, position=place)
    return session


def pages_of(session, name="Ruritania"):
    invitation = session.edition.invitations.get(member_state__short_name_en=name)
    client = browser(invitation)
    return [text(client.get(page_of(invitation, page))) for page in ("answer", "statement")]


def test_the_office_reads_number_session_room_and_hour(session):
    for page in pages_of(session):
        assert "On the list of speakers" in page
        assert "<dt>Number on the list</dt><dd><bdi>2 of 2</bdi>" in page
        assert "Tuesday 11 May 2027, 10:00–11:00 (Geneva time)" in page
        assert "<bdi>Room A</bdi>" in page
        assert "11 May 2027, 10:03 (Geneva time)" in page


def test_the_hour_follows_the_room(session):
    ended = OPENS + dt.timedelta(minutes=25)
    SpeakingSlot.objects.filter(position=1).update(heard_at=ended)

    with time_machine.travel(ended, tick=False):
        page, _statement = pages_of(session)

    assert "11 May 2027, 10:25 (Geneva time)" in page


def test_once_heard_no_hour_is_told(session):
    SpeakingSlot.objects.update(heard_at=OPENS)

    page, _statement = pages_of(session)

    assert "<dt>Statement</dt><dd><bdi>delivered</bdi>" in page
    assert "Takes the floor" not in page


def test_after_its_day_no_office_is_told_that_it_takes_the_floor(session):
    SpeakingSlot.objects.filter(position=1).update(heard_at=OPENS)

    with time_machine.travel(OPENS + dt.timedelta(days=1), tick=False):
        page, _statement = pages_of(session)

    assert "<dt>Number on the list</dt><dd><bdi>2 of 2</bdi>" in page
    assert "Takes the floor" not in page
    assert "delivered" not in page


@pytest.mark.parametrize("published_at", [None, OPENS])
def test_nothing_is_told_before_the_list_is_public(session, published_at):
    session.edition.speakers_published_at = published_at
    session.edition.save()

    for page in pages_of(session):
        assert "On the list of speakers" not in page
