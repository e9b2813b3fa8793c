"""The report of a rehearsal, as whoever had it walked reads it in a browser."""

import datetime as dt

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from playwright.sync_api import expect

from delegations.rehearsal.diary import CAME, HELD, LEFT, DiaryEntry
from delegations.tests.browser import browser_page
from delegations.tests.measures import RULES, bring_axe, faults_within, looks_in
from scripts.peers.browsers import chromium

AT = dt.datetime(2027, 2, 1, 9, tzinfo=dt.UTC)
SENT = {"language": "English", "address": "office@example.org", "file": "mail/1.eml"}
ENTRIES = [
    DiaryEntry(AT, LEFT, "Invitation", "Ruritania", subject="Invitation to the Forum", **SENT),
    DiaryEntry(AT, CAME, "Reply online", "Ruritania", subject="in person"),
    DiaryEntry(AT, HELD, "Reminder", "Zenda", reason="the office has answered", **SENT),
]


@pytest.fixture
def browser():
    """A browser that opens files: no page of the site is asked for."""
    with chromium() as browser:
        yield browser


@pytest.mark.browser
@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_nothing_is_amiss_on_the_report_of_the_year(browser, tmp_path, language):
    counted = {"left": 1, "came": 1, "held": 1}
    words = {"edition": "WSIS Forum", "counted": counted, "figures": [("Invitation", 1)]}
    words |= {"entries": ENTRIES}
    report = tmp_path / "report.html"
    with translation.override(language):
        report.write_text(render_to_string("rehearsal/report.html", words))

    for scheme, width in looks_in(language):
        viewport = {"width": width, "height": 844}
        with browser_page(browser, viewport=viewport, color_scheme=scheme) as page:
            bring_axe(page)
            page.goto(report.as_uri())

            expect(page.get_by_text("the office has answered")).to_be_visible()
            assert faults_within(page, "body", runOnly=RULES) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width
