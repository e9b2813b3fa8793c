"""Two at two screens in the room: who marks is told of the other’s mark, who reads sees it."""

import datetime as dt

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from delegations.programme.calling import note_heard
from delegations.programme.inscribing import inscribe
from delegations.tests.browser import browser_page
from delegations.tests.places import announced, session_of
from invitations.tests.desk import of_group
from invitations.tests.factories import EditionFactory

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]


@pytest.fixture
def session():
    now = timezone.now()
    session = session_of(EditionFactory(), starts_at=now, ends_at=now + dt.timedelta(hours=1))
    for name in ("Armenia", "Belgium"):
        inscribe(announced(session, name))
    return session


def open_room(page, site, session, group):
    client = Client()
    client.force_login(of_group(group))
    held = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": held.key, "value": held.value, "url": site}])
    page.clock.install()
    page.goto(f"{site}{reverse('desk:room_of', args=[session.pk])}")


def wait_ten_seconds(page):
    with page.expect_response(lambda answer: "?unattended" in answer.url):
        page.clock.fast_forward(10_000)


def test_who_marks_is_told_that_the_list_has_changed_and_no_row_moves(chromium, site, session):
    with browser_page(chromium) as page:
        open_room(page, site, session, "Speakers' desk")
        told, to_call = page.locator("[data-told]"), page.get_by_label("Has spoken: Armenia")
        wait_ten_seconds(page)
        expect(told).to_be_empty()
        note_heard(session.slots.get(position=1))

        wait_ten_seconds(page)

        expect(told).to_contain_text("Another person has changed this list since.")
        expect(to_call).to_be_visible()
        told.get_by_role("link", name="Show the list as it is now").click()
        expect(page.get_by_label("Take the mark back: Armenia")).to_be_visible()


def test_who_reads_sees_a_mark_without_a_press(chromium, site, session):
    with browser_page(chromium) as page:
        open_room(page, site, session, "Readers")
        expect(page.get_by_text("Nobody has spoken yet.")).to_be_visible()
        note_heard(session.slots.get(position=1))

        wait_ten_seconds(page)

        expect(page.get_by_text("Spoken: 1 of 2.")).to_be_visible()
