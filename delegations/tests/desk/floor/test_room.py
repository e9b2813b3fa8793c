"""The page of the room: who is called next and when, and one press for who has spoken."""

import datetime as dt
import re

import pytest
import time_machine
from auditlog.models import LogEntry
from django.contrib.auth.models import Permission
from django.urls import reverse

from delegations.models import HighLevelSession, PolicyStatement, SpeakingSlot
from delegations.programme.calling import running_order
from delegations.programme.inscribing import inscribe
from delegations.tests.offices import text
from delegations.tests.places import announced, approve, session_of
from invitations.admin.list_columns import change_url, state_url
from invitations.models import Reply
from invitations.tests.desk import as_sent, of_group, told
from invitations.tests.factories import EditionFactory, ReplyFactory, UserFactory

pytestmark = pytest.mark.django_db

# Ten o'clock in Geneva.
OPENS = "2027-05-11T08:00Z"


@pytest.fixture
def session():
    """A session from ten to half past ten in Geneva, with four speakers of five minutes each."""
    at = dt.datetime.fromisoformat(OPENS)
    edition = EditionFactory(speaking_minutes=5)
    session = session_of(edition, starts_at=at, ends_at=at + dt.timedelta(minutes=30))
    with time_machine.travel("2027-03-01T08:00Z", tick=False):
        for name in ("Armenia", "Belgium", "Chad", "Denmark"):
            inscribe(announced(session, name, language="fr"))
    return session


@pytest.fixture(autouse=True)
def at_eight():
    with time_machine.travel(OPENS, tick=False):
        yield


@pytest.fixture
def desk(client):
    client.force_login(of_group("Speakers' desk"))
    return client


def page_of(session):
    return reverse("desk:room_of", args=[session.pk])


def slot_of(session, name):
    return session.slots.get(delegation__member_state__short_name_en=name)


def press(client, session, mark, name, at):
    with time_machine.travel(f"2027-05-11T{at}Z", tick=False):
        said = {"mark": f"{mark}:{slot_of(session, name).pk}"}
        return client.post(page_of(session), said, follow=True)


def look(client, session, at="08:00"):
    with time_machine.travel(f"2027-05-11T{at}Z", tick=False):
        return client.get(page_of(session)).context["room"]


def called(room):
    return [(row.hour, row.state) for row in room.to_call]


def test_before_the_first_mark_the_hours_follow_from_the_minutes(desk, session):
    room = look(desk, session, "08:20")

    hours = ["10:00", "10:05", "10:10", "10:15"]
    assert [hour for hour, _state in called(room)] == hours
    assert room.pace == ["The last speaker is expected to end at 10:20; the session ends at 10:30."]


def test_who_runs_late_sees_later_hours_and_by_how_much_the_session_runs_over(desk, session):
    press(desk, session, "heard", "Armenia", "08:25")

    room = look(desk, session, "08:27")

    assert called(room) == [("10:25", "Belgium"), ("10:30", "Chad"), ("10:35", "Denmark")]
    assert [(row.hour, row.state) for row in room.heard] == [("10:25", "Armenia")]
    assert room.pace == [
        "Spoken: 1 of 4.",
        "The last speaker is expected to end at 10:40, 10 min after the end of the session at"
        " 10:30.",
    ]


def test_no_hour_to_come_has_passed_while_a_speaker_goes_on(desk, session):
    press(desk, session, "heard", "Armenia", "08:05")

    room = look(desk, session, "08:14")

    assert called(room)[:2] == [("10:05", "Belgium"), ("10:14", "Chad")]


def test_who_is_not_in_the_room_is_called_again_at_the_end(desk, session):
    page = press(desk, session, "passed_over", "Armenia", "08:02")

    room = look(desk, session, "08:03")
    assert [state for _hour, state in called(room)] == ["Belgium", "Chad", "Denmark", "Armenia"]
    assert room.to_call[-1].remarks == ["Called in vain at 10:02; to be called again at the end."]
    assert told(page) == ["Armenia is called again at the end."]


def test_who_is_called_in_vain_twice_waits_for_the_others(desk, session):
    press(desk, session, "passed_over", "Armenia", "08:02")
    press(desk, session, "passed_over", "Belgium", "08:03")
    press(desk, session, "passed_over", "Armenia", "08:20")

    room = look(desk, session, "08:21")

    assert [state for _hour, state in called(room)] == ["Chad", "Denmark", "Belgium", "Armenia"]


def test_a_session_that_begins_late_with_an_absent_speaker_tells_no_hour_that_is_over(
    desk, session
):
    press(desk, session, "passed_over", "Armenia", "08:25")

    room = look(desk, session, "08:26")

    assert called(room)[:2] == [("10:25", "Belgium"), ("10:30", "Chad")]


def test_a_mark_is_taken_back(desk, session):
    press(desk, session, "passed_over", "Armenia", "08:02")
    press(desk, session, "heard", "Armenia", "08:06")

    press(desk, session, "not_heard", "Armenia", "08:07")
    press(desk, session, "not_passed_over", "Armenia", "08:08")
    page = press(desk, session, "not_passed_over", "Armenia", "08:09")

    assert len(look(desk, session).to_call) == 4
    assert told(page) == ["Armenia: No mark is on file: another person has taken it back."]


def test_a_second_press_takes_no_other_mark_back(desk, session):
    press(desk, session, "passed_over", "Armenia", "08:02")
    press(desk, session, "heard", "Armenia", "08:06")
    shown = desk.get(page_of(session)).text
    value = re.search(r'value="(\w+):\d+" aria-label="Take the mark back: Armenia', shown)[1]

    press(desk, session, value, "Armenia", "08:07")
    page = press(desk, session, value, "Armenia", "08:07")

    assert slot_of(session, "Armenia").passed_over_at
    assert told(page) == ["Armenia: No mark is on file: another person has taken it back."]


@pytest.mark.parametrize("mark", ["heard", "passed_over"])
def test_before_the_day_of_the_session_nobody_is_marked(desk, session, mark):
    [refused] = told(press_on(desk, session, mark, "2027-05-10T21:59Z"))

    assert refused == f"Armenia: {FROM_THE_DAY}"
    slot = slot_of(session, "Armenia")
    assert (slot.heard_at, slot.passed_over_at) == (None, None)


def test_a_session_that_begins_early_is_marked_from_midnight_in_its_town(desk, session):
    press_on(desk, session, "heard", "2027-05-10T22:00Z")

    assert slot_of(session, "Armenia").heard_at


def test_a_session_that_one_person_alone_has_put_earlier_so_far_is_marked_on_that_day(
    desk, session
):
    approve(session)
    earlier = session.starts_at - dt.timedelta(days=1)
    HighLevelSession.objects.filter(pk=session.pk).update(starts_at=earlier)

    press_on(desk, session, "heard", "2027-05-10T08:05Z")

    assert slot_of(session, "Armenia").heard_at


def test_before_the_day_the_page_says_from_when_and_offers_no_mark(desk, session):
    with time_machine.travel("2027-05-10T08:00Z", tick=False):
        desk.force_login(of_group("Speakers' desk"))
        before = text(desk.get(page_of(session)))

    assert FROM_THE_DAY in before
    assert "Has spoken: Armenia" not in before
    assert FROM_THE_DAY not in text(desk.get(page_of(session)))


FROM_THE_DAY = (
    "Who has spoken, or is not in the room, can be marked from the day of the session: 11 May 2027."
)


def press_on(client, session, mark, at):
    with time_machine.travel(at, tick=False):
        client.force_login(of_group("Speakers' desk"))
        said = {"mark": f"{mark}:{slot_of(session, 'Armenia').pk}"}
        return client.post(page_of(session), said, follow=True)


@pytest.mark.parametrize("gone", ["moved", "deleted"])
def test_who_has_left_the_session_meanwhile_is_not_marked_in_it(desk, session, gone):
    said = {"mark": f"heard:{slot_of(session, 'Armenia').pk}"}
    if gone == "deleted":
        slot_of(session, "Armenia").delete()
    else:
        session.slots.filter(position=1).update(session=session_of(session.edition))

    page = desk.post(page_of(session), said, follow=True)

    assert told(page) == ["This speaker has no place in this session any more: please look again."]
    assert not SpeakingSlot.objects.exclude(heard_at=None).exists()


def test_after_its_day_the_hours_of_a_session_stand_still(desk, session):
    press(desk, session, "heard", "Armenia", "08:05")

    order = running_order(session, dt.datetime.fromisoformat("2027-05-13T08:00Z"))

    assert [f"{one.at:%H:%M}" for one in order.to_call] == ["08:05", "08:10", "08:15"]


@pytest.mark.parametrize("again", ["heard", "passed_over"])
def test_two_secretaries_mark_nobody_twice(desk, session, again):
    press(desk, session, "heard", "Armenia", "08:05")

    page = press(desk, session, again, "Armenia", "08:06")

    assert told(page) == ["Armenia: It is on file already that this State has spoken."]
    assert slot_of(session, "Armenia").heard_at == dt.datetime.fromisoformat("2027-05-11T08:05Z")


def test_who_sends_regrets_five_minutes_before_is_named_and_not_called(desk, session):
    answers(session, "Belgium", "regrets")

    room = look(desk, session)

    assert [state for _hour, state in called(room)] == ["Armenia", "Chad", "Denmark"]
    [gone] = room.gone
    assert (gone.number, gone.state) == ("", "Belgium")
    assert gone.remarks == ["By the answer on file it does not take the floor."]
    assert room.pace[0] == "Speak no more: Belgium"


def test_a_text_that_is_filed_in_place_of_a_speech_is_not_called(desk, session):
    of_chad = PolicyStatement.objects.filter(delegation=slot_of(session, "Chad").delegation)
    of_chad.update(mode="written")

    [gone] = look(desk, session).gone

    assert gone.remarks == ["The statement is filed in writing, and not read out."]


def test_a_substitute_whom_the_answer_names_is_told_to_the_chair(desk, session):
    answers(session, "Belgium", "represented", substitute_name="Michael Strelsau")

    row = next(row for row in look(desk, session).to_call if row.state == "Belgium")

    [remark] = row.remarks
    assert remark.startswith("By the answer on file the speaker is")
    assert "Michael Strelsau" in remark


def test_a_reply_that_waits_for_a_decision_is_told_to_the_chair(desk, session):
    said = {"substitute_name": "Michael Strelsau", "status": Reply.Status.CONTESTED}
    invitation = session.edition.invitations.get(member_state__short_name_en="Belgium")
    ReplyFactory(invitation=invitation, answer="represented", **said)

    row = next(row for row in look(desk, session).to_call if row.state == "Belgium")

    assert [one for one in row.remarks if "waits for a decision" in one and "Strelsau" in one]


def test_who_reads_no_answers_is_told_nothing_of_them(client, session):
    answers(session, "Belgium", "represented", substitute_name="Michael Strelsau")
    person = UserFactory(is_staff=True)
    person.user_permissions.set(
        Permission.objects.filter(codename__in=["view_speakingslot", "view_policystatement"])
    )
    client.force_login(person)

    row = next(row for row in look(client, session).to_call if row.state == "Belgium")

    assert row.remarks == []


def answers(session, name, answer, **more):
    """Let the State answer anew; its statement names the minister, as it did before."""
    invitation = session.edition.invitations.get(member_state__short_name_en=name)
    statements = PolicyStatement.objects.filter(delegation=slot_of(session, name).delegation)
    statements.update(speaker_name=invitation.minister.name)
    invitation.replies.update(status=Reply.Status.SUPERSEDED)
    return ReplyFactory(invitation=invitation, answer=answer, **more)


def test_interpreters_read_the_language_and_whether_a_text_is_there(desk, session):
    page = text(desk.get(page_of(session)))

    assert '<td data-label="Language: ">French</td> <td data-label="Text: ">none</td>' in page


def test_the_menu_leads_to_the_session_of_the_hour(desk, session):
    at = dt.datetime.fromisoformat(OPENS) + dt.timedelta(hours=4)
    later = session_of(session.edition, starts_at=at, ends_at=at + dt.timedelta(hours=1))
    inscribe(announced(later, "Estonia"))

    with time_machine.travel("2027-05-11T08:29Z", tick=False):
        assert desk.get(reverse("desk:room")).url == page_of(session)
    with time_machine.travel("2027-05-11T08:31Z", tick=False):
        assert desk.get(reverse("desk:room")).url == page_of(later)


def test_without_speakers_the_page_says_so(desk):
    EditionFactory()

    assert "Nobody is on the list yet." in text(desk.get(reverse("desk:room")))


def test_readers_look_and_do_not_mark(client, session):
    client.force_login(of_group("Readers"))

    shown = text(client.get(page_of(session)))
    refused = client.post(page_of(session), {"mark": f"heard:{slot_of(session, 'Chad').pk}"})

    assert "Has spoken:" not in shown
    assert refused.status_code == 403
    assert not SpeakingSlot.objects.exclude(heard_at=None).exists()


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_takes_as_many_queries_for_many_speakers(
    desk, session, django_assert_num_queries, number
):
    session.slots.filter(position__gt=number).delete()
    desk.get(page_of(session))

    with django_assert_num_queries(11):
        assert len(desk.get(page_of(session)).context["room"].to_call) == number


def test_who_saves_a_slot_whose_page_was_open_before_lets_the_mark_stand(desk, session):
    slot = slot_of(session, "Armenia")
    url = change_url(slot)
    opened = as_sent(desk.get(url))
    press(desk, session, "heard", "Armenia", "08:05")

    desk.post(url, opened | {"minutes": 4})

    slot.refresh_from_db()
    assert slot.minutes == 4
    assert slot.heard_at == dt.datetime.fromisoformat("2027-05-11T08:05Z")


def test_the_page_of_the_state_tells_where_and_when_it_speaks(desk, session):
    state = slot_of(session, "Belgium").delegation.member_state
    url = state_url(session.edition, state)

    before = text(desk.get(url))
    press(desk, session, "heard", "Belgium", "08:05")
    after = text(desk.get(url))

    assert (
        f'href="{page_of(session)}"><bdi>Dialogues</bdi></a> · Number on the list: 2 of 4' in before
    )
    assert "Takes the floor at about: 11 May 2027, 10:05" in before
    assert "Has spoken" in after


def test_while_the_event_is_postponed_the_page_of_the_state_tells_no_hour(desk, session):
    state = slot_of(session, "Belgium").delegation.member_state
    session.edition.postponed_at = dt.datetime.fromisoformat(OPENS)
    session.edition.save()

    page = text(desk.get(state_url(session.edition, state)))

    assert "Number on the list: 2 of 4" in page
    assert "Takes the floor at about" not in page
    assert "Has spoken" not in page


def test_history_names_who_marked_a_speaker(desk, session):
    press(desk, session, "heard", "Armenia", "08:05")

    entry = LogEntry.objects.get_for_object(slot_of(session, "Armenia")).latest("pk")

    assert set(entry.changes) == {"heard_at"}
    assert [*entry.actor.groups.values_list("name", flat=True)] == ["Speakers' desk"]
