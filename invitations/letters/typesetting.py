"""HTML typeset as PDF/A-3a and PDF/UA-1, with fonts that each process keeps."""

import atexit
import ctypes
import functools
import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from invitations.letters.pdf_conformance import finish_pdf
from invitations.text.lines import without_unstorable

if TYPE_CHECKING:
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher


@contextmanager
def collector_paused() -> Iterator[None]:
    """Pause the garbage collector during a letter, and collect once after it.

    At the end nothing but the letter's bytes may be alive: other objects count as old, and stay.
    """
    # Collecting while a letter is set takes a sixth of its time.
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.collect(1)


@collector_paused()
def typeset_pdf(html: str, pages: int) -> bytes:
    """Return the HTML as a PDF; raise ValidationError if it takes more than ``pages`` pages."""
    from weasyprint import HTML  # noqa: PLC0415 -- slow import

    fonts, css, fetcher = fonts_and_styles(os.getpid())
    document = HTML(string=without_unstorable(html), url_fetcher=fetcher).render(
        font_config=fonts, stylesheets=[css], **STANDARD
    )
    if len(document.pages) > pages:
        raise ValidationError(
            _("The letter is too long: it would fill %(needed)s pages, and it may fill %(pages)s."),
            params={"needed": len(document.pages), "pages": pages},
        )
    pdf: bytes = document.write_pdf(finisher=finish_pdf, **STANDARD)
    return pdf


STANDARD: dict[str, Any] = {
    "pdf_variant": "pdf/a-3a",
    "pdf_tags": True,
    "uncompressed_pdf": True,  # ``finish_pdf`` compresses it
}
# Subsets of the system's fonts, made with the environment.
FACES = Path(sys.prefix) / "share" / "letter-faces"


def check_faces_are_cut(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Refuse an environment without the letters' faces: others would be taken without a word."""
    if (FACES / "fonts.conf").exists():
        return []
    return [
        Error(
            f"There is no fonts.conf in {FACES}: letters would be set in other faces.",
            hint="Run `make install` in this folder.",
            id="invitations.E001",
        )
    ]


@functools.lru_cache(maxsize=1)
def fonts_and_styles(_pid: int) -> "tuple[FontConfiguration, CSS, URLFetcher]":
    """Return fonts, style sheet and fetcher, kept by process: the fonts do not survive a fork."""
    from weasyprint import CSS  # noqa: PLC0415 -- slow import
    from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415
    from weasyprint.urls import URLFetcher  # noqa: PLC0415

    # At exit, cffi closes this library while a thread of Pango may use it; ctypes keeps it open.
    with suppress(OSError):
        ctypes.CDLL("libpangoft2-1.0.so.0")
    # A style sheet that named the faces' files would have each process copy them.
    if (FACES / "fonts.conf").exists():
        os.environ["FONTCONFIG_FILE"] = str(FACES / "fonts.conf")
    fonts = FontConfiguration()
    # At exit, they are given back while Python still can.
    atexit.register(fonts_and_styles.cache_clear)
    # Nothing that is set in type may read files.
    fetcher = URLFetcher(allowed_protocols=["data"])
    words = (settings.BASE_DIR / "templates/letters/letter.css").read_text()
    return fonts, CSS(string=words, font_config=fonts, url_fetcher=fetcher), fetcher
