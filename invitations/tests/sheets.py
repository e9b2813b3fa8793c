"""Sheets of paper as a scanner sees them."""

import io

import segno
from PIL import Image, ImageDraw

A4 = (1240, 1754)  # at 150 dots to the inch
PAPER, INK = 244, 40


def sheet(code="", lines=12):
    """A sheet in greys, with strokes where words would be, and a QR code."""
    page = Image.new("L", A4, PAPER)
    draw = ImageDraw.Draw(page)
    for line in range(lines):
        draw.rectangle((150, 200 + 40 * line, 1050, 214 + 40 * line), fill=INK)
    if code:
        file = io.BytesIO()
        segno.make(code, error="m", micro=False).save(file, kind="png", scale=4, border=4)
        page.paste(Image.open(file).convert("L"), (850, 1200))
    return page


def as_file(*pages, kind="PNG", **more):
    file = io.BytesIO()
    rest = {"save_all": True, "append_images": pages[1:]} if len(pages) > 1 else {}
    pages[0].save(file, kind, **rest, **more)
    return file.getvalue()
