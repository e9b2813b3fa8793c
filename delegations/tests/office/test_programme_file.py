"""The public calendar of the programme, with UIDs of its own."""

import datetime as dt

import icalendar
import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from delegations.tests.offices import browser, coming, page_of
from invitations.models import ForumEdition, HeldChange, Language, SessionHours
from invitations.outbox.release import release_change
from invitations.tests.factories import AnnouncedEditionFactory, HoursFactory, UserFactory

pytestmark = pytest.mark.django_db

FILE = "/programme/wsis-2027.ics"


@pytest.fixture
def edition():
    return AnnouncedEditionFactory(
        symbol="wsis-2027",
        website="https://forum.example.org",
        speakers_published_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    )


@pytest.fixture
def sessions(edition):
    return [
        HoursFactory(edition=edition, title_fr="Segment inaugural", title_ar="الجلسة الافتتاحية"),
        HoursFactory(edition=edition, segment="prizes", title="Prizes", is_called_off=True),
    ]


def calendar_at(client, language="en"):
    response = client.get(FILE, headers={"Accept-Language": language})
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    return icalendar.Calendar.from_ical(response.content)


def test_everybody_can_have_the_sessions_that_two_people_approved(client, sessions):
    calendar = calendar_at(client)

    assert calendar["METHOD"] == "PUBLISH"
    assert [str(event["STATUS"]) for event in calendar.events] == ["CONFIRMED", "CANCELLED"]
    opening, _prizes = calendar.events
    assert opening["DTSTART"].to_ical() == b"20270511T073000Z"
    assert opening["URL"] == "https://forum.example.org"


def test_there_is_no_file_before_a_session_is_approved(client, edition):
    assert client.get(FILE).status_code == 404
    assert client.get("/programme/nowhere.ics").status_code == 404


def test_its_uids_are_others_than_those_of_offices(client, sessions):
    invitation = coming("Ruritania", edition=sessions[0].edition)
    invitation.replies.update(segments=["opening"])

    own = icalendar.Calendar.from_ical(
        browser(invitation).get(page_of(invitation, "track")).content
    )
    public = calendar_at(client)

    uids = {str(event["UID"]) for event in (*own.events, *public.events)}
    assert len(uids) == len(own.events) + len(public.events) == 3


def test_its_sequence_is_that_of_the_publication(client, sessions):
    SessionHours.objects.filter(segment="opening").update(sequence=4)

    assert calendar_at(client).events[0]["SEQUENCE"] == 4


def test_another_place_raises_each_sequence_once_a_second_person_released_it(client, sessions):
    coming("Ruritania", edition=sessions[0].edition)
    edition = ForumEdition.objects.get()
    edition.place_en = "Palexpo, Geneva"
    edition.save()
    before = calendar_at(client).events[0]

    change = HeldChange.objects.waiting().of(edition).get()
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=1)):
        release_change(change, UserFactory(), change.mark)

    after = calendar_at(client).events[0]
    assert [event["SEQUENCE"] for event in (before, after)] == [0, 1]
    assert before["LOCATION"] == "Room Popov, Geneva"
    assert after["LOCATION"] == "Room Popov, Palexpo, Geneva"
    assert after["LAST-MODIFIED"].dt > before["LAST-MODIFIED"].dt


@pytest.mark.parametrize("language", Language.values)
def test_the_file_is_in_the_visitor_s_language_as_the_standard_asks(client, sessions, language):
    response = client.get(FILE, headers={"Accept-Language": language})

    calendar = icalendar.Calendar.from_ical(response.content)
    assert max(map(len, response.content.split(b"\r\n"))) <= 75
    for event in calendar.events:
        assert event.errors == []
        assert event["SUMMARY"].params["LANGUAGE"] == language
        assert {"UID", "DTSTAMP", "DTSTART", "DTEND", "SEQUENCE", "ORGANIZER"} <= {*event}


def test_the_file_is_kept_from_shared_caches_as_the_pages_are(client, sessions):
    page, file = client.get("/speakers/wsis-2027/"), client.get(FILE)

    assert file["Cache-Control"] == page["Cache-Control"]
    assert "Accept-Language" in file["Vary"]


@pytest.mark.parametrize("page", ["/", "/speakers/wsis-2027/"])
def test_the_public_pages_lead_to_the_file_once_there_is_one(client, edition, page):
    link = f'href="{reverse("office:programme", args=["wsis-2027"])}"'
    assert link not in client.get(page).content.decode()

    HoursFactory(edition=edition)

    assert link in client.get(page).content.decode()


def test_the_file_of_several_sessions_takes_as_many_queries_as_of_one(
    client, edition, django_assert_num_queries
):
    for number in (1, 3):
        while SessionHours.objects.count() < number:
            HoursFactory(edition=edition)
        with django_assert_num_queries(5):
            client.get(FILE)
