"""A mail's words as HTML, each language with its mark and direction; nothing is fetched for it."""

import functools
import re
from base64 import b64encode
from collections.abc import Collection, Iterable
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import NamedTuple

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from invitations.text.scripts import LETTERS, language_by_script

EMBLEM = "emblem"
# Marks of direction stand around an address, never in it.
UNSEEN = r"\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"
# Chinese words stand right beside an address, without a space.
CHINESE = r"\u3000-\u9fff\uff00-\uffef"
NOT_IN_ADDRESS = rf"\s<>()«»“”{UNSEEN}{CHINESE}"
ADDRESS = rf"https?://[^{NOT_IN_ADDRESS}]*[^{NOT_IN_ADDRESS}.,;:!?]"
OF_DOMAIN = rf"(?:[^\W{CHINESE}]|-)+"
LOCAL = "A-Za-z0-9_.+-"
# It begins where its first part does: to try each sign of a long word anew takes seconds.
EMAIL = rf"(?<![{LOCAL}])[{LOCAL}]+@{OF_DOMAIN}(?:\.{OF_DOMAIN})+"
# A reply code as it is printed, in groups of four.
CODE = r"\b[a-z]{4}(?:-[a-z]{4}){2}\b"
# As many signs of an e-mail address fit on one line of a narrow phone.
ON_ONE_LINE = 28
LEFT_TO_RIGHT = "\u2066"
# What an office typed, or day and hour, between the signs that keep its order in plain text.
ISOLATE = "([\u2066\u2068])([^\u2066-\u2069]*)\u2069"
# A telephone number has no-break spaces, so that a list of figures is none.
NUMBER = r"\+\d[\d\u00a0]{5,}\d"
# A file by its name, such as that of the letter's PDF.
FILE = rf"(?<![^\W{CHINESE}])(?<![.-])(?:[^\W{CHINESE}]|[.-])+\.pdf\b"
# Days or hours from one to another: no line parts at the dash.
FROM_TO = r"\b\d[\d:]*–\d[\d:]*\b"

# Words of one script after another, with what stands between them.
OTHER_SCRIPT = "|".join(
    rf"[{letters}](?:[{letters}\s'’.-]*[{letters}])?" for letters in LETTERS.values()
)
# As BCP 47 has it for a language that is not known.
NOT_KNOWN = "und"


class LanguagePart(NamedTuple):
    """The mail in one language; ``label`` stands on the button that leads to the reply.

    Only ``links`` become a button, not one that somebody typed.
    """

    lang: str
    dir: str
    words: str
    label: str
    links: Collection[str]


class Block(NamedTuple):
    """A paragraph by its lines, or the link to the reply with the words of its button."""

    lines: list[SafeString]
    link: str = ""


def html_page(
    subject: str,
    organization: str,
    parts: list[LanguagePart],
    references: Collection[str],
    *,
    has_emblem: bool,
) -> str:
    """Return the words as one HTML page under the organization's name and, if said so, emblem.

    A paragraph that is the link to a reply becomes a button with the link beneath it. The
    references are those of the letter and of the one that it speaks of.
    """
    sections = [(part, list(blocks(part, references))) for part in parts]
    context = {
        "subject": subject,
        "organization": organization,
        "emblem": f"cid:{EMBLEM}" if has_emblem else "",
        "first": parts[0],
        "sections": sections,
    }
    return re.sub(r"\n\s*\n+", "\n", render_to_string("mail/page.html", context))


def add_html(message: EmailMessage, html: str) -> None:
    """Add the HTML as the other form of the plain text, with the emblem if it shows it."""
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    if f"cid:{EMBLEM}" not in html:
        return
    (part,) = (one for one in message.iter_parts() if one.get_content_type() == "text/html")
    part.add_related(
        emblem_png(), maintype="image", subtype="png", cid=f"<{EMBLEM}>", filename="emblem.png",
        disposition="inline",
    )  # fmt: skip


def html_alone(content: bytes) -> str:
    """Return the HTML of a written message with its pictures in it; empty if it has none."""
    message = message_from_bytes(content, policy=policy.default)
    part = message.get_body(("html",))
    html = str(part.get_content()) if part else ""
    for picture in message.walk():
        name, shown = str(picture["Content-ID"] or ""), picture.get_payload(decode=True)
        if name and isinstance(shown, bytes):
            url = f"data:{picture.get_content_type()};base64,{b64encode(shown).decode()}"
            html = html.replace(f"cid:{name.strip('<>')}", url)
    return html


def plain_alone(content: bytes) -> str:
    part = message_from_bytes(content, policy=policy.default).get_body(("plain",))
    return str(part.get_content()) if part else ""


def blocks(part: LanguagePart, references: Collection[str]) -> Iterable[Block]:
    for paragraph in filter(str.strip, re.split(r"\n\s*\n", part.words)):
        lines = [
            marked_up(line, *references, lang=part.lang)
            for line in paragraph.strip("\n").split("\n")
        ]
        word = paragraph.strip()
        yield Block(lines, word if word in part.links else "")


def marked_up(line: str, *references: str, lang: str = "") -> SafeString:
    """Return the line as HTML: addresses are links, and what keeps its own order is isolated.

    Words in the script of another language than ``lang`` say which.
    """
    # One reference may begin with the other: CL-19/5, CL-19/58.
    figures = "|".join([NUMBER, FILE, *map(re.escape, sorted(references, key=len, reverse=True))])
    signs = rf"{ISOLATE}|({ADDRESS})|({EMAIL})|({CODE})|({figures})|({FROM_TO})"
    html, end = "", 0
    for found in re.finditer(signs, line):
        html += mark_scripts(line[end : found.start()], lang)
        mark, words, *others = found.groups()
        html += isolated_quote(mark, words, references, lang) if mark else isolated_detail(*others)
        end = found.end()
    return mark_safe(html + mark_scripts(line[end:], lang))  # noqa: S308 -- escaped part by part


def mark_scripts(words: str, lang: str) -> SafeString:
    """Return the words as HTML; those in the script of another language say which it is."""
    html, end = "", 0
    for found in re.finditer(OTHER_SCRIPT, words):
        told = language_by_script(found[0])
        html += escape(words[end : found.start()])
        html += (
            format_html('<span lang="{}">{}</span>', told, found[0]) if told != lang else found[0]
        )
        end = found.end()
    return mark_safe(html + escape(words[end:]))  # noqa: S308 -- escaped part by part


def isolated_quote(mark: str, words: str, references: Collection[str], lang: str) -> SafeString:
    """Return words that plain text isolates by signs, isolated by a tag: not each font has them.

    Names say their language; of Latin letters nobody knows it.
    """
    if mark == LEFT_TO_RIGHT:
        return format_html('<bdi dir="ltr">{}</bdi>', marked_up(words, *references, lang=lang))
    told = language_by_script(words) or NOT_KNOWN
    html = marked_up(words, *references, lang=told)
    return format_html('<bdi dir="auto" lang="{}">{}</bdi>', told, html)


def isolated_detail(
    address: str | None,
    email: str | None,
    code: str | None,
    number: str | None,
    from_to: str | None,
) -> SafeString:
    """Return what reads from left to right everywhere; a code or a short address on one line.

    A range of days or hours reads as the words around it.
    """
    if from_to:
        return unbroken_words(from_to)
    if number:
        return format_html('<bdi dir="ltr">{}</bdi>', number)
    if code:
        return format_html('<bdi dir="ltr" style="white-space:nowrap">{}</bdi>', code)
    target = address or f"mailto:{email}"
    link = format_html('<a href="{}" dir="ltr">{}</a>', target, address or email)
    is_short = email and len(email) <= ON_ONE_LINE
    return unbroken_words(link) if is_short else link


def unbroken_words(words: str) -> SafeString:
    return format_html('<span style="white-space:nowrap">{}</span>', words)


@functools.cache
def emblem_png() -> bytes:
    return Path(str(finders.find("letters/emblem.png"))).read_bytes()
