"""The palette in a browser that holds it to the policy of the desk: keys alone, and Arabic."""

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import expect

from delegations.tests.browser import browser_page, open_palette
from delegations.tests.desk.finding.filed import (
    ALL,
    NAMES,
    NOTHING,
    PART,
    file_everything,
    hidden_from,
    leads_to,
    member_of,
)
from delegations.tests.measures import RULES, bring_axe, faults_within
from invitations.admin.list_columns import state_url

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]


def cookies_of(user, site, language="en"):
    client = Client()
    client.force_login(user)
    held = client.cookies[settings.SESSION_COOKIE_NAME]
    return [
        {"name": held.key, "value": held.value, "url": site},
        {"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": site},
    ]


def type_into_palette(page, typed):
    """Open the palette by its keys, type, and wait for what is found."""
    open_palette(page)
    with page.expect_response("**/admin/search/"):
        page.keyboard.insert_text(typed)
    return page.locator("#command-results-list")


@pytest.mark.parametrize("group", [ALL, PART])
def test_each_kind_that_may_be_read_is_found_by_keys_alone(chromium, site, edition, group):
    leads = leads_to(edition, file_everything(edition))
    with browser_page(chromium) as page:
        page.context.add_cookies(cookies_of(member_of(group), site))
        for typed, link in leads.items():
            page.goto(f"{site}/admin/")
            results = type_into_palette(page, typed)
            if typed in hidden_from(group):
                expect(results).to_contain_text("Nothing is found.")
                continue
            expect(results.locator("a").first).to_be_visible()
            with page.expect_navigation():
                page.keyboard.press("Enter")
            assert page.url == f"{site}{link}", typed


def test_who_may_read_nothing_of_it_is_told_that_nothing_is_found(chromium, site, edition):
    leads = leads_to(edition, file_everything(edition))
    with browser_page(chromium) as page:
        page.context.add_cookies(cookies_of(member_of(NOTHING), site))
        for typed in leads:
            page.goto(f"{site}/admin/")
            results = type_into_palette(page, typed)
            expect(results).to_contain_text("Nothing is found.")
            expect(results.locator("a")).to_have_count(0)


@pytest.mark.parametrize(("role", "is_found"), [("Readers", False), ("Speakers' desk", True)])
def test_delegate_is_found_by_who_may_read_delegates(chromium, site, edition, role, is_found):
    invitation = file_everything(edition)
    with browser_page(chromium) as page:
        page.context.add_cookies(cookies_of(member_of(role), site))
        page.goto(f"{site}/admin/")

        results = type_into_palette(page, "lauengram")

        if is_found:
            expect(results).to_contain_text("Nether Ruritania: Rupert Lauengram")
            page.keyboard.press("ArrowDown")
            with page.expect_navigation():
                page.keyboard.press("Enter")
            assert page.url == f"{site}{state_url(edition, invitation.member_state)}"
        else:
            expect(results).to_contain_text("Nothing is found.")
            page.keyboard.press("Enter")
            page.keyboard.press("Escape")
            expect(page.locator("#search-input-command")).to_have_value("")
            page.keyboard.press("Escape")
            expect(page.locator("#search-input-command")).to_be_hidden()


def test_button_in_the_sidebar_is_reached_and_opened_by_keys(chromium, site, edition):
    with browser_page(chromium) as page:
        page.context.add_cookies(cookies_of(member_of("Readers"), site))
        page.goto(f"{site}/admin/")

        page.get_by_role("button", name="Search Ctrl + K").focus()
        page.keyboard.press("Enter")

        expect(page.locator("#search-input-command")).to_be_focused()


# A screen that shows the next picture a quarter of a second late.
SLOW_SCREEN = """
    const inTime = window.requestAnimationFrame.bind(window);
    window.requestAnimationFrame = (then) => setTimeout(() => inTime(then), 250);
"""


def test_palette_has_the_focus_however_slow_the_screen_is(chromium, site, edition):
    with browser_page(chromium) as page:
        page.context.add_cookies(cookies_of(member_of("Readers"), site))
        page.add_init_script(SLOW_SCREEN)
        page.goto(f"{site}/admin/")

        type_into_palette(page, "ruritania")

        expect(page.locator("#search-input-command")).to_have_value("ruritania")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_palette_in_arabic_keeps_nobody_out(chromium, site, edition, scheme):
    file_everything(edition)
    options = {"color_scheme": scheme, "reduced_motion": "reduce"}
    with browser_page(chromium, viewport={"width": 390, "height": 800}, **options) as page:
        page.context.add_cookies(cookies_of(member_of("Registrars"), site, "ar"))
        bring_axe(page)
        page.goto(f"{site}/admin/")

        results = type_into_palette(page, "السفلى روريتانيا")

        expect(results.locator("a").first).to_contain_text(NAMES["short_name_ar"])
        expect(results.locator("a").first).to_have_css("direction", "rtl")
        assert faults_within(page, "[role=dialog]", runOnly=RULES) == []
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
