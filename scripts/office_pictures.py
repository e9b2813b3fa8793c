"""Draw the pages of an office for docs/pictures: phone, desktop, dark, printed, in some languages.

Needs Chromium and pdftoppm, and the database of a demonstration, in which offices that are silent
answer: DEBUG=True SITE_URL=http://127.0.0.1:8077 python manage.py shell -c
"from scripts.office_pictures import main; main()"
"""

import io
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from PIL import Image
from playwright.sync_api import Browser, Page

from invitations.links import reply_url
from invitations.models import Invitation
from scripts.peers.browsers import chromium
from scripts.peers.pictures import save

PHONE = {"viewport": {"width": 390, "height": 844}}
DESKTOP = {"viewport": {"width": 1280, "height": 800}}
CHECK, RECORD = ".btn[name=step][value=check]", ".btn[name=step][value=record]"


def main() -> None:
    links = {code: silent_link(code) for code in ("en", "fr", "ar", "zh-hans", "es")}
    with served(), chromium() as browser:
        in_english(browser, links["en"])
        in_french(browser, links["fr"])
        in_arabic(browser, links["ar"])
        in_chinese(browser, links["zh-hans"])
        in_spanish(browser, links["es"])


def silent_link(language: str) -> str:
    """Return the link of an office that has not answered, and is written to in the language."""
    silent = Invitation.objects.issued().filter(replies=None, minister__language=language)
    return reply_url(silent.exclude(minister__family_name="").earliest("pk").links.current().get())


@contextmanager
def served() -> Iterator[None]:
    """Serve the site at its own address, in this process."""
    address = urlsplit(settings.SITE_URL)
    server = ThreadedWSGIServer((address.hostname, address.port), Quiet)
    server.set_app(StaticFilesHandler(get_wsgi_application()))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()


class Quiet(WSGIRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


def in_english(browser: Browser, link: str) -> None:
    with opened(browser, link, viewport={"width": 700, "height": 805}) as page:
        draw(page, "office", whole=False)


def in_french(browser: Browser, link: str) -> None:
    with opened(browser, link, **PHONE) as page:
        draw(page, "office-fr-answer", whole=False)
        page.check("[value=represented]")
        page.fill("#id_substitute_name", "Rodolphe Rassendyll")
        page.fill("#id_substitute_function", "Secrétaire général")
        draw(page, "office-fr-substitute")
        page.check("[value=in_person]")
        page.click(CHECK)
        draw(page, "office-fr-summary")
        page.click(RECORD)
        page.wait_for_url("**/thanks/")
        print_on_paper(page, "office-fr-printed")
    with opened(browser, link, color_scheme="dark", **PHONE) as page:
        draw(page, "office-fr-dark")


def in_arabic(browser: Browser, link: str) -> None:
    with opened(browser, link, **DESKTOP) as page:
        draw(page, "office-ar-answer")
        page.check("[value=in_person]")
        page.click(CHECK)
        page.click(RECORD)
        page.click(".parts a[href$='/delegation/']")
        page.click("a[href$='/delegation/add/']")
        page.select_option("#id_role", "head")
        page.fill("#id_name", "فلافيا إلفبرغ")
        page.click(".btn[value=save]")
        draw(page, "office-ar-delegation")


def in_chinese(browser: Browser, link: str) -> None:
    with opened(browser, f"{settings.SITE_URL}/code/", locale="zh-CN", **DESKTOP) as page:
        draw(page, "office-zh-code")
    with opened(browser, link, **DESKTOP) as page:
        page.check("[value=video]")
        page.click(CHECK)
        page.click(RECORD)
        page.wait_for_url("**/thanks/")
        draw(page, "office-zh-recorded")


def in_spanish(browser: Browser, link: str) -> None:
    with opened(browser, link, java_script_enabled=False, **DESKTOP) as page:
        page.check("[value=in_person]")
        page.click(CHECK)
        page.click(RECORD)
        page.click(".parts a[href$='/statement/']")
        page.fill("#id_title", "La confianza, ¿de dónde viene?")
        draw(page, "office-es-statement")


@contextmanager
def opened(browser: Browser, address: str, **options: object) -> Iterator[Page]:
    context = browser.new_context(reduced_motion="reduce", **options)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(address)
    yield page
    context.close()


def draw(page: Page, name: str, *, whole: bool = True) -> None:
    save(Image.open(io.BytesIO(page.screenshot(full_page=whole))), name)


def print_on_paper(page: Page, name: str) -> None:
    save(first_page(page.pdf(format="A4"), 60), name)


def first_page(pdf: bytes, dots_per_inch: int) -> Image.Image:
    command = ["pdftoppm", "-r", str(dots_per_inch), "-f", "1", "-l", "1", "-png", "-"]
    drawn = subprocess.run(command, input=pdf, capture_output=True, check=True).stdout
    return Image.open(io.BytesIO(drawn))
