"""The letter on paper: what is printed on it, as a PDF."""

import ctypes
import functools
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import segno
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import escape
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt

from invitations.dates import printed_date
from invitations.links import reply_url
from invitations.models import Letter

if TYPE_CHECKING:
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher


def render_pdf(letter: Letter) -> bytes:
    """Return the letter as a tagged PDF/A-3a; nothing is fetched from a network."""
    from weasyprint import HTML  # noqa: PLC0415 -- slow import

    fonts, css, fetcher = press(os.getpid())
    with translation.override(letter.language):
        html = render_to_string("letters/letter.html", sheet(letter))
    pdf: bytes = HTML(string=html, url_fetcher=fetcher).write_pdf(
        stylesheets=[css], font_config=fonts, pdf_variant="pdf/a-3a", pdf_tags=True
    )
    return pdf


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
    nothing_but_data = URLFetcher(allowed_protocols=["data"])
    words = (settings.BASE_DIR / "templates/letters/letter.css").read_text()
    css = CSS(string=words, font_config=fonts, url_fetcher=nothing_but_data)
    return fonts, css, nothing_but_data


def sheet(letter: Letter) -> dict[str, Any]:
    """What the letter's template prints; call it with the letter's language active."""
    circular, edition = letter.circular, letter.invitation.edition
    link = reply_url(letter.invitation.links.current().get())
    return {
        "lang": letter.language,
        "dir": "rtl" if translation.get_language_bidi() else "ltr",
        "title": f"{circular.reference}, {letter.subject}",
        "author": edition.organization or circular.signatory_title,
        "organization": edition.organization,
        "address_line": edition.organizers,
        "emblem": mark_safe(emblem()),  # noqa: S308 -- a file of ours
        "reference": circular.reference,
        "circular_label": _("Circular letter"),
        "place_and_date": _("%(place)s, %(date)s")
        % {"place": circular.place, "date": printed_date(circular.dated_on, letter.language)},
        "addressee": letter.addressee.splitlines(),
        "subject": letter.subject,
        "body": mark_safe(markdown(letter.paper)),  # noqa: S308 -- Markdown without HTML
        "original_signed": _("(original signed)"),
        "signatory": circular.signatory_name,
        "signatory_title": circular.signatory_title,
        "qr": segno.make(link, error="m", micro=False).png_data_uri(border=0, scale=8),
        "reply_link": link,
        "reply_label": _("Your reply online"),
        "labels": {"ref": _("Ref.:"), "subject": _("Subject:"), "page": page_label()},
    }


def page_label() -> str:
    """Page n of m, with places that the style sheet counts into."""
    label = escape(_("page %(page)s of %(pages)s"))
    page, pages = '<span class="page"></span>', '<span class="pages"></span>'
    return mark_safe(label % {"page": page, "pages": pages})  # noqa: S308 -- the label is escaped


@functools.cache
def emblem() -> str:
    return (settings.BASE_DIR / "static/letters/emblem.svg").read_text()


def markdown(text: str) -> str:
    """Staff write Markdown; HTML in it is shown as it was typed."""
    return MarkdownIt("commonmark", {"html": False}).disable("image").render(text)
