"""The pages say when what goes: also what comes after all was erased, and at which hour."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse
from django.utils import translation

from delegations.tests.desk.erasure.erased import at_night, came, erased_by_hand, over
from delegations.tests.offices import text
from invitations.models import ReplyDraft
from invitations.tests.desk import browser_of, of_group

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_files")]
NOON = dt.datetime(2020, 5, 4, 10, tzinfo=dt.UTC)
TOMORROW = NOON + dt.timedelta(days=1)


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as traveller, translation.override("en"):
        yield traveller


def page(edition):
    return reverse("desk:erasure", args=[edition.symbol])


def read(url):
    return text(browser_of(of_group("Approvers")).get(url))


def first_page():
    return read(reverse("admin:index"))


def test_what_comes_after_an_erasure_by_hand_is_told_with_its_hours(clock):
    edition = over(months=None, time_zone="Europe/Zurich")
    came(edition)
    erased_by_hand(clock, edition)
    came(edition)

    clock.move_to(TOMORROW)
    shown = read(page(edition))

    assert "Its day was 4 May 2020." in shown
    assert "is erased each night: it begins between 02:00 and 03:00 (Geneva time)." in shown
    assert "nothing is erased" not in shown


def test_the_first_page_says_what_goes_in_the_coming_night(clock):
    edition = over(months=None)
    came(edition)
    erased_by_hand(clock, edition)
    assert page(edition) not in first_page()

    came(edition)

    assert page(edition) in first_page()
    assert "erased in the coming night" in first_page()


def test_the_first_page_tells_of_no_night_in_which_nothing_begins(clock):
    edition = over(months=None)
    came(edition)
    erased_by_hand(clock, edition)

    ReplyDraft.objects.create(
        invitation=edition.invitations.get(), form_key="0" * 32, words="{}", kept_at=TOMORROW
    )

    assert "erased in the coming night" not in first_page()


def test_a_day_that_is_to_come_is_told_with_its_hours(clock):
    edition = over()
    came(edition)

    shown = read(page(edition))

    assert "On 9 October 2020 the names" in shown
    assert "It begins between 02:00 and 03:00" in shown


def test_after_its_day_it_says_that_what_still_comes_goes_each_night(clock):
    edition = over()
    came(edition)
    at_night(clock)

    shown = read(page(edition))

    assert "Its day was 9 October 2020." in shown


def test_the_notice_on_privacy_names_the_day_on_which_a_person_had_it_erased(clock, client):
    edition = over(months=None)
    came(edition)
    erased_by_hand(clock, edition)

    clock.move_to(TOMORROW)
    shown = text(client.get(reverse("office:notice", args=["privacy"])))

    assert "from 4 May 2020 on" in shown
