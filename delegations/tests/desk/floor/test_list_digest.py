"""An open page of the room says when the list is another one by now."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse

from delegations.models import PolicyStatement
from delegations.programme.calling import note_heard, pass_over
from delegations.programme.inscribing import inscribe
from delegations.tests.offices import text
from delegations.tests.places import announced, session_of
from invitations.tests.desk import of_group
from invitations.tests.factories import EditionFactory

pytestmark = pytest.mark.django_db

OPENS = dt.datetime(2027, 5, 11, 9, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def at_opening():
    with time_machine.travel(OPENS, tick=False) as clock:
        yield clock


@pytest.fixture
def session():
    session = session_of(EditionFactory())
    for name in ("Armenia", "Belgium"):
        inscribe(announced(session, name))
    return session


def page_of(session):
    return reverse("desk:room_of", args=[session.pk])


def seen(client, session):
    return client.get(page_of(session)).context["seen"]


def test_hours_that_go_on_by_themselves_are_no_other_list(client, session, at_opening):
    client.force_login(of_group("Speakers' desk"))
    note_heard(session.slots.get(position=1))
    before = seen(client, session)

    at_opening.shift(dt.timedelta(minutes=20))

    assert seen(client, session) == before


@pytest.mark.parametrize("mark", [note_heard, pass_over])
def test_a_mark_of_somebody_else_makes_another_list(client, session, mark):
    client.force_login(of_group("Speakers' desk"))
    before = seen(client, session)

    mark(session.slots.get(position=1))

    assert seen(client, session) != before


def test_another_speaker_makes_another_list(client, session):
    client.force_login(of_group("Speakers' desk"))
    before = seen(client, session)

    PolicyStatement.objects.update(speaker_name="Michael Strelsau")

    assert seen(client, session) != before


def test_without_a_script_who_marks_opens_the_list_again_and_who_reads_need_not(client, session):
    pages = {}
    for group in ("Speakers' desk", "Readers"):
        client.force_login(of_group(group))
        pages[group] = text(client.get(page_of(session)))

    again = f'class="text-link underline" href="{page_of(session)}">Show the list as it is now</a>'
    refresh = '<meta http-equiv="refresh" content="60;url=?unattended">'
    assert f"As of 11:00. <a {again}" in pages["Speakers' desk"]
    assert refresh not in pages["Speakers' desk"]
    assert "As of 11:00. The page renews itself." in pages["Readers"]
    assert refresh in pages["Readers"]
