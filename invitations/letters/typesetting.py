"""HTML set in type as PDF/A-3a and PDF/UA-1, by fonts that are kept for each process."""

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
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from invitations.letters.pdf_conformance import finish_pdf

if TYPE_CHECKING:
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher


def typeset_pdf(html: str, pages: int) -> bytes:
    """Raise ValidationError where it would take more than that many pages."""
    from weasyprint import HTML  # noqa: PLC0415 -- slow import

    fonts, css, fetcher = fonts_and_styles(os.getpid())
    document = HTML(string=html, url_fetcher=fetcher).render(
        font_config=fonts, stylesheets=[css], **STANDARD
    )
    if len(document.pages) > pages:
        raise ValidationError(
            _("The letter is too long: it would fill %(needed)s pages, and it may fill %(pages)s.")
            % {"needed": len(document.pages), "pages": pages}
        )
    pdf: bytes = document.write_pdf(finisher=finish_pdf, **STANDARD)
    return pdf


STANDARD: dict[str, Any] = {
    "pdf_variant": "pdf/a-3a",
    "pdf_tags": True,
    "uncompressed_pdf": True,  # it is compressed below
}
# Cut from the system's faces when the environment was made; without them the full ones serve.
FACES = Path(sys.prefix) / "share" / "letter-faces"


@contextmanager
def collector_paused() -> Iterator[None]:
    """Look for dead cycles once, after a letter: while it is set they take a sixth of its time.

    Nothing of the letter but its bytes may be alive at the end: what is counts as old, and stays.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.collect(1)


@functools.lru_cache(maxsize=1)
def fonts_and_styles(_pid: int) -> "tuple[FontConfiguration, CSS, URLFetcher]":
    """Fonts and style sheet, kept for each process: a FontConfiguration does not survive a fork."""
    from weasyprint import CSS  # noqa: PLC0415 -- slow import
    from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415
    from weasyprint.urls import URLFetcher  # noqa: PLC0415

    # At exit, cffi closes this library while a thread of Pango may still be in it; ctypes keeps it.
    with suppress(OSError):
        ctypes.CDLL("libpangoft2-1.0.so.0")
    fonts = FontConfiguration()
    # Its temporary files are removed while Python can still do it.
    atexit.register(fonts_and_styles.cache_clear)
    # The sheet alone may read files: its faces. What a letter holds may not.
    faces = URLFetcher(allowed_protocols=["file"])
    words = (settings.BASE_DIR / "templates/letters/letter.css").read_text()
    css = CSS(string=words, font_config=fonts, url_fetcher=faces, base_url=f"{FACES.as_uri()}/")
    return fonts, css, URLFetcher(allowed_protocols=["data"])
