"""Draw the mail of the demonstration in six languages, by day and by night, for docs/pictures.

Needs Chromium, and the database of a demonstration, in which an office may have to answer first:
python manage.py shell -c "from scripts.mail_pictures import main; main()"

delegations/tests/test_mail_in_browser.py draws the same of its own letters, and compares the names.
"""

import io
from pathlib import Path

from django.db.models import Q
from PIL import Image
from playwright.sync_api import Browser

from invitations.letters.composing_queue import compose_planned
from invitations.letters.message import build_message
from invitations.mail.html_part import html_alone
from invitations.models import Invitation, Language, Letter
from invitations.replies import record_reply
from scripts.bench.spam import file_with_receipts, move_sessions
from scripts.peers.browsers import chromium
from scripts.peers.pictures import FOLDER, save

WIDTH, GAP, SCALE, COLOURS = 400, 16, 0.75, 16
# What a picture shows: a kind of letter, or a variant of the receipts.
KINDS = ("invitation", "reminder", "acknowledgement", "calendar", "statement", "delegation")


def main() -> None:
    answer_in_each_language()
    drawn = {kind: mails_of(kind) for kind in KINDS}
    with chromium() as browser:
        draw_mails(browser, drawn, FOLDER)


def name_of(letter: Letter) -> str:
    """Return the name of the picture that shows such a letter."""
    return letter.variant if letter.kind == Letter.Kind.RECEIPT else letter.kind


def draw_mails(browser: Browser, drawn: dict[str, list[str]], folder: Path) -> None:
    """Draw a sheet of each kind: its mails in the six languages, light above dark."""
    for kind, mails in drawn.items():
        rows = [[drawn_at(browser, mail, light) for mail in mails] for light in ("light", "dark")]
        save(on_one_sheet(rows), f"mail-{kind}", folder, colours=COLOURS)


def answer_in_each_language() -> None:
    """Let an office of each language answer and file; tell who comes of another room."""
    acknowledged = Letter.objects.filter(kind="acknowledgement")
    for language in Language:
        if not acknowledged.filter(language=language).exists():
            office = Invitation.objects.issued().filter(letters__language=language).earliest("pk")
            record_reply(office, {"answer": "in_person", "segments": ["opening"]})
    compose_planned()
    coming = [one.invitation for one in acknowledged.exclude(state="cancelled")]
    move_sessions(coming)
    file_with_receipts(coming)
    compose_planned()


def mails_of(name: str) -> list[str]:
    """Return the newest letter of the kind or variant in each language, as HTML of today."""
    named = Q(kind=name) | Q(kind="receipt", variant=name)
    written = Letter.objects.filter(named, second_language="").exclude(message_sha256="")
    written = written.exclude(variant__in=("copy", "contested", "holding"))
    letters = [written.filter(language=language).latest("pk") for language in Language]
    return [html_alone(build_message(letter, {}).as_bytes()) for letter in letters]


def drawn_at(browser: Browser, html: str, light: str) -> Image.Image:
    context = browser.new_context(
        viewport={"width": WIDTH, "height": 100},
        device_scale_factor=SCALE,
        color_scheme="dark" if light == "dark" else "light",
    )
    page = context.new_page()
    page.set_content(html)
    content = page.screenshot(full_page=True)
    context.close()
    return Image.open(io.BytesIO(content)).convert("RGB")


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
