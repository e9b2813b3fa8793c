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
from playwright.sync_api import Browser, Page, sync_playwright

from invitations.admin.columns import state_url
from invitations.models import Invitation
from scripts.office_pictures import draw, opened, served

DESKTOP = {"viewport": {"width": 1280, "height": 1000}}


def main() -> None:
    # Before the browser, beside whose loop Django asks for no rows.
    state = page_of_a_state()
    session = session_of(User.objects.get(username="drafter"))
    with served(), sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        with at_the_desk(browser, session.session_key) as page:
            for address, name in ((reverse("admin:index"), "desk"), (state, "state")):
                page.goto(settings.SITE_URL + address)
                draw(page, name)
        browser.close()
    session.delete()


def page_of_a_state() -> str:
    """Return the page of the State with a contested reply, of which there is most to tell."""
    contested = Invitation.objects.filter(replies__status="contested")
    chosen = contested.annotate(answers=Count("replies")).latest("answers", "pk")
    return state_url(chosen.edition, chosen.member_state)


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
