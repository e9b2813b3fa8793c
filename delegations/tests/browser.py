"""A real browser, and what the tests that drive one share."""

import os
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from playwright.sync_api import expect

from invitations.links import reply_url
from invitations.tests.factories import InvitationFactory, MinisterFactory
from scripts.pictures import opened_picture, save

CHECK = "#words .btn[name=step][value=check]"
RECORD = "#words .btn[name=step][value=record]"
SAVE = "#words .btn[name=step][value=save]"
PHONE = {"viewport": {"width": 320, "height": 640}}


@contextmanager
def browser_page(chromium, **options):
    """Open a page, in a session of its own, that may complain about nothing."""
    complaints = []
    context = chromium.new_context(**{"locale": "en-GB", **options})
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "response",
        lambda response: response.status >= 400 and complaints.append(response.url),
    )
    try:
        yield page
    finally:
        context.close()
    assert not complaints, complaints


@contextmanager
def page_in(chromium, language, **options):
    """A page in that language, on which nothing fades from one colour to another."""
    context = chromium.new_context(locale="en-GB", reduced_motion="reduce", **options)
    cookie = {"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": settings.SITE_URL}
    context.add_cookies([cookie])
    try:
        yield context.new_page()
    finally:
        context.close()


def keep_picture(page, name):
    """Draw for the handbook what the window shows, where the variable PICTURES names a folder."""
    if folder := os.getenv("PICTURES"):
        shown = page.screenshot(animations="disabled")
        save(opened_picture(shown), f"walk-{name}", Path(folder))


def open_palette(page):
    """Open the search of the desk by its keys, once its script answers."""
    page.wait_for_function("document.querySelector('[x-data^=searchCommand]')?._x_dataStack")
    page.keyboard.press("Control+k")
    expect(page.locator("#search-input-command")).to_be_focused()


def invited(edition, **minister):
    """Return an invitation in force, and its link as it is printed."""
    invitation = InvitationFactory(edition=edition, minister=MinisterFactory(**minister))
    return invitation, reply_url(invitation.links.get())
