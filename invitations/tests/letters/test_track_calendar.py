"""The days of those who come, as calendars read them (RFC 5545), and their cancellation."""

import datetime as dt

import icalendar
import pytest

from invitations.letters.composing_queue import compose_planned
from invitations.models import Language
from invitations.replies import record_reply
from invitations.tests.reading import message_of
from invitations.tests.reminding import left_by_mail

pytestmark = pytest.mark.django_db

SUMMARIES = {
    "ar": "الجزء الرفيع المستوى",
    "zh-hans": "高级别会议",
    "en": "High-Level Track",
    "fr": "Partie de haut niveau",
    "ru": "Сегмент высокого уровня",
    "es": "Serie de sesiones de alto nivel",
}


def answered(invitation, answer):
    """Record the answer; return the attachments of its acknowledgement, which has left."""
    reply = record_reply(invitation, {"answer": answer})
    compose_planned()
    letter = left_by_mail(reply.acknowledgements.get())
    return list(message_of(letter).iter_attachments())


def calendar_in(part):
    return icalendar.Calendar.from_ical(part.get_content())


def event_in(part):
    (event,) = calendar_in(part).events
    return event


@pytest.fixture
def office(reached, approved_texts):
    return reached(edition__website="https://forum.example.org")


@pytest.mark.parametrize(
    ("answer", "attached"),
    [("in_person", 1), ("attends_only", 1), ("video", 0), ("regrets", 0), ("holding", 0)],
)
def test_those_who_come_get_the_days_of_the_track_as_a_calendar(acknowledged, answer, attached):
    (letter,) = acknowledged({"answer": answer}).values()

    parts = list(message_of(letter).iter_attachments())

    assert [part.get_content_type() for part in parts] == ["text/calendar"] * attached


def test_the_calendar_is_published_and_names_the_days_of_the_track(acknowledged):
    letter = acknowledged({"answer": "in_person"})["answer"]

    (part,) = message_of(letter).iter_attachments()
    calendar = icalendar.Calendar.from_ical(part.get_content())
    (event,) = calendar.events

    assert part["Content-Type"].params["method"] == "PUBLISH"
    assert calendar["METHOD"] == "PUBLISH"
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (
        dt.date(2027, 5, 11),
        dt.date(2027, 5, 13),
    )
    assert "ATTENDEE" not in event
    assert letter.invitation.links.get().token not in part.get_content()


def test_the_calendar_of_a_french_acknowledgement_is_french(reached, approved_texts):
    invitation = reached(edition__name_fr="Forum du SMSI 2027")
    invitation.letters.update(language="fr")
    reply = record_reply(invitation, {"answer": "in_person"})

    compose_planned()

    (part,) = message_of(reply.acknowledgements.get()).iter_attachments()
    (event,) = icalendar.Calendar.from_ical(part.get_content()).events
    assert event["SUMMARY"].startswith("Forum du SMSI 2027")


@pytest.mark.parametrize("language", Language.values)
def test_the_summary_is_in_the_language_of_the_letter(office, language):
    office.letters.update(language=language)

    (part,) = answered(office, "in_person")

    event = event_in(part)
    assert SUMMARIES[language] in event["SUMMARY"]
    assert event["SUMMARY"].params["LANGUAGE"] == language


def test_the_event_names_whom_to_write_to_and_the_public_page_alone(office):
    (part,) = answered(office, "in_person")

    event, edition = event_in(part), office.edition
    assert event["ORGANIZER"] == f"mailto:{edition.contact_email}"
    assert event["ORGANIZER"].params["CN"] == edition.contact_name
    assert event["DESCRIPTION"].endswith("https://forum.example.org")
    assert event["URL"] == "https://forum.example.org"
    assert event["TRANSP"] == "OPAQUE"
    link = office.links.get()
    for secret in (link.token, link.code, "/r/"):
        assert secret not in part.get_content()


def test_whom_to_write_to_stands_in_signs_that_each_calendar_reads(reached, approved_texts):
    office = reached(
        edition__contact_email="forum@bücher.example.org",
        edition__contact_name='Rudolf "Rudi" Sapt, Count; of: Hentzau',
    )

    (part,) = answered(office, "in_person")

    organizer = event_in(part)["ORGANIZER"]
    assert organizer == "mailto:forum@xn--bcher-kva.example.org"
    assert organizer.params["CN"] == office.edition.contact_name


def test_an_answer_that_still_brings_somebody_leaves_the_event_as_it_is(office):
    (first,) = answered(office, "in_person")
    (second,) = answered(office, "attends_only")

    before, after = event_in(first), event_in(second)

    assert before["UID"] == after["UID"]
    assert (before["SEQUENCE"], after["SEQUENCE"]) == (0, 0)
    assert after["LAST-MODIFIED"].dt >= before["LAST-MODIFIED"].dt
    assert after["STATUS"] == "CONFIRMED"


def test_regrets_after_an_answer_that_brought_somebody_cancel_the_event(office):
    (before,) = answered(office, "in_person")
    (part,) = answered(office, "regrets")

    calendar, event = calendar_in(part), event_in(part)

    assert part["Content-Type"].params["method"] == "CANCEL"
    assert calendar["METHOD"] == "CANCEL"
    assert event["STATUS"] == "CANCELLED"
    assert event["UID"] == event_in(before)["UID"]
    assert event["SEQUENCE"] == 1


def test_what_was_cancelled_is_not_cancelled_again(office):
    answered(office, "in_person")
    answered(office, "regrets")

    assert answered(office, "video") == []


def test_who_comes_after_all_gets_the_days_again(office):
    answered(office, "in_person")
    answered(office, "regrets")
    (part,) = answered(office, "in_person")

    assert (event_in(part)["STATUS"], event_in(part)["SEQUENCE"]) == ("CONFIRMED", 2)


def test_two_offices_have_an_event_each(reached, approved_texts):
    one = reached()
    other = reached(edition=one.edition)

    uids = {event_in(answered(office, "in_person")[0])["UID"] for office in (one, other)}

    assert len(uids) == 2


def test_each_calendar_has_what_the_standard_requires(office):
    parts = [*answered(office, "in_person"), *answered(office, "regrets")]

    for part in parts:
        content = part.get_payload(decode=True)
        calendar = icalendar.Calendar.from_ical(content)
        (event,) = calendar.events
        assert {"PRODID", "VERSION", "METHOD"} <= {*calendar}
        assert {"UID", "DTSTAMP", "DTSTART", "ORGANIZER", "SEQUENCE", "STATUS"} <= {*event}
        assert calendar.errors == event.errors == []
        assert max(len(line) for line in content.split(b"\r\n")) <= 75
        assert b"\n" not in content.replace(b"\r\n", b"")
        assert event["DTSTART"].params["VALUE"] == "DATE"
        for stamp in ("DTSTAMP", "LAST-MODIFIED"):
            assert event[stamp].to_ical().endswith(b"Z")
