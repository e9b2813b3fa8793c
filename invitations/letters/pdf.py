"""The letter on paper: what is printed on it, as a PDF."""

import atexit
import ctypes
import functools
import gc
import os
import sys
import zlib
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any, NamedTuple

import segno
from django.conf import settings
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from PIL import Image
from pydyf import Stream

from invitations.letters.context import Keys, check_page, code_page, terms_in, unbroken
from invitations.models import Circular, ForumEdition, Letter
from invitations.text.dates import printed_date

if TYPE_CHECKING:
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher


class Text(NamedTuple):
    """A letter's words in one language, filled in."""

    language: str
    subject: str
    paper: str
    mail: str
    addressee: list[str]


def render_pdf(letter: Letter, texts: list[Text], keys: Keys, *, specimen: bool = False) -> bytes:
    """Return the letter as a PDF/A-3a and PDF/UA-1; nothing is fetched from a network.

    A specimen is marked across each page: it is no letter. Raise ValidationError where the words
    would need a third page for a language.
    """
    html = render_to_string("letters/letter.html", printed(letter, texts, keys, specimen=specimen))
    with collector_paused():
        return set_in_type(html, PAGES * len(texts))


def set_in_type(html: str, pages: int) -> bytes:
    """Raise ValidationError where it would take more than that many pages."""
    from weasyprint import HTML  # noqa: PLC0415 -- slow import

    fonts, css, fetcher = press(os.getpid())
    document = HTML(string=html, url_fetcher=fetcher).render(
        font_config=fonts, stylesheets=[css], **STANDARD
    )
    if len(document.pages) > pages:
        raise ValidationError(
            _("The letter is too long: it would fill %(needed)s pages, and it may fill %(pages)s.")
            % {"needed": len(document.pages), "pages": pages}
        )
    pdf: bytes = document.write_pdf(finisher=finish, **STANDARD)
    return pdf


STANDARD: dict[str, Any] = {
    "pdf_variant": "pdf/a-3a",
    "pdf_tags": True,
    "uncompressed_pdf": True,  # it is compressed below
}
PAGES = 2  # at most, for each language
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


def finish(_document: Any, pdf: Any) -> None:
    """Say in the file what it conforms to, and pack its streams so that any archive reads them."""
    for number, stream in enumerate(pdf.objects):
        if isinstance(stream, Stream):
            if stream.extra.get("Type") == "/Metadata":
                say_accessible(stream)
            elif "Filter" not in stream.extra:
                compress(stream)
            pdf.objects[number] = Delimited(stream)


def say_accessible(metadata: Stream) -> None:
    """Let the metadata name PDF/UA-1 beside PDF/A-3a; archives want them uncompressed."""
    closing = b"</rdf:RDF>"
    metadata.stream = [part.replace(closing, pdfua() + closing) for part in metadata.stream]


def compress(stream: Stream) -> None:
    """Compress at zlib's usual level: the highest takes twice the time for half a percent."""
    *_start, content = stream.data.removesuffix(b"\nendstream").partition(b"\nstream\n")
    stream.stream, stream.extra["Filter"] = [zlib.compress(content)], "/FlateDecode"


class Delimited(Stream):
    """A stream whose length cannot be misread: one that ends in CR has CR LF after it."""

    def __init__(self, stream: Stream) -> None:
        self.__dict__.update(stream.__dict__)

    @property
    def data(self) -> bytes:
        data: bytes = super().data
        ending = b"\nendstream"
        content = data.removesuffix(ending)
        return content + b"\r" + ending if content.endswith(b"\r") else data


@functools.cache
def pdfua() -> bytes:
    return (settings.BASE_DIR / "templates/letters/pdfua.xmp").read_bytes()


@functools.lru_cache(maxsize=1)
def press(_pid: int) -> "tuple[FontConfiguration, CSS, URLFetcher]":
    """Fonts and style sheet, kept for each process: a FontConfiguration does not survive a fork."""
    from weasyprint import CSS  # noqa: PLC0415 -- slow import
    from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415
    from weasyprint.urls import URLFetcher  # noqa: PLC0415

    # At exit, cffi closes this library while a thread of Pango may still be in it; ctypes keeps it.
    with suppress(OSError):
        ctypes.CDLL("libpangoft2-1.0.so.0")
    fonts = FontConfiguration()
    # Its temporary files are removed while Python can still do it.
    atexit.register(press.cache_clear)
    # The sheet alone may read files: its faces. What a letter holds may not.
    faces = URLFetcher(allowed_protocols=["file"])
    words = (settings.BASE_DIR / "templates/letters/letter.css").read_text()
    css = CSS(string=words, font_config=fonts, url_fetcher=faces, base_url=f"{FACES.as_uri()}/")
    return fonts, css, URLFetcher(allowed_protocols=["data"])


def printed(
    letter: Letter, texts: list[Text], keys: Keys, *, specimen: bool = False
) -> dict[str, Any]:
    """What the letter's template prints: what all its languages share, and a sheet for each."""
    circular = letter.circular
    sheets = [sheet(letter, text) for text in texts]
    first = sheets[0]
    return {
        "lang": first["lang"],
        "dir": first["dir"],
        "title": f"{circular.reference}, {first['subject']}",
        "author": first["organization"] or first["signatory_title"],
        "subject": first["subject"],
        "emblem": mark_safe(emblem()),  # noqa: S308 -- a file of ours
        "reference": circular.reference,
        "qr": qr(keys.reply_link),
        "reply_link": keys.reply_link,
        "reply_code": keys.reply_code,
        "code_page": code_page(),
        "check_code": keys.check_code,
        "has_reply": letter.kind != Letter.Kind.NOTE,
        "specimen": specimen,
        "sheets": sheets,
    }


def qr(link: str) -> str:
    """The code in greys: WeasyPrint makes a picture of one bit anew, in colour, in each letter."""
    rows = segno.make(link, error="m", micro=False).matrix_iter(scale=4, border=0)
    lines = [bytes(0 if dark else 255 for dark in row) for row in rows]
    picture, file = Image.frombytes("L", (len(lines), len(lines)), b"".join(lines)), BytesIO()
    picture.save(file, "PNG")
    return f"data:image/png;base64,{b64encode(file.getvalue()).decode()}"


def sheet(letter: Letter, text: Text) -> dict[str, Any]:
    circular, edition = letter.circular, letter.invitation.edition
    terms = terms_in(text.language)
    note = letter.kind == Letter.Kind.NOTE
    with translation.override(text.language):
        return {
            "lang": text.language,
            "dir": "rtl" if translation.get_language_bidi() else "ltr",
            "organization": edition.organization,
            "postal_address": edition.postal_address,
            "contacts": contacts(edition, terms),
            "label": terms["note_verbale" if note else "circular_letter"],
            "place_and_date": place_and_date(circular, text.language),
            "addressee": text.addressee,
            "subject": text.subject,
            "body": mark_safe(markdown(text.paper)),  # noqa: S308 -- Markdown without HTML
            "signatory": circular.signatory_name,
            "signatory_title": circular.signatory_title,
            "terms": terms
            | {"page": page_label(terms["page"]), "check_at": check_label(terms["check_at"])},
        }


def contacts(edition: ForumEdition, terms: dict[str, str]) -> list[str]:
    """How to reach the organization, as its letterhead says."""
    numbers = {"phone": edition.organization_phone, "fax": edition.organization_fax}
    return [
        *(f"{terms[key]} {isolated(number)}" for key, number in numbers.items() if number),
        *filter(None, [edition.organization_email, edition.organization_website]),
    ]


def isolated(number: str) -> str:
    """A telephone number on one line, and in its order within Arabic too."""
    return f"\u2066{unbroken(number)}\u2069"


def place_and_date(circular: Circular, language: str) -> str:
    return _("%(place)s, %(date)s") % {
        "place": circular.place,
        "date": printed_date(circular.dated_on, language),
    }


def page_label(term: str) -> SafeString:
    """Page n of m, with places that the style sheet counts into."""
    page, pages = '<span class="page"></span>', '<span class="pages"></span>'
    label = Template(escape(term)).safe_substitute(page=page, pages=pages)
    return mark_safe(label)  # noqa: S308 -- the term is escaped


def check_label(term: str) -> str:
    return Template(term).safe_substitute(page=f"\u2066{check_page()}\u2069")


@functools.cache
def emblem() -> str:
    return (settings.BASE_DIR / "static/letters/emblem.svg").read_text()


def markdown(text: str) -> str:
    """Staff write Markdown; HTML in it is shown as it was typed."""
    return MarkdownIt("commonmark", {"html": False}).disable("image").render(text)
