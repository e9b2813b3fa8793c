"""Mails to offices whose calendar has changed: to whom and when, and which are overtaken."""

import datetime as dt

import icalendar
import pytest
import time_machine
from django.core.management import call_command

from invitations.letters.composing_queue import compose_planned
from invitations.models import (
    CalendarEntry,
    Delivery,
    HeldChange,
    JobRun,
    Language,
    Letter,
    LetterTemplate,
    SessionHours,
)
from invitations.outbox.dispatch import dispatch_outbox
from invitations.outbox.release import release_change
from invitations.reminders.calendar_updates import update_calendars
from invitations.replies import record_reply, settle_contested
from invitations.tests.factories import HoursFactory, UserFactory
from invitations.tests.hours import HOUR, MONDAY, events_in, mails, move
from invitations.tests.reading import message_of, text_of
from invitations.tests.reminding import geneva, left_by_mail, own_calendar

pytestmark = pytest.mark.django_db

NEXT_SUNDAY = geneva(14)


@pytest.fixture
def clock():
    with time_machine.travel(MONDAY, tick=False) as clock:
        yield clock


@pytest.fixture
def edition(clock, approved_texts, edition):
    """The opening and the dialogues were approved a week ago."""
    published = {"edition": edition, "published_at": geneva(1)}
    HoursFactory(**published)
    HoursFactory(**published, segment="dialogues", title="Dialogues", room="Room Ada")
    return edition


@pytest.fixture
def coming(edition, reached):
    """Make an office that comes to these segments and was told its calendar."""

    def make(*segments, **fields):
        invitation = reached(edition=edition, **fields)
        said = {"answer": "in_person", "segments": list(segments or ["opening"])}
        record_reply(invitation, said)
        compose_planned()
        left_by_mail(invitation.letters.get(kind="acknowledgement"))
        return invitation

    return make


def acknowledged(invitation):
    return Delivery.objects.filter(letter__invitation=invitation, letter__kind="acknowledgement")


def told(clock, at=MONDAY + HOUR):
    """Go to the hour, plan and compose; return the number of calendar mails planned."""
    clock.move_to(at)
    planned = update_calendars()
    compose_planned()
    return planned


# Who is told


def test_an_office_is_told_once_of_hours_that_moved(clock, coming):
    invitation = coming("opening", "dialogues")
    move("opening")

    assert [told(clock), told(clock), told(clock, MONDAY + 100 * HOUR)] == [1, 0, 0]

    letter = mails(invitation).get()
    assert events_in(letter) == [("PUBLISH", "Dialogues", 0), ("PUBLISH", "Opening segment", 1)]
    assert "Tuesday 11 May 2027, 10:30–11:30 (Geneva time), Room Popov" in text_of(letter)
    assert "Dialogues:" not in text_of(letter)


def test_what_moved_is_told_apart_from_what_is_new(clock, edition, coming):
    invitation = coming("opening", "dialogues", "prizes")
    move("opening")
    HoursFactory(edition=edition, segment="prizes", title="Prizes")

    told(clock)

    lines = text_of(mails(invitation).get()).splitlines()
    [moved] = [line for line in lines if line.startswith("Opening segment:")]
    [new] = [line for line in lines if line.startswith("Prizes:")]
    assert moved.endswith(" (in place of what was announced earlier)")
    assert "announced earlier" not in new


def test_no_office_is_told_while_its_acknowledgement_waits_for_a_slow_server(clock, coming):
    invitation = coming("opening")
    acknowledged(invitation).update(state="deferred", attempts=1)
    move("opening")

    before = told(clock)
    acknowledged(invitation).update(state="handed_over")

    assert [before, told(clock, MONDAY + 2 * HOUR)] == [0, 1]


def release_of(edition, **fields):
    """Give the edition other words; return what lets a second person release them."""
    for name, value in fields.items():
        setattr(edition, name, value)
    edition.save()

    def release():
        for change in HeldChange.objects.waiting().of(edition):
            release_change(change, UserFactory(), change.mark)

    return release


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"place_en": "Palexpo, Geneva"}, "Room Popov, Palexpo, Geneva"),
        ({"name_en": "WSIS+20 Forum 2027"}, "WSIS+20 Forum 2027"),
    ],
)
def test_another_place_or_name_of_the_edition_is_told_once_it_is_released(
    clock, edition, coming, fields, says
):
    invitation = coming("opening", "dialogues")
    release = release_of(edition, **fields)
    assert [told(clock), invitation.letters.filter(kind="calendar").count()] == [0, 0]
    release()

    assert [told(clock, MONDAY + 2 * HOUR), told(clock, MONDAY + 4 * HOUR)] == [1, 0]

    letter = mails(invitation).get()
    assert [sequence for *_event, sequence in events_in(letter)] == [1, 1]
    assert says in text_of(letter)


def test_another_room_or_title_of_a_session_is_told(clock, coming):
    invitation = coming("opening")
    move(by=0 * HOUR, room="Room Ada", title_en="Opening of the Forum")

    assert told(clock) == 1

    letter = mails(invitation).get()
    assert events_in(letter) == [("PUBLISH", "Opening of the Forum", 1)]
    assert "Opening of the Forum: Tuesday 11 May 2027" in text_of(letter)


def test_for_another_website_nobody_is_written_to(clock, edition, coming):
    coming()
    release_of(edition, website="https://forum.example.org/2027")()

    assert told(clock, MONDAY + 2 * HOUR) == 0


def test_who_did_not_choose_the_session_is_told_nothing(clock, coming):
    coming("dialogues")
    move("opening")

    assert told(clock) == 0


def test_nobody_is_told_that_nothing_has_changed(clock, coming):
    coming()
    move(by=0 * HOUR, title_fr="Séance d’ouverture", sequence=1)

    assert told(clock) == 0


def test_a_session_that_was_called_off_is_cancelled(clock, coming):
    invitation = coming("opening", "dialogues")
    move("opening", is_called_off=True)

    told(clock)

    letter = mails(invitation).get()
    assert ("CANCEL", "Opening segment", 1) in events_in(letter)
    assert "Opening segment: called off" in text_of(letter)


def test_who_answered_before_there_were_hours_gets_them_in_place_of_the_days(
    clock, edition, coming
):
    move("opening", is_called_off=True, at=geneva(1))
    invitation = coming("opening")
    move("opening", by=0 * HOUR, is_called_off=False)

    told(clock)

    assert events_in(mails(invitation).get()) == [
        ("PUBLISH", "Opening segment", 0),
        ("CANCEL", "High-Level Track", 1),
    ]


def test_a_reply_that_staff_let_stand_takes_the_sessions_out(clock, coming):
    invitation = coming()
    contested = record_reply(invitation, {"answer": "regrets"}, channel="fax", by=UserFactory())
    settle_contested(contested, UserFactory(), "The note verbale says so.", stands=True)

    told(clock)
    compose_planned()

    letter = invitation.letters.get(kind="acknowledgement", variant="answer", reply=contested)
    assert events_in(letter) == [("CANCEL", "Opening segment", 1)]
    assert update_calendars() == 0


def test_an_office_whose_acknowledgement_is_not_composed_yet_gets_the_calendar_with_it(
    clock, coming
):
    invitation = coming()
    move()
    record_reply(invitation, {"answer": "attends_only", "segments": ["opening"]})

    clock.move_to(MONDAY + HOUR)
    assert update_calendars() == 0
    compose_planned()

    letter = invitation.letters.filter(kind="acknowledgement").latest("pk")
    assert events_in(letter) == [("PUBLISH", "Opening segment", 1)]
    assert update_calendars() == 0


def test_the_cancellation_after_regrets_comes_with_their_acknowledgement(clock, coming):
    invitation = coming()
    record_reply(invitation, {"answer": "regrets"})

    assert told(clock) == 0

    letter = invitation.letters.filter(kind="acknowledgement").latest("pk")
    assert events_in(letter) == [("CANCEL", "Opening segment", 1)]


def test_a_withdrawn_invitation_is_told_nothing(clock, coming):
    invitation = coming()
    invitation.status = "withdrawn"
    invitation.withdrawn_at = MONDAY
    invitation.save()
    move()

    assert told(clock) == 0


def test_an_office_with_a_signed_original_is_told_what_it_asked_online(clock, coming):
    by_fax, online = coming(), coming()
    Letter.objects.filter(kind="invitation").update(by_original=True, message_sha256="", sha256="0")
    by_fax.replies.update(channel="fax")
    move()

    told(clock)

    assert (mails(by_fax).count(), mails(online).count()) == (0, 1)


def test_without_approved_sessions_nothing_is_planned(clock, edition, reached):
    SessionHours.objects.all().delete()
    record_reply(reached(edition=edition), {"answer": "in_person"})
    compose_planned()
    edition.track_closes_on += dt.timedelta(days=1)
    edition.save()

    assert told(clock) == 0


# When


def test_one_mail_tells_of_all_sessions_that_are_approved_one_after_the_other(clock, coming):
    invitation = coming("opening", "dialogues")
    move("opening")
    assert told(clock, MONDAY + HOUR / 2) == 0
    move("dialogues", at=MONDAY + HOUR / 2)
    assert told(clock) == 0

    assert told(clock, MONDAY + 2 * HOUR) == 1

    assert [sequence for *_event, sequence in events_in(mails(invitation).get())] == [1, 1]


def test_on_a_quiet_day_nobody_is_told(clock, coming):
    coming()
    move(at=geneva(13))

    assert told(clock, NEXT_SUNDAY) == 0
    assert told(clock, NEXT_SUNDAY + 24 * HOUR) == 1


@pytest.mark.parametrize(
    ("state", "on_friday_and_sunday"),
    [(("ZZ", ""), [1, 0]), (("EG", "Africa/Cairo"), [0, 1]), (("FR", "Europe/Paris"), [1, 0])],
)
def test_a_state_with_a_calendar_of_its_own_is_told_on_its_working_days(
    clock, edition, reached, state, on_friday_and_sunday
):
    invitation = own_calendar(reached, edition, *state)
    record_reply(invitation, {"answer": "in_person", "segments": ["opening"]})
    compose_planned()
    left_by_mail(invitation.letters.get(kind="acknowledgement"))
    move(at=geneva(12, hour=5))

    assert [told(clock, day) for day in (geneva(12), NEXT_SUNDAY)] == on_friday_and_sunday


def test_what_did_not_leave_before_a_quiet_day_leaves_after_it(clock, coming, peer):
    invitation = coming()
    dispatch_outbox()
    before = len(peer.taken)
    move(at=geneva(12, hour=20))
    told(clock, geneva(12, hour=23))

    clock.move_to(geneva(13))
    dispatch_outbox()
    assert (len(peer.taken), mails(invitation).count()) == (before, 0)
    assert told(clock, geneva(13, hour=10)) == 0

    assert told(clock, NEXT_SUNDAY + 24 * HOUR) == 1


def test_near_the_track_a_change_is_told_on_a_quiet_day_after_an_hour(clock, coming):
    coming()
    sunday = geneva(9, month=5)
    move(at=sunday - HOUR)

    assert told(clock, sunday - HOUR / 2) == 0
    assert told(clock, sunday) == 1


def test_from_the_day_before_the_track_on_a_change_is_told_after_ten_minutes(clock, coming):
    coming()
    monday = geneva(10, month=5)
    move(at=monday)

    assert told(clock, monday + HOUR / 10) == 0
    assert told(clock, monday + HOUR / 6) == 1


def test_no_two_mails_leave_within_three_days(clock, coming, peer):
    coming()
    move()
    told(clock)
    dispatch_outbox()
    move(at=MONDAY + 24 * HOUR)

    assert told(clock, MONDAY + 48 * HOUR) == 0
    assert told(clock, MONDAY + 80 * HOUR) == 1


def test_a_session_that_is_over_is_not_told_of(clock, coming):
    coming()
    move()

    assert told(clock, geneva(13, month=5)) == 0


@pytest.mark.parametrize("offices", [1, 3])
def test_as_many_queries_ask_whether_three_offices_are_told_as_for_one(
    clock, coming, django_assert_num_queries, offices
):
    for _office in range(offices):
        coming("opening", "dialogues")

    with django_assert_num_queries(14):
        update_calendars()


# What is overtaken


def test_hours_that_moved_back_before_the_mail_was_written_leave_no_mail(clock, coming):
    invitation = coming()
    move()
    clock.move_to(MONDAY + HOUR)
    update_calendars()
    move(by=-HOUR)

    compose_planned()

    assert not mails(invitation).exists()
    assert [told(clock, MONDAY + 2 * HOUR), told(clock, MONDAY + 2 * HOUR)] == [0, 0]


def test_a_mail_that_is_overtaken_is_not_sent(clock, coming, peer):
    invitation = coming()
    dispatch_outbox()
    before = len(peer.taken)
    move()
    told(clock)
    move(at=MONDAY + HOUR)

    dispatch_outbox()

    assert len(peer.taken) == before
    assert told(clock, MONDAY + 2 * HOUR) == 1
    dispatch_outbox()
    assert len(peer.taken) == before + 1
    assert events_in(mails(invitation).get()) == [("PUBLISH", "Opening segment", 2)]


def test_a_mail_that_an_acknowledgement_overtakes_is_not_sent(clock, coming, peer):
    invitation = coming()
    move()
    told(clock)
    record_reply(invitation, {"answer": "regrets"})
    compose_planned()

    dispatch_outbox()

    assert not mails(invitation).exists()
    assert told(clock, MONDAY + 80 * HOUR) == 0


def test_a_mail_that_stands_is_sent(clock, coming, peer):
    invitation = coming()
    dispatch_outbox()
    before = len(peer.taken)
    move()
    told(clock)

    dispatch_outbox()

    assert len(peer.taken) == before + 1
    assert CalendarEntry.objects.filter(letter=mails(invitation).get()).count() == 1


# The text


@pytest.mark.parametrize("language", Language.values)
def test_the_mail_is_in_the_language_of_the_letter(clock, edition, coming, language):
    invitation = coming(minister__language=language)
    Letter.objects.filter(invitation=invitation).update(language=language)
    CalendarEntry.objects.all().delete()
    move()

    told(clock)

    letter = mails(invitation).get()
    text = text_of(letter)
    assert letter.language == language
    assert "$" not in text
    assert "2027" in text
    assert invitation.links.get().token in text
    (event,) = [
        event
        for part in message_of(letter).iter_attachments()
        for event in icalendar.Calendar.from_ical(part.get_content()).events
    ]
    assert event["SUMMARY"].params["LANGUAGE"] == language
    assert message_of(letter)["Auto-Submitted"] == "auto-generated"


def test_a_text_that_is_not_approved_waits(clock, coming):
    invitation = coming()
    invitation.letters.update(language="fr")
    LetterTemplate.objects.filter(kind="calendar").update(second_approver=None)
    move()

    told(clock)

    letter = mails(invitation).get()
    assert letter.state == "planned"
    assert "No approved text" in letter.waiting_reason


def test_the_command_plans_what_is_due_and_says_how_many(clock, coming, capsys):
    coming()
    move()
    clock.move_to(MONDAY + HOUR)

    call_command("update_calendars")

    assert capsys.readouterr().out.strip() == "1 calendar mail planned."
    assert JobRun.objects.get(name="update_calendars").did == 1
