"""A desk that goes by the time of another city than Geneva."""

import datetime as dt

import pytest
from django.urls import reverse

from invitations.admin.held_values import changed_values
from invitations.admin.list_columns import change_url
from invitations.models import HeldChange
from invitations.tests.desk import as_sent, letter_in_force
from invitations.tests.factories import EditionFactory, InvitationFactory

pytestmark = pytest.mark.django_db

ADD = reverse("admin:invitations_forumedition_add")


@pytest.fixture
def in_nairobi(settings):
    settings.TIME_ZONE = "Africa/Nairobi"


@pytest.mark.usefixtures("in_nairobi")
def test_an_hour_is_typed_by_the_clock_that_stands_beside_it(admin_client):
    page = admin_client.get(reverse("admin:invitations_correspondence_add")).content.decode()

    assert "Africa/Nairobi" in page
    assert "Geneva" not in page


@pytest.mark.usefixtures("in_nairobi")
def test_a_new_edition_goes_by_the_time_of_the_desk(admin_client):
    proposed = as_sent(admin_client.get(ADD))

    assert proposed["time_zone"] == "Africa/Nairobi"
    assert proposed["mission_city"] == ""
    assert {said for name, said in proposed.items() if name.startswith("time_zone_name")} == set()


@pytest.mark.usefixtures("in_nairobi")
def test_the_prizes_of_wsis_are_ticked_for_no_new_edition_elsewhere(admin_client):
    ticked = as_sent(admin_client.get(ADD))["segments_offered"]

    assert ticked == ["opening", "dialogues", "round_table", "networking"]


def test_a_desk_in_geneva_is_told_so_in_its_own_language(admin_client):
    page = admin_client.get(reverse("admin:invitations_correspondence_add")).content.decode()

    assert "Geneva time" in page


def test_a_new_mission_is_in_the_city_of_the_edition_at_hand(admin_client):
    EditionFactory(mission_city="Nairobi")

    proposed = as_sent(admin_client.get(reverse("admin:invitations_mission_add")))

    assert proposed["city"] == "Nairobi"


@pytest.mark.usefixtures("in_nairobi")
def test_its_time_and_its_missions_are_asked_first_where_none_are_proposed(admin_client):
    page = admin_client.get(ADD)

    _title, options = page.context["adminform"].fieldsets[0]
    assert options["fields"][-2:] == [("time_zone", "time_zone_name_en"), "mission_city"]


@pytest.mark.usefixtures("in_nairobi")
def test_hours_of_an_edition_are_those_of_its_place(admin_client):
    edition = EditionFactory(time_zone="America/Santiago", time_zone_name="Santiago time")
    letter_in_force(InvitationFactory(edition=edition))
    shown = admin_client.get(page := change_url(edition))
    hour = {"replies_closed_at_0": "2027-04-04", "replies_closed_at_1": "00:00"}

    admin_client.post(page, as_sent(shown) | hour)

    edition.refresh_from_db()
    assert edition.replies_closed_at == dt.datetime(2027, 4, 4, 4, tzinfo=dt.UTC)
    assert shown.content.decode().count("Santiago time</div>") == 2
    again = admin_client.get(page).context["adminform"].form["replies_closed_at"]
    assert 'value="2027-04-04"' in str(again)
    [held] = changed_values(HeldChange.objects.get())
    assert held.after == "4 April 2027, 00:00 (America/Santiago)"
