"""Somebody at the desk in a browser of their own, whose clicks and typed fields are counted."""

from contextlib import contextmanager

from django.conf import settings
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from delegations.tests.browser import browser_page
from invitations.tests.factories import UserFactory


class Person:
    """What one does with mouse and keys: a choice in a list is two clicks."""

    def __init__(self, page, site):
        self.page, self.site = page, site
        self.clicks = self.typed = 0

    def begin(self):
        self.page.goto(f"{self.site}{reverse('admin:index')}")

    def click(self, place):
        self.clicks += 1
        place = self.page.locator(place) if isinstance(place, str) else place
        place.click()

    def link(self, name, **more):
        self.click(self.page.get_by_role("link", name=name, **more).first)

    def button(self, name):
        self.click(self.page.get_by_role("button", name=name).first)

    def fill(self, name, words):
        self.typed += 1
        self.page.fill(f"[name={name}]", str(words))

    def select(self, name, choice):
        self.clicks += 2
        self.page.select_option(f"[name={name}]", choice)

    def choose(self, action):
        """Choose the action for the rows that are ticked in a list."""
        self.clicks += 3
        self.page.select_option("#changelist-actions select", label=action)
        self.page.click("#changelist-actions button:visible")

    def press(self, key):
        self.clicks += 1
        self.page.keyboard.press(key)

    def sees(self, words):
        expect(self.page.get_by_text(words).first).to_be_visible()


@contextmanager
def signed_in_person(chromium, site, name, group):
    """Open a browser in which a member of the group is signed in."""
    user = UserFactory(username=name, email=f"{name}@example.org")
    user.groups.add(Group.objects.get(name=group))
    client = Client()
    client.force_login(user)
    held = client.cookies[settings.SESSION_COOKIE_NAME]
    with browser_page(chromium, viewport={"width": 1440, "height": 900}) as page:
        page.context.add_cookies([{"name": held.key, "value": held.value, "url": site}])
        yield Person(page, site)
