"""Two walks through the proxy of the deployment: an office answers, the secretariat reads it.

The fictitious edition is made there for them. The browser comes by the site's name and over TLS, to
a certificate that nobody but this host knows.
"""

import base64
import hmac
import re
import secrets
import time

from playwright.sync_api import Browser, Page

from scripts.follow_guide.host import SITE, Host
from scripts.peers.browsers import chromium

RUN = "/opt/wsis-forum/deploy/run"
REMARKS = "Answered through the proxy."
DOOR = "main form button[type=submit]"
# A computer beside which others work may take its time.
PATIENCE = 120_000  # milliseconds


def walk(host: Host) -> None:
    password = secrets.token_hex(20)
    told = host.ask(f"{RUN} env DEMO_PASSWORD={password} python manage.py demo")
    found = re.search(rf"^reply link: ({SITE}/\S+)$", told, re.M)
    if not found:
        raise RuntimeError(f"The demonstration names no link of {SITE}: {told}")
    with chromium("--no-proxy-server") as browser:
        answer(page_of(browser), found[1])
        come_to_the_desk(page_of(browser), host.password)


def page_of(browser: Browser) -> Page:
    """Open a page whose browser takes the certificate, as a visitor who knows it does."""
    page = browser.new_context(ignore_https_errors=True, locale="en-GB").new_page()
    page.set_default_timeout(PATIENCE)
    return page


def answer(page: Page, link: str) -> None:
    """Answer an invitation by its link, as an office does."""
    page.goto(link)
    page.check("[value=in_person]")
    page.click(".further summary")
    page.fill("#id_remarks", REMARKS)
    page.click(".btn[name=step][value=check]")
    page.click(".btn[name=step][value=record]")
    page.wait_for_url(f"{SITE}/office/*/thanks/")
    print(f"An office has answered, and is thanked at {page.url}", flush=True)


def come_to_the_desk(page: Page, password: str) -> None:
    """Sign in as the first administrator, add the second factor, and read what the office wrote."""
    page.goto(f"{SITE}/admin/")
    page.fill("[name=login]", "administrator")
    page.fill("[name=password]", password)
    page.click(DOOR)
    page.click("a[href$='/totp/activate/']")
    page.fill("[name=code]", code_of(page.input_value("#authenticator_secret")))
    page.click(DOOR)
    page.wait_for_selector("#recovery_codes")
    page.goto(f"{SITE}/admin/invitations/reply/")
    page.locator("#result_list a[href*='/reply/']").first.click()
    page.get_by_text(REMARKS).first.wait_for()
    print(f"The administrator has signed in, and reads the reply at {page.url}", flush=True)


def code_of(secret: str) -> str:
    """Return the code of the app with this secret, for now (RFC 6238)."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, (int(time.time()) // 30).to_bytes(8, "big"), "sha1")
    place = digest[-1] & 15
    number = int.from_bytes(digest[place : place + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**6:06}"
