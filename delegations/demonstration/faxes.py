"""Faxes as the offices of the demonstration might send them: scanned askew, grey and speckled.

Among them one is upside down, one blank, one of another edition, one comes twice; some have no
code, and one says nowhere whose it is.
"""

import io
import random
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import segno
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from invitations.links import grouped_code, reply_url
from invitations.models import Invitation

A4 = (1654, 2339)  # 200 dots to the inch
WHITE, BLACK = 255, 30
MARGIN, LINE = 180, 44
QR_PLACE = (1180, 1700)
ANSWERS = ("The Minister will attend in person.", "The Minister regrets.", "We shall reply soon.")
# Of each forty: with a code, typed with the reply code, named for the State, of nobody named.
WITH_CODE, TYPED, NAMED = 29, 4, 3
NEEDED = WITH_CODE + TYPED + NAMED + 1
UPSIDE_DOWN = 5


class Fax(NamedTuple):
    name: str
    content: bytes


def forty_faxes(invitations: Sequence[Invitation], earlier: Invitation) -> list[Fax]:
    """Return forty faxes of the first 37 invitations, and one of the earlier edition."""
    rng = random.Random(40)  # noqa: S311 -- the same faxes every time
    rest = iter(invitations[:NEEDED])
    with_code = [fax_with_code(n, next(rest), rng) for n in range(WITH_CODE)]
    return [
        *with_code,
        *(typed_fax(n, next(rest)) for n in range(TYPED)),
        *(named_fax(next(rest), rng) for _n in range(NAMED)),
        *(Fax("scan-0037.png", scanned(reply(one, ""), rng, "PNG")) for one in rest),
        Fax("scan-0038.png", scanned(reply(earlier, reply_link(earlier)), rng, "PNG")),
        Fax("scan-0039.png", scanned(Image.new("L", A4, WHITE), rng, "PNG")),
        Fax("scan-0040.png", with_code[0].content),
    ]


def fax_with_code(number: int, invitation: Invitation, rng: random.Random) -> Fax:
    """Return a fax with the code of our letter, in one of four kinds of file."""
    kind, suffix = (("PNG", "png"), ("JPEG", "jpg"), ("TIFF", "tif"), ("PDF", "pdf"))[number % 4]
    turned = 180 if number == UPSIDE_DOWN else 0
    page = reply(invitation, reply_link(invitation))
    return Fax(f"scan-{number + 1:04}.{suffix}", scanned(page, rng, kind, turned))


def typed_fax(number: int, invitation: Invitation) -> Fax:
    """Return a letter that was typed and never printed: its words tell whose it is."""
    from weasyprint import HTML  # noqa: PLC0415 -- slow import

    code = grouped_code(invitation.links.current().get().code)
    html = f"<p>{ANSWERS[number % 3]}</p><p>Reply code: {code}</p>"
    return Fax(f"letter-{number + 1}.pdf", HTML(string=html).write_pdf())


def named_fax(invitation: Invitation, rng: random.Random) -> Fax:
    name = f"{invitation.member_state.iso3}-reply.png"
    return Fax(name, scanned(reply(invitation, ""), rng, "PNG"))


def reply_link(invitation: Invitation) -> str:
    return reply_url(invitation.links.current().get())


def reply(invitation: Invitation, code: str) -> Image.Image:
    """Return the sheet as the office typed it, with the code that it cut from our letter."""
    page = Image.new("L", A4, WHITE)
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(36)
    for place, line in enumerate(lines(invitation, code)):
        draw.text((MARGIN, MARGIN + LINE * place), line, BLACK, font)
    if code:
        page.paste(printed_qr(code), QR_PLACE)
    return page


def lines(invitation: Invitation, code: str) -> Iterator[str]:
    """Yield what is typed; a fax of nobody named says no more than its answer."""
    yield from ("FACSIMILE", "", "Dear Sir or Madam,", "")
    yield ANSWERS[invitation.pk % 3]
    yield from ("", "Please accept the assurances of our highest consideration.", "", "")
    yield "The Private Office" + (f", {invitation.member_state.iso3}" if code else "")


def printed_qr(code: str) -> Image.Image:
    """Return the code as it is printed on our letters, 22 millimetres wide."""
    file = io.BytesIO()
    segno.make(code, error="m", micro=False).save(file, kind="png", scale=8, border=2)
    return Image.open(file).convert("L").resize((190, 190))


def scanned(page: Image.Image, rng: random.Random, kind: str, turned: float = 0) -> bytes:
    """Return the sheet as a machine scans it: a little askew, grey, with specks."""
    askew = page.rotate(turned + rng.uniform(-3, 3), Image.Resampling.BILINEAR, fillcolor=WHITE)
    specks = Image.frombytes(
        "L", (A4[0] // 2, A4[1] // 2), rng.randbytes(A4[0] // 2 * (A4[1] // 2))
    )
    specks = specks.resize(A4).point(lambda grey: 110 + grey // 14)
    grey = ImageChops.add(askew.point(lambda dot: dot * 4 // 5 + 30), specks, 1, -120)
    file = io.BytesIO()
    grey.filter(ImageFilter.GaussianBlur(0.8)).save(
        file, kind, resolution=200, dpi=(200, 200), compress_level=1
    )
    return file.getvalue()
