"""The board says how many have spoken, of how many who are on the list of speakers."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from delegations.programme.calling import note_heard
from delegations.programme.inscribing import inscribe
from delegations.tests.offices import text
from delegations.tests.places import announced, session_of
from invitations.tests.factories import EditionFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_february")]

BOARD = reverse("desk:board")


@pytest.fixture
def session():
    """A session of four: one has sent regrets, and one statement more has no place."""
    session = session_of(EditionFactory())
    for name in ("Armenia", "Belgium", "Chad", "Denmark"):
        inscribe(announced(session, name))
    announced(session, "Estonia")
    regrets = session.slots.get(position=4).delegation.member_state.invitations.get()
    regrets.replies.update(answer="regrets")
    return session


def test_before_the_first_mark_the_board_says_nothing_of_it(admin_client, session):
    assert "Have spoken" not in text(admin_client.get(BOARD))


def test_the_board_says_how_many_have_spoken_of_how_many_inscribed(admin_client, session):
    note_heard(session.slots.get(position=1), session.starts_at)

    page = admin_client.get(BOARD)

    spoken = page.context["spoken"]
    assert f'href="{spoken["url"].replace("&", "&amp;")}">Have spoken: 1 of 3' in text(page)
    found = admin_client.get(spoken["url"]).context["cl"].result_list
    assert [str(one.delegation.member_state) for one in found] == ["Armenia"]


def test_who_has_spoken_stays_counted_when_its_session_is_called_off(admin_client, session):
    note_heard(session.slots.get(position=1), session.starts_at)
    session.is_called_off = True
    session.save()

    assert "Have spoken: 1 of 1" in text(admin_client.get(BOARD))


def test_who_does_not_see_the_list_of_speakers_is_not_told(client, session):
    note_heard(session.slots.get(position=1), session.starts_at)
    person = UserFactory(is_staff=True)
    codes = ["view_forumedition", "view_memberstate", "view_invitation", "view_reply"]
    person.user_permissions.set(Permission.objects.filter(codename__in=codes))
    client.force_login(person)

    page = client.get(BOARD)

    assert page.status_code == 200
    assert "spoken" not in page.context
