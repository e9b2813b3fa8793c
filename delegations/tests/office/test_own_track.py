"""What an office reads where its ministers speak in a part with a name of its own."""

import datetime as dt

import pytest
from django.conf import settings
from django.urls import reverse

from delegations.tests.offices import browser, coming, page_of, text
from invitations.tests.factories import CircularFactory, EditionFactory, HoursFactory
from invitations.tests.moving import later, moved

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_february")]
OWN = "Ministers’ Days"


@pytest.fixture
def office():
    return coming(
        "Ruritania",
        edition=EditionFactory(track_name_en=OWN, speakers_published_at="2027-02-01T00:00Z"),
    )


def test_no_page_of_an_office_calls_it_high_level_track(office):
    HoursFactory(edition=office.edition)
    client = browser(office)
    of_office = [page_of(office, name) for name in ("answer", "statement", "delegation")]
    public = ["/", reverse("office:speakers", args=[office.edition.symbol])]

    shown = {page: text(client.get(page)) for page in [*of_office, *public]}
    programme = client.get(reverse("office:programme", args=[office.edition.symbol]))

    assert [page for page, words in shown.items() if OWN not in words] == []
    assert [page for page, words in shown.items() if "High-Level" in words] == []
    calendar = programme.content.decode().replace("\r\n ", "")
    assert f"X-WR-CALNAME:{office.edition.name}: {OWN}" in calendar
    assert f"PRODID:-//{settings.NAME}//{OWN}//EN" in calendar


def test_a_notice_of_its_new_days_calls_it_so():
    edition = EditionFactory(track_name_en=OWN)
    CircularFactory(edition=edition)
    days = {"track_opens_on": dt.date(2027, 5, 12), "track_closes_on": dt.date(2027, 5, 13)}

    notice = moved(edition, dates=later(edition, 0) | days).notice

    assert notice.changes_en == (
        f"The dates of the {edition.name} ({OWN}) have changed. Dates announced earlier: "
        "11–12 May 2027. New dates: 12–13 May 2027."
    )
