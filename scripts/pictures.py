"""Draw for docs/pictures what needs a whole demonstration: ``make pictures``.

It makes a demonstration in an empty database. Needs Chromium and pdftoppm. Look at each picture
before it is kept. delegations/tests/test_mail_in_browser.py draws the mails of its own letters.
"""

import datetime as dt
import io
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode, urljoin, urlsplit

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.management import call_command
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from django.db import transaction
from django.db.models import Count, Q
from django.urls import reverse
from PIL import Image
from playwright.sync_api import Browser, Page

from delegations.date_change import release_move
from delegations.demonstration import SYMBOLS
from invitations.admin.corrections.replacing import replacing_url
from invitations.admin.letters.invitation_columns import still_valid_url
from invitations.admin.list_columns import change_url, state_url
from invitations.letters.message import build_message
from invitations.links import reply_url
from invitations.mail.html_part import html_alone
from invitations.models import (
    Circular,
    DateChange,
    Delivery,
    ForumEdition,
    Invitation,
    Language,
    Letter,
    Reconfirmation,
)
from invitations.outbox.date_change.proposal import DATES, ProposedDateChange, propose_date_change
from invitations.outbox.date_change.reconfirmations import confirm_answer, mark_of_date_change
from invitations.outbox.transitions import State, transit
from scripts.bench.mail import write_each_mail
from scripts.peers.browsers import chromium
from scripts.peers.signing_in import signed_in

FOLDER = settings.BASE_DIR / "docs/pictures"
PHONE = {"viewport": {"width": 390, "height": 844}}
DESKTOP = {"viewport": {"width": 1280, "height": 800}}
DESK = {"viewport": {"width": 1280, "height": 1000}}
NARROW = {"viewport": {"width": 900, "height": 800}}
SMALL = {"viewport": {"width": 700, "height": 805}}
REPORT = {"viewport": {"width": 1100, "height": 800}}
NO_SCRIPT = DESKTOP | {"java_script_enabled": False}
CHECK, RECORD = ".btn[name=step][value=check]", ".btn[name=step][value=record]"
PDF_IS_DRAWN = 10_000  # milliseconds
DAYS, ALREADY = 21, 33  # by which dates move; offices that confirm at once
WIDTH, GAP, SCALE = 400, 16, 0.75  # of mails
COLOURS, COLOURS_OF_MAILS = 64, 16
# What a sheet of mails shows: a kind of letter, or a variant of the receipts.
KINDS = ("invitation", "reminder", "acknowledgement", "calendar", "statement", "delegation")


def main() -> None:
    call_command("migrate", verbosity=0)
    call_command("load_member_states")
    call_command("demo")
    mails = mails_in_each_language()
    with served(), chromium() as browser:
        draw_mails(browser, mails, FOLDER)
        draw(browser, at_the_desk())
        draw(browser, at_offices())
        draw(browser, after_the_move())
        draw(browser, report_of_a_rehearsal())


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


# How a page becomes a picture


def whole(page: Page) -> Image.Image:
    return opened_picture(page.screenshot(full_page=True, animations="disabled"))


def in_window(page: Page) -> Image.Image:
    return opened_picture(page.screenshot(animations="disabled"))


def on_paper(page: Page) -> Image.Image:
    return first_sheet(page.pdf(format="A4"), 60)


def as_downloaded(page: Page) -> Image.Image:
    """Return the first page of the Secretary-General's sheet, as a printer has it."""
    answer = page.request.get(f"{settings.SITE_URL}{reverse('desk:sheet')}?language=en")
    return first_sheet(answer.body(), 80)


def first_sheet(pdf: bytes, dots_per_inch: int) -> Image.Image:
    command = ["pdftoppm", "-r", str(dots_per_inch), "-f", "1", "-l", "1", "-png", "-"]
    return opened_picture(
        subprocess.run(command, input=pdf, capture_output=True, check=True).stdout
    )


def save(picture: Image.Image, name: str, folder: Path = FOLDER, *, colours: int = COLOURS) -> None:
    """Keep the picture as the documents do: of few colours, and small."""
    few = picture.quantize(colours, dither=Image.Dither.NONE)
    few.save(folder / f"{name}.png", optimize=True)


def opened_picture(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content)).convert("RGB")


# Where each picture is taken, by its name


def at_the_desk() -> dict[str, str]:
    edition, came_back = demonstration(), let_one_come_back()
    invitations = Invitation.objects.principal()
    english = invitations.issued().filter(minister__language="en").order_by("pk")[:3]
    coming = invitations.bringing().exclude(minister__family_name="").earliest("pk")
    composed = Circular.objects.filter(letters__state=Letter.State.COMPOSED).latest("pk")
    contested = Invitation.objects.filter(replies__status="contested")
    # Of which there is most to tell.
    told = contested.annotate(answers=Count("replies")).latest("answers", "pk")
    letters = reverse("admin:invitations_minister_letters", args=[coming.minister_id])
    dates = reverse("admin:invitations_forumedition_dates", args=[edition.pk])
    return {
        "desk": reverse("admin:index"),
        "state": state_url(told.edition, told.member_state),
        "board": reverse("desk:board"),
        "sheet": reverse("desk:board"),
        "flip-through": reverse("admin:invitations_circular_look", args=[composed.pk]),
        "mending-replace": replacing_url([one.pk for one in english]),
        "mending-delivery": change_url(came_back),
        "mending-correct": reverse("admin:invitations_delivery_correct", args=[came_back.pk]),
        "mending-their-letter": f"{letters}?changed=name",
        "mending-hand-over": reverse("desk:hand_over", args=[coming.pk]),
        "moved-asked": f"{dates}?{urlencode(moved_by(edition))}",
    }


def let_one_come_back() -> Delivery:
    """Return a mail of the letters that came back; let one do so, as long as none has."""
    letters = Delivery.objects.filter(letter__kind="invitation")
    if came_back := letters.filter(state=State.BOUNCED).order_by("pk").first():
        return came_back
    silent = Invitation.objects.issued().filter(replies=None, minister__language="en")
    went = letters.filter(state=State.HANDED_OVER, letter__invitation__in=silent).earliest("pk")
    words = "550 5.1.1 The mailbox does not exist."
    transit(went, State.HANDED_OVER, State.BOUNCED, words=words)
    return went


def at_offices() -> dict[str, str]:
    """Return the link of a silent office, in the language that the picture names, or English."""
    languages = {"zh": "zh-hans", "office": "en"}
    found = {}
    for picture in PICTURES:
        if picture.name.startswith("office"):
            named = picture.name.removeprefix("office-").partition("-")[0]
            found[picture.name] = silent_link(languages.get(named, named))
    return found | {"office-zh-code": "/code/"}


@cache
def silent_link(language: str) -> str:
    silent = Invitation.objects.issued().filter(replies=None, minister__language=language)
    return reply_url(silent.exclude(minister__family_name="").earliest("pk").links.current().get())


def after_the_move() -> dict[str, str]:
    """Move the dates, let some offices re-confirm, and return pages of one that has not."""
    edition = demonstration()
    drafter, approver = (User.objects.get(username=name) for name in ("drafter", "approver"))
    sessions = list(edition.sessions.values_list("pk", flat=True))
    what = ProposedDateChange(
        DateChange.Kind.MOVED, moved_by(edition), days=DAYS, sessions=sessions
    )
    change = propose_date_change(edition, what, drafter, "The hall is being repaired.").change
    release_move(change, approver, change.mark)
    asked = Reconfirmation.objects.current().counted().order_by("pk")
    for one in asked.select_related("move", "invitation__minister")[:ALREADY]:
        confirm_answer(one.invitation, str(one.reply_id), mark_of_date_change(one.move))
    silent = asked.not_yet().filter(invitation__minister__language="en").earliest("pk").invitation
    return {
        "moved-telephone": still_valid_url(silent),
        "moved-board": reverse("desk:board"),
        "moved-office": reply_url(silent.links.current().get()),
    }


def moved_by(edition: ForumEdition) -> dict[str, dt.date]:
    return {name: getattr(edition, name) + dt.timedelta(days=DAYS) for name in DATES}


def demonstration() -> ForumEdition:
    return ForumEdition.objects.get(symbol=SYMBOLS["demo"])


def report_of_a_rehearsal() -> dict[str, str]:
    folder = Path(settings.VAR_DIR) / "rehearsal"
    call_command("rehearse", demonstration().symbol, folder=folder)
    return {"rehearsal-report": (folder / "report.html").as_uri()}


# What is done there


def name_a_substitute(page: Page) -> None:
    page.check("[value=represented]")
    page.fill("#id_substitute_name", "Rodolphe Rassendyll")
    page.fill("#id_substitute_function", "Secrétaire général")


def look_at_summary(page: Page) -> None:
    page.check("[value=in_person]")
    page.click(CHECK)


def answer(page: Page) -> None:
    look_at_summary(page)
    page.click(RECORD)
    page.wait_for_url("**/thanks/")


def nominate(page: Page) -> None:
    answer(page)
    page.click(".parts a[href$='/delegation/']")
    page.click("a[href$='/delegation/add/']")
    page.select_option("#id_role", "head")
    page.fill("#id_name", "فلافيا إلفبرغ")
    page.click(".btn[value=save]")


def begin_statement(page: Page) -> None:
    answer(page)
    page.click(".parts a[href$='/statement/']")
    page.fill("#id_title", "La confianza, ¿de dónde viene?")


def wait_for_pdf(page: Page) -> None:
    """Wait for what a reader of PDFs draws, which is in no document that could be waited for."""
    page.wait_for_selector("[data-pdf] iframe")
    page.wait_for_timeout(PDF_IS_DRAWN)


def find_first_held(page: Page) -> None:
    page.locator(".held").first.scroll_into_view_if_needed()
    page.mouse.wheel(0, 300)
    page.wait_for_timeout(500)


# The pictures


class Picture(NamedTuple):
    """A page as who signs in sees it, in such a browser, once that has been done."""

    name: str
    who: str  # an office signs in nowhere
    look: Mapping[str, Any]
    act: Callable[[Page], object] = Page.wait_for_load_state
    take: Callable[[Page], Image.Image] = whole


PICTURES = (
    Picture("desk", "drafter", DESK),
    Picture("state", "drafter", DESK),
    Picture("board", "drafter", DESK),
    Picture("sheet", "drafter", DESK, take=as_downloaded),
    Picture("flip-through", "approver", DESK, wait_for_pdf),
    Picture("mending-replace", "drafter", NARROW),
    Picture("mending-delivery", "drafter", NARROW),
    Picture("mending-correct", "drafter", NARROW),
    Picture("mending-their-letter", "drafter", NARROW),
    Picture("mending-hand-over", "drafter", NARROW),
    Picture("moved-asked", "drafter", NARROW),
    Picture("office", "", SMALL, take=in_window),
    Picture("office-fr-answer", "", PHONE, take=in_window),
    Picture("office-fr-substitute", "", PHONE, name_a_substitute),
    Picture("office-fr-summary", "", PHONE, look_at_summary),
    Picture("office-fr-printed", "", PHONE, answer, on_paper),
    Picture("office-fr-dark", "", PHONE | {"color_scheme": "dark"}),
    Picture("office-ar-answer", "", DESKTOP),
    Picture("office-ar-delegation", "", DESKTOP, nominate),
    Picture("office-zh-code", "", DESKTOP | {"locale": "zh-CN"}),
    Picture("office-zh-recorded", "", DESKTOP, answer),
    Picture("office-es-statement", "", NO_SCRIPT, begin_statement),
    Picture("moved-telephone", "drafter", NARROW),
    Picture("moved-board", "drafter", NARROW, take=in_window),
    Picture("moved-office", "", PHONE, take=in_window),
    Picture("rehearsal-report", "", REPORT, find_first_held, in_window),
)


def draw(browser: Browser, addresses: Mapping[str, str]) -> None:
    for picture in PICTURES:
        if picture.name in addresses:
            print(picture.name, flush=True)
            with opened(browser, picture.look) as page:
                if picture.who:
                    sign_in(page, picture.who)
                page.goto(urljoin(settings.SITE_URL, addresses[picture.name]))
                picture.act(page)
                save(picture.take(page), picture.name)


@contextmanager
def opened(browser: Browser, look: Mapping[str, Any]) -> Iterator[Page]:
    context = browser.new_context(reduced_motion="reduce", **look)
    yield context.new_page()
    context.close()


def sign_in(page: Page, username: str) -> None:
    held = signed_in(User.objects.get(username=username)).cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": held.key, "value": held.value, "url": settings.SITE_URL}])


# The mails


@transaction.atomic
def mails_in_each_language() -> dict[str, list[str]]:
    """Return each mail in each language; what writes them is taken back."""
    write_each_mail()
    written = {kind: mails_of(kind) for kind in KINDS}
    transaction.set_rollback(True)
    return written


def mails_of(name: str) -> list[str]:
    """Return the newest letter of the kind or variant in each language, as HTML of today."""
    named = Q(kind=name) | Q(kind="receipt", variant=name)
    written = Letter.objects.filter(named, second_language="").exclude(message_sha256="")
    written = written.exclude(variant__in=("copy", "contested", "holding"))
    letters = [written.filter(language=language).latest("pk") for language in Language]
    return [html_alone(build_message(letter, {}).as_bytes()) for letter in letters]


def name_of(letter: Letter) -> str:
    """Return the name of the picture that shows such a letter."""
    return letter.variant if letter.kind == Letter.Kind.RECEIPT else letter.kind


def draw_mails(browser: Browser, drawn: Mapping[str, list[str]], folder: Path) -> None:
    """Draw a sheet of each kind: its mails in the six languages, light above dark."""
    for kind, mails in drawn.items():
        rows = [[drawn_at(browser, mail, light) for mail in mails] for light in ("light", "dark")]
        save(on_one_sheet(rows), f"mail-{kind}", folder, colours=COLOURS_OF_MAILS)


def drawn_at(browser: Browser, html: str, light: str) -> Image.Image:
    viewport = {"width": WIDTH, "height": 100}
    look = {"viewport": viewport, "device_scale_factor": SCALE, "color_scheme": light}
    with opened(browser, look) as page:
        page.set_content(html)
        return whole(page)


def on_one_sheet(rows: list[list[Image.Image]]) -> Image.Image:
    heights = [max(picture.height for picture in row) for row in rows]
    width = sum(picture.width + GAP for picture in rows[0]) + GAP
    sheet = Image.new("RGB", (width, sum(heights) + GAP * (len(rows) + 1)), "#9aa5b1")
    top = GAP
    for row, height in zip(rows, heights, strict=True):
        for place, picture in enumerate(row):
            sheet.paste(picture, (GAP + place * (picture.width + GAP), top))
        top += height + GAP
    return sheet
