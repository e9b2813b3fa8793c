"""The hours of the sessions that an office chose, as its acknowledgements bring them."""

import datetime as dt

import icalendar
import pytest

from invitations.letters.composing_queue import compose_planned
from invitations.models import CalendarEntry, Language, Letter, LetterTemplate, SessionHours
from invitations.replies import record_reply
from invitations.tests.factories import HoursFactory
from invitations.tests.reading import message_of
from invitations.tests.reminding import left_by_mail

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)
TITLES = {
    "title_ar": "الجلسة الافتتاحية",
    "title_zh_hans": "开幕会议",
    "title_en": "Opening segment",
    "title_fr": "Segment inaugural",
    "title_ru": "Сегмент открытия",
    "title_es": "Segmento inaugural",
}


@pytest.fixture
def office(reached, approved_texts):
    return reached(edition__website="https://forum.example.org")


@pytest.fixture
def opening(office):
    return HoursFactory(edition=office.edition, **TITLES)


@pytest.fixture
def dialogues(office):
    starts_at = dt.datetime(2027, 5, 12, 7, tzinfo=dt.UTC)
    return HoursFactory(
        edition=office.edition,
        segment="dialogues",
        title="Dialogues",
        starts_at=starts_at,
        ends_at=starts_at + 3 * HOUR,
    )


def acknowledgement(invitation, answer="in_person", *segments, left=True):
    """The composed acknowledgement of an answer, which has left unless told otherwise."""
    reply = record_reply(invitation, {"answer": answer, "segments": list(segments)})
    compose_planned()
    letter = reply.acknowledgements.get()
    return left_by_mail(letter) if left else letter


def calendars_of(letter):
    """Return the calendars of the letter's mail, by method."""
    parts = message_of(letter).iter_attachments()
    calendars = [icalendar.Calendar.from_ical(part.get_content()) for part in parts]
    return {str(calendar["METHOD"]): calendar for calendar in calendars}


def events_of(letter, method="PUBLISH"):
    return {event["UID"]: event for event in calendars_of(letter)[method].events}


def test_each_session_of_the_chosen_segments_has_its_event_and_its_uid(office, opening, dialogues):
    HoursFactory(edition=office.edition, segment="prizes")

    letter = acknowledgement(office, "in_person", "opening", "dialogues")

    symbol = office.edition.symbol
    assert [*events_of(letter)] == [
        f"{symbol}-{office.pk}-{opening.pk}@127.0.0.1",
        f"{symbol}-{office.pk}-{dialogues.pk}@127.0.0.1",
    ]


def test_the_hours_are_those_of_the_session_in_utc(office, opening):
    letter = acknowledgement(office, "in_person", "opening")

    (event,) = events_of(letter).values()
    assert event["DTSTART"].to_ical() == b"20270511T073000Z"
    assert event["DTEND"].to_ical() == b"20270511T083000Z"
    assert event["DTSTART"].dt.astimezone(office.edition.zone).hour == 9
    assert event["LOCATION"] == "Room Popov, Geneva"


def test_in_april_half_past_nine_in_geneva_is_an_hour_of_summer_time(office):
    half_past_nine = dt.datetime(2020, 4, 7, 9, 30, tzinfo=office.edition.zone)
    HoursFactory(
        edition=office.edition, starts_at=half_past_nine, ends_at=half_past_nine + 3 * HOUR
    )

    (event,) = events_of(acknowledgement(office, "in_person", "opening")).values()

    assert event["DTSTART"].to_ical() == b"20200407T073000Z"
    assert event["DTEND"].to_ical() == b"20200407T103000Z"


@pytest.mark.parametrize("segments", [[], ["prizes"]], ids=["none chosen", "its hours unknown"])
def test_where_no_hours_are_known_of_what_was_chosen_the_days_stand(office, opening, segments):
    letter = acknowledgement(office, "in_person", *segments)

    (event,) = events_of(letter).values()
    assert event["DTSTART"].dt == office.edition.track_opens_on


def test_a_session_that_was_called_off_is_in_no_calendar(office, opening, dialogues):
    SessionHours.objects.filter(pk=opening.pk).update(is_called_off=True)

    letter = acknowledgement(office, "in_person", "opening", "dialogues")

    assert [event["SUMMARY"] for event in events_of(letter).values()] == [
        "WSIS Forum 2027: Dialogues"
    ]


def test_the_sequence_rises_for_the_session_whose_hours_moved_alone(office, opening, dialogues):
    acknowledgement(office, "in_person", "opening", "dialogues")
    SessionHours.objects.filter(pk=dialogues.pk).update(ends_at=dialogues.ends_at + HOUR)

    letter = acknowledgement(office, "attends_only", "opening", "dialogues")

    assert [event["SEQUENCE"] for event in events_of(letter).values()] == [0, 1]


def test_a_segment_that_is_not_chosen_any_more_is_cancelled_beside_the_others(
    office, opening, dialogues
):
    before = events_of(acknowledgement(office, "in_person", "opening", "dialogues"))

    letter = acknowledgement(office, "in_person", "opening")

    (stays,), (goes,) = events_of(letter).values(), events_of(letter, "CANCEL").values()
    assert [stays["UID"], goes["UID"]] == [*before]
    assert (stays["SEQUENCE"], stays["STATUS"]) == (0, "CONFIRMED")
    assert (goes["SEQUENCE"], goes["STATUS"]) == (1, "CANCELLED")


def test_regrets_cancel_each_session(office, opening, dialogues):
    before = events_of(acknowledgement(office, "in_person", "opening", "dialogues"))

    letter = acknowledgement(office, "regrets")

    assert [*calendars_of(letter)] == ["CANCEL"]
    assert events_of(letter, "CANCEL").keys() == before.keys()
    assert calendars_of(acknowledgement(office, "video")) == {}


def test_regrets_cancel_nothing_that_nobody_was_sent(office, opening):
    unsent = acknowledgement(office, "in_person", "opening", left=False)

    letter = acknowledgement(office, "regrets")

    unsent.refresh_from_db()
    assert unsent.state == "cancelled"
    assert unsent.events.last().reason == "a later acknowledgement took its place before it left"
    assert calendars_of(letter) == {}


def test_nothing_is_called_back_for_an_acknowledgement_that_cannot_be_composed(office, opening):
    unsent = acknowledgement(office, "in_person", "opening", left=False)
    LetterTemplate.objects.filter(kind="acknowledgement").update(second_approver=None)

    record_reply(office, {"answer": "regrets"})
    compose_planned()

    unsent.refresh_from_db()
    assert unsent.state == "approved"


@pytest.mark.parametrize("state", ["uncertain", "bounced"])
def test_what_may_have_left_is_cancelled_in_calendars(office, opening, state):
    first = acknowledgement(office, "in_person", "opening", left=False)
    first.deliveries.update(state=state)

    letter = acknowledgement(office, "regrets")

    assert [*calendars_of(letter)] == ["CANCEL"]


def test_hours_that_become_known_take_the_place_of_the_days(office):
    (days,) = events_of(acknowledgement(office, "in_person", "opening"))
    HoursFactory(edition=office.edition)

    letter = acknowledgement(office, "attends_only", "opening")

    assert [*events_of(letter, "CANCEL")] == [days]
    assert days not in events_of(letter)


def test_no_calendar_confirms_a_reply_that_stands_no_more(office, opening):
    earlier = record_reply(office, {"answer": "in_person", "segments": ["opening"]})
    record_reply(office, {"answer": "regrets"})

    compose_planned()

    assert earlier.acknowledgements.get().state == "cancelled"
    assert not CalendarEntry.objects.exists()


def test_what_each_letter_said_is_on_file(office, opening):
    first = acknowledgement(office, "in_person", "opening")
    second = acknowledgement(office, "regrets")

    told = CalendarEntry.objects.order_by("pk").values_list(
        "letter", "session", "sequence", "is_cancelled"
    )
    assert [*told] == [
        (first.pk, opening.pk, 0, False),
        (second.pk, opening.pk, 1, True),
    ]


def test_a_letter_that_was_called_back_has_told_nothing_and_its_number_is_not_used_again(
    office, opening
):
    acknowledgement(office, "in_person", "opening")
    gone = acknowledgement(office, "regrets")
    Letter.objects.filter(pk=gone.pk).update(state="cancelled")

    letter = acknowledgement(office, "video")

    (event,) = events_of(letter, "CANCEL").values()
    assert event["SEQUENCE"] == 2


def test_a_title_put_right_in_another_language_is_no_change(office, opening):
    acknowledgement(office, "in_person", "opening")
    SessionHours.objects.filter(pk=opening.pk).update(title_fr="Séance d’ouverture")

    letter = acknowledgement(office, "attends_only", "opening")

    assert [event["SEQUENCE"] for event in events_of(letter).values()] == [0]


@pytest.mark.parametrize("language", Language.values)
def test_each_language_has_a_calendar_as_the_standard_asks(office, opening, language):
    office.letters.update(language=language)

    letter = acknowledgement(office, "in_person", "opening")

    (part,) = message_of(letter).iter_attachments()
    content = part.get_payload(decode=True)
    calendar = icalendar.Calendar.from_ical(content)
    (event,) = calendar.events
    assert calendar.errors == event.errors == []
    assert max(map(len, content.split(b"\r\n"))) <= 75
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert TITLES[f"title_{language.replace('-', '_')}"] in event["SUMMARY"]
    assert event["SUMMARY"].params["LANGUAGE"] == language
    assert {"UID", "DTSTAMP", "DTSTART", "DTEND", "SEQUENCE", "ORGANIZER", "TRANSP"} <= {*event}
    assert event["LAST-MODIFIED"].to_ical().endswith(b"Z")


@pytest.mark.parametrize("language", Language.values)
def test_a_cancellation_is_as_the_standard_asks_in_each_language(office, opening, language):
    office.letters.update(language=language)
    (told,) = events_of(acknowledgement(office, "in_person", "opening"))

    letter = acknowledgement(office, "regrets")

    (part,) = message_of(letter).iter_attachments()
    (event,) = calendars_of(letter)["CANCEL"].events
    assert part["Content-Type"].params["method"] == "CANCEL"
    assert event.errors == []
    assert event["UID"] == told
    assert event["SUMMARY"].params["LANGUAGE"] == language
    assert {"DTSTAMP", "DTSTART", "SEQUENCE", "ORGANIZER"} <= {*event}


@pytest.mark.parametrize("language", Language.values)
def test_the_description_names_the_public_page_and_never_the_offices_own(office, opening, language):
    office.letters.update(language=language)

    letter = acknowledgement(office, "in_person", "opening")

    (part,) = message_of(letter).iter_attachments()
    (event,) = icalendar.Calendar.from_ical(part.get_content()).events
    assert event["DESCRIPTION"].endswith("https://forum.example.org")
    link = office.links.get()
    for secret in (link.token, link.code, "/r/"):
        assert secret not in str(part.get_content())
