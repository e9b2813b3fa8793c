"""A desk that goes by the time of another city than Geneva."""

import pytest
from django.urls import reverse

from invitations.tests.desk import as_sent
from invitations.tests.factories import EditionFactory

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
