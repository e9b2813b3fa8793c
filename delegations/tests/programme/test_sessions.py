"""Sessions: calendars have their hours once two people approved them."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from delegations.models import Delegation, HighLevelSession, PolicyStatement
from delegations.programme.sessions import approve_session
from delegations.tests.office.statement.statements import session_of, speaking
from delegations.tests.offices import browser, page_of
from invitations.admin.list_columns import change_url
from invitations.models import SessionHours
from invitations.tests.desk import as_sent, choose, signed_in, told
from invitations.tests.factories import EditionFactory, MemberStateFactory, UserFactory

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def session():
    return HighLevelSession.objects.create(
        edition=EditionFactory(),
        segment="opening",
        title_en="Opening segment",
        title_fr="Segment inaugural",
        starts_at=dt.datetime(2027, 5, 11, 7, 30, tzinfo=dt.UTC),
        ends_at=dt.datetime(2027, 5, 11, 8, 30, tzinfo=dt.UTC),
        room="Room Popov",
    )


def approved(session, people=2):
    for _person in range(people):
        session.refresh_from_db()
        approve_session(session, UserFactory(), session.mark)
    session.refresh_from_db()
    return session


def change(session, **fields):
    for name, value in fields.items():
        setattr(session, name, value)
    session.drop_approvals()
    session.save()


def test_after_the_second_approval_calendars_have_the_session(session):
    approved(session, people=1)
    assert not SessionHours.objects.exists()

    approved(session, people=1)

    hours = session.hours
    assert (hours.edition, hours.segment, hours.room) == (session.edition, "opening", "Room Popov")
    assert (hours.starts_at, hours.ends_at) == (session.starts_at, session.ends_at)
    assert (hours.title_en, hours.title_fr) == ("Opening segment", "Segment inaugural")
    assert hours.sequence == 0


def test_one_person_cannot_approve_twice(session):
    person = UserFactory()
    approve_session(session, person, session.mark)

    with pytest.raises(ValidationError, match="A second person has to approve"):
        approve_session(session, person, session.mark)


def test_until_a_change_is_approved_calendars_keep_what_was_approved_last(session):
    approved(session)

    change(session, starts_at=session.starts_at - HOUR)

    assert session.hours.starts_at == session.starts_at + HOUR
    approved(session)
    assert session.hours.starts_at == session.starts_at
    assert session.hours.sequence == 1


def test_what_calendars_do_not_say_is_not_published_again(session):
    published_at = approved(session).hours.published_at

    change(session, seats=40, chair="Rudolf Rassendyll")
    approved(session)

    assert (session.hours.sequence, session.hours.published_at) == (0, published_at)


def test_two_people_call_a_session_off(session):
    approved(session)
    change(session, is_called_off=True)
    assert SessionHours.objects.taking_place().exists()

    approved(session)

    assert not SessionHours.objects.taking_place().exists()
    assert SessionHours.objects.get().sequence == 1


def test_a_session_that_never_took_place_in_a_calendar_is_not_called_off_there(session):
    change(session, is_called_off=True)

    approved(session)

    assert not SessionHours.objects.exists()


def test_no_statement_can_be_put_into_a_session_that_one_person_called_off():
    invitation = speaking("Ruritania")
    session_of(invitation, "Dialogues of the morning")
    session = session_of(invitation, "Dialogues of the afternoon")

    HighLevelSession.objects.filter(pk=session.pk).update(is_called_off=True)

    page = browser(invitation).get(page_of(invitation, "statement")).content.decode()
    assert "Dialogues of the morning" in page
    assert "Dialogues of the afternoon" not in page


def test_offices_choose_a_session_by_the_hour_that_two_people_approved():
    invitation = speaking("Ruritania")
    session = approved(session_of(invitation, "Dialogues"))
    change(session, starts_at=session.starts_at - HOUR, title_en="Not approved")

    page = browser(invitation).get(page_of(invitation, "statement")).content.decode()

    assert "Dialogues – 11 May 2027, 11:00 (Geneva time)" in page
    assert "Not approved" not in page


LIST = reverse("admin:delegations_highlevelsession_changelist")


def test_the_desk_drops_both_approvals_when_a_session_changes(admin_client, session):
    approved(session)
    page = reverse("admin:delegations_highlevelsession_change", args=[session.pk])
    words = {"edition": session.edition_id, "segment": "opening", "title_en": "Opening", "seats": 0}
    hours = {
        f"{name}_{part}": words
        for name, hour in (("starts_at", "09:30"), ("ends_at", "10:30"))
        for part, words in enumerate(("2027-05-11", hour))
    }

    admin_client.post(page, words | hours | {"room": "Room Ada"})

    session.refresh_from_db()
    assert (session.room, session.is_approved) == ("Room Ada", False)
    assert session.hours.room == "Room Popov"


def test_the_desk_deletes_no_session_that_calendars_have(admin_client, session):
    page = reverse("admin:delegations_highlevelsession_delete", args=[approved(session).pk])

    asked = admin_client.get(page).content.decode()
    admin_client.post(page, {"post": "yes"})

    assert "calendars have it; call it off instead" in asked
    assert HighLevelSession.objects.filter(pk=session.pk).exists()


@pytest.mark.parametrize("preferred", ["first_choice", "second_choice"])
def test_the_desk_deletes_no_session_that_a_statement_prefers(admin_client, session, preferred):
    delegation = Delegation.objects.create(
        edition=session.edition, member_state=MemberStateFactory()
    )
    statement = PolicyStatement.objects.create(
        delegation=delegation, speaker_name="Flavia Elphberg", **{preferred: session}
    )
    page = reverse("admin:delegations_highlevelsession_delete", args=[session.pk])

    asked = admin_client.get(page).content.decode()
    admin_client.post(page, {"post": "yes"})

    statement.refresh_from_db()
    assert "a statement prefers it; call it off instead" in asked
    assert getattr(statement, preferred) == session


def test_who_changes_the_time_zone_reads_when_sessions_begin_by_the_new_clock(
    admin_client, session
):
    page = change_url(session.edition)
    sent = as_sent(admin_client.get(page))

    zone = {"time_zone": "Asia/Tokyo", "time_zone_name_en": "Tokyo time"}
    saved = admin_client.post(page, sent | zone, follow=True)

    assert any("Opening segment: 11 May 2027, 16:30 (Tokyo time)" in one for one in told(saved))


def test_two_people_approve_a_session_at_the_desk(client, session):
    for _person in range(2):
        signed_in(client, "view_highlevelsession", "approve_letter")
        session.refresh_from_db()
        asked = choose(client, LIST, "approve_selected", session).content.decode()
        marks = f"{session.pk}:{session.mark}"
        choose(client, LIST, "approve_selected", session, answered="yes", marks=marks)

    session.refresh_from_db()
    assert "2027-05-11 09:30" in asked
    assert "(Geneva time)" in asked
    assert session.is_approved
    assert session.hours
