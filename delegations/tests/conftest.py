"""The day of the tests, and the browser with the edition whose offices walk through it."""

import datetime as dt

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from playwright.sync_api import expect, sync_playwright

from delegations.tests.browser import browser_page
from invitations.models import LetterTemplate
from invitations.tests.factories import CircularFactory, EditionFactory, StepFactory, UserFactory
from invitations.tests.unset import not_set_in_type


@pytest.fixture
def in_february():
    """It is 10 February 2027, ten o'clock in Geneva, and pages are in English."""
    with time_machine.travel("2027-02-10T09:00Z", tick=False), translation.override("en"):
        yield


@pytest.fixture(scope="module")
def chromium(django_db_setup, django_db_blocker):
    """One browser for the tests of a file.

    It has a loop of its own in this thread, beside which Django asks for rows only if it is told,
    and by a connection of its own. That one too has to bring the reference data back.
    """
    reference_data = connection._test_serialized_contents
    # As long as playwright waits for all else: a page may come late where other programs work.
    expect.set_options(timeout=30_000)
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        connection._test_serialized_contents = reference_data
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            # No page lives long enough for its scripts to be worth optimising.
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--js-flags=--no-opt --no-maglev",
            ],
        )
        yield browser
        with django_db_blocker.unblock():
            connection.close()
        browser.close()


@pytest.fixture
def site(settings, live_server):
    """The address under which letters name the site is the one that answers."""
    settings.SITE_URL = live_server.url
    return live_server.url


@pytest.fixture
def edition(site):
    """An edition to which replies are due in three weeks."""
    today = timezone.localdate()
    edition = EditionFactory(
        reply_before=today + dt.timedelta(days=22),
        opens_on=today + dt.timedelta(days=90),
        closes_on=today + dt.timedelta(days=93),
        track_opens_on=today + dt.timedelta(days=91),
        track_closes_on=today + dt.timedelta(days=92),
    )
    CircularFactory(edition=edition)
    StepFactory(edition=edition, days_before=7)
    LetterTemplate.objects.update(first_approver=UserFactory(), second_approver=UserFactory())
    return edition


@pytest.fixture
def desk(chromium, site):
    """A page of the desk on which somebody with all rights is signed in."""
    with browser_page(chromium) as page:
        page.goto(f"{site}{reverse('admin:login')}")
        client = Client()
        client.force_login(UserFactory(is_superuser=True))
        held = client.cookies[settings.SESSION_COOKIE_NAME]
        page.context.add_cookies([{"name": held.key, "value": held.value, "url": site}])
        yield page


@pytest.fixture
def letters_not_set_in_type(monkeypatch):
    not_set_in_type(monkeypatch)


@pytest.fixture
def own_files(settings, tmp_path):
    """The test's files lie in a folder of its own."""
    settings.MEDIA_ROOT = tmp_path
