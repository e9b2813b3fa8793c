"""The report of a rehearsal, as whoever had it walked reads it in a browser."""

import datetime as dt

import pytest
from django.template.loader import render_to_string
from playwright.sync_api import expect, sync_playwright

from delegations.rehearsal.diary import CAME, HELD, LEFT, Entry
from delegations.tests.browser import browser_page
from delegations.tests.measures import RULES, bring_axe, faults_within

AT = dt.datetime(2027, 2, 1, 9, tzinfo=dt.UTC)
SENT = {"language": "English", "address": "office@example.org", "file": "mail/1.eml"}
ENTRIES = [
    Entry(AT, LEFT, "Invitation", "Ruritania", subject="Invitation to the Forum", **SENT),
    Entry(AT, CAME, "Reply online", "Ruritania", subject="in person"),
    Entry(AT, HELD, "Reminder", "Zenda", because="the office has answered", **SENT),
]


@pytest.fixture
def browser():
    """A browser that opens files: no page of the site is asked for."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_amiss_on_the_report_of_the_year(browser, tmp_path, scheme, width):
    counted = {"left": 1, "came": 1, "held": 1}
    words = {"edition": "WSIS Forum", "counted": counted, "figures": [("Invitation", 1)]}
    report = tmp_path / "report.html"
    report.write_text(render_to_string("rehearsal/report.html", {**words, "entries": ENTRIES}))

    viewport = {"width": width, "height": 844}
    with browser_page(browser, viewport=viewport, color_scheme=scheme) as page:
        bring_axe(page)
        page.goto(report.as_uri())

        expect(page.get_by_text("the office has answered")).to_be_visible()
        assert faults_within(page, "body", runOnly=RULES) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
