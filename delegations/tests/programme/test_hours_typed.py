"""Hours of sessions are typed by the clock of the place where they are held."""

import datetime as dt
import re
from zoneinfo import ZoneInfo

import pytest
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from delegations.models import HighLevelSession
from delegations.tests.lists import take_out_url
from invitations.tests.desk import as_sent, signed_in
from invitations.tests.factories import EditionFactory, HoursFactory

pytestmark = pytest.mark.django_db

LIST = reverse("admin:delegations_highlevelsession_changelist")
IN_CALENDARS = reverse("admin:invitations_sessionhours_changelist")
ADD = reverse("admin:delegations_highlevelsession_add")
SANTIAGO = ZoneInfo("America/Santiago")


@pytest.fixture(autouse=True)
def desk_in_nairobi():
    with override_settings(TIME_ZONE="Africa/Nairobi"), timezone.override(None):
        yield


@pytest.fixture
def edition():
    """Days in Santiago in whose second night the clocks are put back."""
    return EditionFactory(
        time_zone="America/Santiago",
        time_zone_name="Santiago time",
        opens_on=dt.date(2027, 4, 2),
        closes_on=dt.date(2027, 4, 6),
        track_opens_on=dt.date(2027, 4, 3),
        track_closes_on=dt.date(2027, 4, 5),
        reply_before=dt.date(2027, 2, 15),
    )


def words(edition, day, begins="09:00", ends="12:00"):
    hours = {"starts_at_0": day, "starts_at_1": begins, "ends_at_0": day, "ends_at_1": ends}
    said = {"edition": edition.pk, "segment": "opening", "title_en": "Opening", "seats": 0}
    return said | hours


def hours_shown(response):
    """The hours as the fields of the page have them."""
    fields = [response.context["adminform"].form[name] for name in ("starts_at", "ends_at")]
    return {
        f"{field.html_name}_{part}": words
        for field in fields
        for part, words in enumerate(re.findall(r'value="([^"]*)"', str(field)))
    }


def add(client, edition, day, **hours):
    return client.post(ADD, words(edition, day, **hours))


@pytest.mark.parametrize(("day", "hour"), [("2027-04-03", 12), ("2027-04-04", 13)])
def test_nine_o_clock_is_nine_o_clock_there_before_and_after_the_clocks_change(
    admin_client, edition, day, hour
):
    add(admin_client, edition, day)

    session = HighLevelSession.objects.get()
    assert session.starts_at == dt.datetime(2027, 4, int(day[-1]), hour, tzinfo=dt.UTC)
    page = reverse("admin:delegations_highlevelsession_change", args=[session.pk])
    shown = hours_shown(response := admin_client.get(page))
    assert (shown["starts_at_0"], shown["starts_at_1"][:5]) == (day, "09:00")
    assert "Santiago time" in response.content.decode()


def test_a_session_that_nobody_changed_keeps_its_hour(admin_client, edition):
    add(admin_client, edition, "2027-04-04")
    session = HighLevelSession.objects.get()
    page = reverse("admin:delegations_highlevelsession_change", args=[session.pk])

    sent = as_sent(shown := admin_client.get(page)) | hours_shown(shown)
    admin_client.post(page, sent | {"room": "Room Ada"})

    changed = HighLevelSession.objects.get()
    assert (changed.starts_at, changed.room) == (session.starts_at, "Room Ada")


def test_an_hour_that_the_clocks_of_the_place_skip_is_refused(admin_client, edition):
    shown = add(admin_client, edition, "2027-09-05", begins="00:30")

    assert not HighLevelSession.objects.exists()
    assert "America/Santiago" in shown.content.decode()


def test_list_file_and_readers_have_the_hours_of_the_place(client, edition):
    at = dt.datetime(2027, 4, 4, 9, tzinfo=SANTIAGO)
    hours = HoursFactory(edition=edition, starts_at=at, ends_at=at + dt.timedelta(hours=1))
    session = HighLevelSession.objects.create(
        edition=edition, segment="opening", title="Opening",
        starts_at=hours.starts_at, ends_at=hours.ends_at,
    )  # fmt: skip
    signed_in(client, "view_highlevelsession", "view_sessionhours", "take_out_lists")
    of_calendars = "admin:invitations_sessionhours"
    pages = [
        LIST, reverse("admin:delegations_highlevelsession_change", args=[session.pk]),
        reverse(f"{of_calendars}_changelist"), reverse(f"{of_calendars}_change", args=[hours.pk]),
    ]  # fmt: skip

    shown = {page: client.get(page).content.decode() for page in pages}

    assert [page for page, said in shown.items() if "4 April 2027, 09:00" not in said] == []
    file = client.post(take_out_url(HighLevelSession), {"kind": "csv"})
    assert "2027-04-04 09:00" in file.getvalue().decode()


def test_a_page_of_no_edition_yet_says_whose_clock_is_meant(admin_client):
    assert "By the clock of the edition." in admin_client.get(ADD).content.decode()


@pytest.mark.parametrize("page", [LIST, IN_CALENDARS])
def test_no_list_names_the_days_of_sessions_by_the_clock_of_the_desk(admin_client, edition, page):
    for day in (3, 4):
        # The next day has begun in Nairobi.
        begins = dt.datetime(2027, 4, day, 20, tzinfo=SANTIAGO)
        hours = {"starts_at": begins, "ends_at": begins + dt.timedelta(hours=1)}
        HighLevelSession.objects.create(edition=edition, segment="opening", **hours)
        HoursFactory(edition=edition, **hours)

    listed = admin_client.get(page).text

    assert "starts_at__" not in listed
    assert "20:00" in listed
