"""Draw pages of the secretariat's desk for docs/pictures.

Needs Chromium, and the database of a demonstration, whose registrar's sign-in it takes without the
door: DEBUG=True SITE_URL=http://127.0.0.1:8077 python manage.py shell -c
"from scripts.desk_pictures import main; main()"
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from django.db.models import Count
from django.urls import reverse
from playwright.sync_api import Browser, Page

from invitations.admin.columns import state_url
from invitations.models import Circular, Invitation, Letter
from scripts.office_pictures import draw, first_page, opened, served
from scripts.peers.browsers import chromium
from scripts.peers.pictures import save

DESKTOP = {"viewport": {"width": 1280, "height": 1000}}
STAFF = ("drafter", "approver")
DOTS_PER_INCH = 80
PDF_IS_DRAWN = 3000  # milliseconds


def main() -> None:
    # Before the browser, beside whose loop Django asks for no rows.
    state, letters = page_of_a_state(), letters_one_by_one()
    drafter, approver = (session_of(User.objects.get(username=name)) for name in STAFF)
    pages = {"desk": reverse("admin:index"), "state": state, "board": reverse("desk:board")}
    with served(), chromium() as browser:
        with at_the_desk(browser, drafter.session_key) as page:
            for name, address in pages.items():
                page.goto(settings.SITE_URL + address)
                draw(page, name)
            draw_sheet(page)
        with at_the_desk(browser, approver.session_key) as page:
            page.goto(settings.SITE_URL + letters)
            # What a reader of PDFs draws is in no document that could be waited for.
            page.wait_for_selector("[data-pdf] iframe")
            page.wait_for_timeout(PDF_IS_DRAWN)
            draw(page, "flip-through")
    drafter.delete()
    approver.delete()


def letters_one_by_one() -> str:
    """Return the page on which an approver goes through the letters of a circular that wait."""
    waiting = Circular.objects.filter(letters__state=Letter.State.COMPOSED)
    return reverse("admin:invitations_circular_look", args=[waiting.latest("pk").pk])


def draw_sheet(page: Page) -> None:
    """Draw the first page of the Secretary-General's sheet, as a printer has it."""
    answer = page.request.get(f"{settings.SITE_URL}{reverse('desk:sheet')}?language=en")
    save(first_page(answer.body(), DOTS_PER_INCH), "sheet")


def page_of_a_state() -> str:
    """Return the page of the State with a contested reply, of which there is most to tell."""
    contested = Invitation.objects.filter(replies__status="contested")
    chosen = contested.annotate(answers=Count("replies")).latest("answers", "pk")
    return state_url(chosen.edition, chosen.member_state)


def draw_rested(
    browser: Browser, session_key: str, pages: dict[str, str], *, whole: bool = True
) -> None:
    """Draw the pages, by the names of their pictures, once what slides in has come to rest."""
    with at_the_desk(browser, session_key) as page:
        page.set_viewport_size({"width": 900, "height": 800})
        for name, address in pages.items():
            page.goto(settings.SITE_URL + address)
            page.screenshot()
            draw(page, name, whole=whole)


def session_of(user: User) -> Any:
    """Return a session of the user that counts as wholly signed in."""
    session: Any = import_module(settings.SESSION_ENGINE).SessionStore()
    now = time.time()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session["account_authentication_methods"] = [
        {"method": name, "at": now} for name in ("password", "mfa")
    ]
    session["account_authentication_methods_user"] = str(user.pk)
    session.create()
    return session


@contextmanager
def at_the_desk(browser: Browser, session_key: str) -> Iterator[Page]:
    with opened(browser, f"{settings.SITE_URL}/robots.txt", **DESKTOP) as page:
        page.context.add_cookies(
            [
                {
                    "name": settings.SESSION_COOKIE_NAME,
                    "value": session_key,
                    "url": settings.SITE_URL,
                }
            ]
        )
        yield page
