"""The board and the first page in a browser that holds them to their policy: keys, eyes, curve."""

import datetime as dt

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from delegations.tests.browser import browser_page
from delegations.tests.desk.person import signed_in_person
from invitations.tests.factories import (
    DeliveryFactory,
    EditionFactory,
    InvitationFactory,
    ReplyFactory,
    UserFactory,
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]


def states(edition):
    """Two States in each of two regions; one of each has answered."""
    at = timezone.now() - dt.timedelta(days=9)
    for number, region in enumerate(("Africa", "Africa", "Europe", "Europe")):
        invitation = InvitationFactory(
            edition=edition,
            minister__member_state__region=region,
            minister__member_state__short_name=f"Zenda {number}",
        )
        DeliveryFactory(letter__invitation=invitation, state="handed_over", handed_over_at=at)
        if number % 2:
            ReplyFactory(invitation=invitation, answer="video")


@pytest.fixture
def desk(chromium, site):
    """Return how to open a browser in which somebody with all rights is signed in."""

    def opened(**options):
        client = Client()
        client.force_login(UserFactory(is_superuser=True))
        held = client.cookies[settings.SESSION_COOKIE_NAME]
        cookies = [{"name": held.key, "value": held.value, "url": site}]
        return browser_page(chromium, **options), cookies

    return opened


def tab_to(page, selector):
    for _press in range(200):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"The Tab key does not lead to {selector}.")


def test_a_reader_goes_over_the_board_by_keyboard(chromium, site, edition):
    states(edition)
    with signed_in_person(chromium, site, "flavia", "Readers") as reader:
        page = reader.page
        page.goto(f"{site}{reverse('desk:board')}")

        tab_to(page, "nav a[href='#region-europe']")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")

        first = page.locator("#region-europe + ul .tile").first
        expect(first).to_be_focused()
        expect(first).to_contain_text("Zenda 2")
        expect(first.locator(".more")).to_have_css("opacity", "1")
        expect(first.locator(".more")).to_contain_text("silent")
        with page.expect_navigation() as led:
            page.keyboard.press("Enter")
        assert led.value.ok


def test_a_tile_tells_more_to_who_points_at_it(desk, site, edition):
    states(edition)
    browser, cookies = desk()
    with browser as page:
        page.context.add_cookies(cookies)
        page.goto(f"{site}{reverse('desk:board')}")
        tile = page.locator("#region-europe + ul .tile").first

        expect(tile.locator(".more")).to_have_css("opacity", "0")
        tile.hover()

        expect(tile.locator(".more")).to_have_css("opacity", "1")
        expect(tile.locator(".more")).to_contain_text("silent")


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_arrow_keys_go_from_tile_to_tile_as_one_reads(desk, site, edition, language):
    states(edition)
    browser, cookies = desk()
    with browser as page:
        name = settings.LANGUAGE_COOKIE_NAME
        page.context.add_cookies([*cookies, {"name": name, "value": language, "url": site}])
        page.goto(f"{site}{reverse('desk:board')}")
        tiles = page.locator("a.tile[href*='/state/']")
        back, onward = sorted(["ArrowLeft", "ArrowRight"], reverse=language == "ar")

        tab_to(page, ".tile")
        passed = []
        for key in (onward, onward, back, "ArrowDown", "ArrowUp", "End", "Home"):
            page.keyboard.press(key)
            passed.append(page.evaluate("document.activeElement.querySelector('.name').innerText"))
        stops = page.locator("a.tile[tabindex='0']")

        assert tiles.count() == page.locator(".tile").count() == 4
        assert passed[:3] == ["Zenda 1", "Zenda 2", "Zenda 1"]
        assert passed[3:] == ["Zenda 3", "Zenda 1", "Zenda 1", "Zenda 0"]
        assert stops.count() == 2
        page.keyboard.press("Tab")
        expect(tiles.nth(3)).to_be_focused()


def test_the_curve_is_drawn_under_the_policy_of_the_desk(desk, site, edition):
    states(edition)
    browser, cookies = desk()
    with browser as page:
        page.context.add_cookies(cookies)
        page.goto(f"{site}{reverse('desk:board')}")

        drawn = "Chart.getChart('curve-chart')?.data.datasets.map((one) => one.data.length)"
        page.wait_for_function(drawn)

        days, letters, reminders, deadline = page.evaluate(drawn)
        assert days == 10
        assert (letters, reminders, deadline) == (1, 0, 2)
        page.click("details summary >> text=The same as a table")
        expect(page.locator("section[aria-labelledby=curve] tbody tr").first).to_be_visible()


def test_the_edition_before_is_drawn_as_a_thin_line(desk, site, edition):
    states(edition)
    a_year = dt.timedelta(days=364)
    days = ("opens_on", "closes_on", "track_opens_on", "track_closes_on", "reply_before")
    before = EditionFactory(**{day: getattr(edition, day) - a_year for day in days})
    ReplyFactory(invitation__edition=before, received_at=timezone.now() - a_year)
    browser, cookies = desk()
    with browser as page:
        page.context.add_cookies(cookies)
        page.goto(f"{site}{reverse('desk:board')}?edition={edition.symbol}")

        drawn = "Chart.getChart('curve-chart')?.data.datasets"
        page.wait_for_function(drawn)

        this_year, last_year, *_marks = page.evaluate(drawn)
        assert (this_year["label"], last_year["label"]) == (edition.name, str(before))
        assert last_year["data"][-1] == 1
        assert last_year["borderWidth"] < this_year["borderWidth"]


def test_an_hour_says_whose_clock_it_is_on_and_a_day_does_not(desk, site):
    browser, cookies = desk(timezone_id="Asia/Tokyo")
    with browser as page:
        page.context.add_cookies(cookies)
        clock = page.get_by_text("Geneva time")

        page.goto(f"{site}{reverse('admin:invitations_quietperiod_add')}")
        expect(page.locator(".timezonewarning")).not_to_have_count(0)
        expect(clock).to_have_count(0)

        page.goto(f"{site}{reverse('admin:invitations_correspondence_add')}")
        expect(clock).to_be_visible()
        # Django compares the reader's clock with the server's, of which nobody here knows.
        expect(page.locator(".timezonewarning:visible")).to_have_count(0)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_calendar_and_clock_leave_free_what_is_typed(desk, site, edition, language):
    browser, cookies = desk()
    chosen = {"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": site}
    with browser as page:
        page.context.add_cookies([*cookies, chosen])
        page.goto(f"{site}{reverse('admin:invitations_correspondence_add')}")
        for name in ("received_at_0", "received_at_1"):
            field = page.locator(f"[name={name}]").bounding_box()
            opens = page.locator(f"[name={name}] ~ .datetimeshortcuts").bounding_box()
            begins = opens["x"] - field["x"]
            is_left = begins + opens["width"] < field["width"] / 2
            assert is_left is (language == "ar")
