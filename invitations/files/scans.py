"""Scans: a picture of each page, its codes, its text. This module is also the confined program.

Whatever a stranger's fax or file does to a decoder stays in a process of its own. What that process
writes is taken for no more than it may be: a few pictures that begin as JPEGs, and short texts.
"""

import io
import json
import logging
import sys
import warnings
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any, NamedTuple

from PIL import Image, ImageFilter, ImageOps

from invitations.files.confined import Limits, Unsafe, run_confined

logger = logging.getLogger(__name__)

# A page of A4 in greys, at 600 dots to the inch, has 35 megapixels; two copies of it fit.
LIMITS = Limits(memory=768 * 1024 * 1024, processor=20, patience=60)
MOST_PAGES = 12
MOST_PIXELS = 50_000_000
READ_AT = 2400  # pixels of the longer side, of which codes are read: 200 dots to the inch of A4
SHOWN_AT = 1600  # pixels of the longer side of the picture that is kept
MOST_WORDS = 20_000
LONGEST_CODE = 300
MOST_CODES = 8
LARGEST_PICTURE = 3 * 1024 * 1024
JPEG = b"\xff\xd8\xff"
# A page is blank if no more than this share of it is darker than its paper.
INK, DARKER_BY = 0.0008, 60
# Shadows of the lid stand along the edges.
EDGE = 0.04
FORMATS = ("PNG", "JPEG", "TIFF")


class ScannedPage(NamedTuple):
    picture: bytes
    is_blank: bool
    codes: list[str]


class ScanRead(NamedTuple):
    """What was read of a scan; ``total`` counts pages that were not read too."""

    pages: list[ScannedPage]
    total: int
    words: str


def read_scan(content: bytes) -> ScanRead | None:
    """Return what the scan shows; None if it is damaged, or takes too much memory or time."""
    try:
        said = run_confined(__file__, content, LIMITS)
    except Unsafe as unsafe:
        logger.warning("A scan was not read to its end: %s", type(unsafe.__cause__).__name__)
        return None
    return understood(said)


def understood(said: bytes) -> ScanRead | None:
    """Return what the process wrote; None if it is not in the shape that it always has."""
    try:
        return believed(json.loads(said)) if said else None
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def believed(said: dict[str, Any]) -> ScanRead | None:
    """Return what the process said, in the bounds of what it may say."""
    pages = []
    for page in said["pages"][:MOST_PAGES]:
        picture = b64decode(page["picture"], validate=True)
        if not picture.startswith(JPEG) or len(picture) > LARGEST_PICTURE:
            return None
        codes = [str(code)[:LONGEST_CODE] for code in page["codes"][:MOST_CODES]]
        pages.append(ScannedPage(picture, bool(page["is_blank"]), codes))
    words = str(said["words"])[:MOST_WORDS].replace("\x00", "")
    return ScanRead(pages, min(int(said["total"]), 9999), words) if pages else None


# From here on all runs in the confined process.


def read_here(content: bytes) -> bytes:
    """Return what the scan shows as JSON; empty if it is no scan that can be read."""
    reading = read_pdf if content.startswith(b"%PDF-") else read_pictures
    try:
        pages, total, words = reading(content)
    except (OSError, SyntaxError, ValueError, RuntimeError, Image.DecompressionBombError):
        return b""
    return json.dumps({"pages": pages, "total": total, "words": words}).encode()


def read_pdf(content: bytes) -> tuple[list[dict[str, Any]], int, str]:
    import pypdfium2  # noqa: PLC0415 -- only the confined process opens PDFs with it

    document = pypdfium2.PdfDocument(content)
    pages, words = [], []
    for number in range(min(len(document), MOST_PAGES)):
        page = document[number]
        scale = READ_AT / max(page.get_width(), page.get_height(), 1)
        drawn = page.render(scale=scale, grayscale=True).to_pil()
        pages.append(page_read(drawn))
        words.append(page.get_textpage().get_text_range())
    return pages, len(document), "\n".join(words)[:MOST_WORDS]


def read_pictures(content: bytes) -> tuple[list[dict[str, Any]], int, str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        with Image.open(io.BytesIO(content), formats=FORMATS) as file:
            # What a telephone keeps behind its picture is no page of the paper.
            total = 1 if file.format == "MPO" else getattr(file, "n_frames", 1)
            pages = [page_read(picture) for picture in pictures_in(file, min(total, MOST_PAGES))]
    return pages, total, ""


def pictures_in(file: Image.Image, number: int) -> Iterator[Image.Image]:
    """Yield the pages in greys, upright as the scanner says, and of square dots."""
    for place in range(number):
        file.seek(place)
        if file.width * file.height > MOST_PIXELS:
            raise ValueError("The picture is too large to be read.")
        file.draft("L", (READ_AT, READ_AT))
        upright = ImageOps.exif_transpose(file) or file
        yield in_square_dots(in_greys(upright), upright.info.get("dpi"))


def in_greys(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I"):
        return picture.convert("F").point(lambda grey: grey / 257 + 0.5).convert("L")
    if picture.has_transparency_data:
        paper = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(paper, picture.convert("RGBA"))
    return picture.convert("L")


def in_square_dots(picture: Image.Image, dpi: Any) -> Image.Image:
    """Stretch a fax of standard quality, which has half as many lines as dots in each."""
    with suppress(TypeError, ValueError, ZeroDivisionError):
        across, down = (float(one) for one in dpi)
        if 1.5 < across / down < 3:
            size = (picture.width, round(picture.height * across / down))
            return picture.resize(size) if size[0] * size[1] <= MOST_PIXELS else picture
    return picture


def page_read(picture: Image.Image) -> dict[str, Any]:
    """Return the page's codes, whether it is blank, and its picture the right way up."""
    if picture.width * picture.height > MOST_PIXELS:
        raise ValueError("The page is too large to be read.")
    picture = picture.convert("L")
    picture.thumbnail((READ_AT, READ_AT))
    found = codes_on(picture)
    turned = round((found[0].orientation if found else 0) / 90) * 90 % 360
    return {
        "picture": b64encode(preview_of(picture.rotate(turned, expand=True))).decode(),
        "is_blank": not found and is_blank_page(picture),
        "codes": [code.text for code in found[:MOST_CODES]],
    }


def codes_on(picture: Image.Image) -> list[Any]:
    import zxingcpp  # noqa: PLC0415 -- only the confined process looks for codes

    wanted = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    return list(zxingcpp.read_barcodes(picture, formats=wanted))


def is_blank_page(picture: Image.Image) -> bool:
    """Whether the page bears nothing but dust: its specks are smoothed, its edges cut."""
    small = picture.copy()
    small.thumbnail((SHOWN_AT // 2, SHOWN_AT // 2))
    aside = (round(small.width * EDGE), round(small.height * EDGE))
    inner = small.crop((*aside, small.width - aside[0], small.height - aside[1]))
    inner = inner.filter(ImageFilter.MedianFilter(3))
    counts = inner.histogram()
    paper = middle(counts)
    dark = sum(counts[: max(paper - DARKER_BY, 0)])
    return dark <= INK * sum(counts)


def middle(counts: Iterable[int]) -> int:
    """Return the grey of which half of the page is darker: that of its paper."""
    listed, passed = list(counts), 0
    for grey, count in enumerate(listed):
        passed += count
        if passed * 2 >= sum(listed):
            return grey
    return 0


def preview_of(picture: Image.Image) -> bytes:
    picture.thumbnail((SHOWN_AT, SHOWN_AT))
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=70, optimize=True)
    return file.getvalue()


if __name__ == "__main__":
    sys.stdout.buffer.write(read_here(sys.stdin.buffer.read()))
