import datetime as dt

import pytest
import time_machine
from django.utils import timezone, translation

from delegations.models import Delegation, HighLevelSession, PolicyStatement, SpeakingSlot
from delegations.tests.offices import text
from invitations.models import MemberState, Reply, SessionHours
from invitations.tests.factories import (
    AnnouncedEditionFactory,
    EditionFactory,
    HoursFactory,
    InvitationFactory,
    MemberStateFactory,
    MinisterFactory,
    ReplyFactory,
)
from invitations.tests.moving import moved

pytestmark = pytest.mark.django_db

PAGE = "/speakers/wsis-2027/"


@pytest.fixture(autouse=True)
def in_march():
    with time_machine.travel("2027-03-10T09:00Z", tick=False), translation.override("en"):
        yield


@pytest.fixture
def edition():
    return AnnouncedEditionFactory(symbol="wsis-2027", speakers_published_at=timezone.now())


@pytest.fixture
def session(edition):
    return session_of(edition)


def session_of(edition, title="Dialogues", hour=9):
    return HighLevelSession.objects.create(
        edition=edition,
        segment="dialogues",
        title=title,
        room="Room A",
        starts_at=dt.datetime(2027, 5, 11, hour, tzinfo=dt.UTC),
        ends_at=dt.datetime(2027, 5, 11, hour + 1, tzinfo=dt.UTC),
        seats=20,
    )


def in_calendars(session, **more):
    said = {"edition": session.edition, "segment": session.segment, "title": session.title}
    said |= {"starts_at": session.starts_at, "ends_at": session.ends_at, "room": session.room}
    session.hours = HoursFactory(**said | more)
    session.save()
    return session.hours


def inscribed(session, state, position, answer="in_person", **statement):
    """Return the invitation of a State that has a slot, and says who speaks where that is given."""
    minister = MinisterFactory(member_state=MemberStateFactory(short_name=state))
    invitation = InvitationFactory(edition=session.edition, minister=minister)
    ReplyFactory(invitation=invitation, answer=answer)
    delegation = Delegation.objects.create(
        edition=session.edition, member_state=minister.member_state
    )
    SpeakingSlot.objects.create(session=session, delegation=delegation, position=position)
    if statement:
        PolicyStatement.objects.create(delegation=delegation, **statement)
    return invitation


def test_the_list_is_read_by_everyone_once_it_is_published(client, session):
    inscribed(session, "Zenda", 2)
    inscribed(session, "Ruritania", 1, speaker_name="Flavia Elphberg", speaker_function="Minister")

    page = text(client.get(PAGE))

    assert page.index("<strong>Ruritania<") < page.index("Flavia Elphberg") < page.index("Zenda")
    assert "<h2>Dialogues</h2> <p>11 May 2027, 11:00 (Geneva time)" in page
    assert "Room A" in page
    assert "as it stands on 10 March 2027, 10:00 (Geneva time)" in page


@pytest.mark.parametrize("published_at", [None, dt.datetime(2027, 3, 10, 9, 1, tzinfo=dt.UTC)])
def test_before_its_hour_there_is_no_list(client, published_at):
    AnnouncedEditionFactory(symbol="wsis-2027", speakers_published_at=published_at)

    assert client.get(PAGE).status_code == 404
    assert "List of speakers" not in text(client.get("/"))


def test_the_front_page_leads_to_the_list(client, edition):
    assert f'<a href="{PAGE}">List of speakers</a>' in text(client.get("/"))


def test_who_sends_regrets_afterwards_has_left_the_list(client, session):
    invitation = inscribed(session, "Ruritania", 1)
    inscribed(session, "Zenda", 2)
    invitation.replies.update(status=Reply.Status.SUPERSEDED)
    ReplyFactory(invitation=invitation, answer="regrets")

    page = text(client.get(PAGE))

    assert "<strong>Ruritania</strong>" not in page
    assert "Zenda" in page


def test_who_hands_in_a_written_statement_takes_no_floor(client, session):
    invitation = inscribed(session, "Ruritania", 1, speaker_name="Flavia Elphberg")
    inscribed(session, "Zenda", 2)
    invitation.replies.update(status=Reply.Status.SUPERSEDED)
    ReplyFactory(invitation=invitation, answer="written")

    page = text(client.get(PAGE))

    assert "<strong>Ruritania</strong>" not in page
    assert "Flavia Elphberg" not in page
    assert "Zenda" in page


def test_a_session_that_was_called_off_is_not_listed(client, session):
    inscribed(session, "Ruritania", 1)
    assert "Dialogues" in text(client.get(PAGE))

    HighLevelSession.objects.update(is_called_off=True)

    assert "Dialogues" not in text(client.get(PAGE))


def test_the_list_keeps_what_calendars_have_until_two_people_approve_a_change(client, session):
    inscribed(session, "Ruritania", 1)
    in_calendars(session)
    HighLevelSession.objects.update(
        title_en="Not approved", room="Room B",
        starts_at=session.starts_at - dt.timedelta(hours=1),
    )  # fmt: skip

    page = text(client.get(PAGE))

    assert "<h2>Dialogues</h2> <p>11 May 2027, 11:00 (Geneva time)<br><bdi>Room A</bdi>" in page
    assert "Not approved" not in page


def test_two_people_bring_a_session_back_that_was_called_off(client, session):
    inscribed(session, "Ruritania", 1)
    hours = in_calendars(session, is_called_off=True)
    assert "Dialogues" not in text(client.get(PAGE))

    SessionHours.objects.filter(pk=hours.pk).update(is_called_off=False)

    assert "Dialogues" in text(client.get(PAGE))


def test_sessions_stand_by_the_hours_of_calendars(client, edition):
    late, early = session_of(edition, "Late", 14), session_of(edition, "Early", 8)
    for session, state in ((late, "Ruritania"), (early, "Zenda")):
        inscribed(session, state, 1)
        in_calendars(session)
    HighLevelSession.objects.filter(pk=late.pk).update(
        starts_at=early.starts_at - dt.timedelta(hours=1)
    )

    page = text(client.get(PAGE))

    assert page.index("Early") < page.index("Late")


def test_only_sessions_with_speakers_are_listed_by_their_hour(client, edition):
    late, early = session_of(edition, "Late", 14), session_of(edition, "Early", 8)
    session_of(edition, "Without speakers", 10)
    inscribed(late, "Ruritania", 1)
    inscribed(early, "Zenda", 1)

    page = text(client.get(PAGE))

    assert page.index("Early") < page.index("Late")
    assert "Without speakers" not in page


def test_another_edition_s_speakers_stay_on_their_own_list(client, session):
    inscribed(session_of(EditionFactory(speakers_published_at=timezone.now())), "Zenda", 1)

    page = text(client.get(PAGE))

    assert "Zenda" not in page
    assert "Nobody is on the list yet." in page


def test_a_statement_by_video_is_marked(client, session):
    inscribed(session, "Ruritania", 1, "video", speaker_name="Flavia", mode="video")

    assert "by video" in text(client.get(PAGE))


def test_the_list_speaks_the_visitor_s_language(client, session):
    inscribed(session, "Ruritania", 1)
    client.cookies["django_language"] = "ar"

    page = text(client.get(PAGE))

    assert 'dir="rtl"' in page
    assert "Provisional list of speakers" not in page


@pytest.mark.parametrize("speakers", [1, 3])
def test_the_list_takes_as_many_queries_for_three_speakers_as_for_one(
    client, session, speakers, django_assert_num_queries
):
    for position in range(speakers):
        inscribed(session, f"State {position}", position, speaker_name="Flavia")

    # The edition, whether calendars have it, its sessions, their slots, its proposed change.
    with django_assert_num_queries(5):
        client.get(PAGE)


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_the_list_is_only_read(client, edition, method):
    assert getattr(client, method)(PAGE).status_code == 405


@pytest.mark.parametrize(
    ("function", "spoken", "told"),
    [
        ("وزيرة الاتصالات", "en", "ar"),
        ("通信部长", "en", "zh-hans"),
        ("Министр связи", "en", "ru"),
        ("Ministre des Postes", "fr", "fr"),
    ],
)
def test_a_function_is_read_in_its_language(client, session, function, spoken, told):
    words = {"speaker_name": "Flavia Elphberg", "speaker_function": function}
    invitation = inscribed(session, "Ruritania", 1, **words)
    MemberState.objects.filter(pk=invitation.member_state_id).update(language=spoken)

    assert f'<bdi class="state" lang="{told}">{function}</bdi>' in text(client.get(PAGE))


def test_a_function_whose_language_is_in_doubt_has_that_of_the_page(client, session):
    words = {"speaker_name": "Flavia Elphberg", "speaker_function": "Ministra"}
    invitation = inscribed(session, "Ruritania", 1, **words)
    MemberState.objects.filter(pk=invitation.member_state_id).update(language="ar")

    assert '<bdi class="state">Ministra</bdi>' in text(client.get(PAGE))


def test_while_the_forum_is_postponed_no_hour_is_named(client, session):
    inscribed(session, "Ruritania", 1)
    assert "11 May 2027" in text(client.get(PAGE))

    moved(session.edition, "postponed")

    page = text(client.get(PAGE))
    assert "May 2027" not in page
    assert "postponed; new dates will be announced" in page
