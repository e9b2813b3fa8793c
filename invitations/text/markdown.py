"""The Markdown that staff write, and whether its links lead where their words say."""

import contextlib
import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import unquote

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from markdown_it import MarkdownIt
from markdown_it.token import Token

LEADS_ELSEWHERE = _(
    "“%(words)s” would lead to %(target)s. Where the words of a link are an address, it has to be "
    "the one to which the link leads."
)
DOTS = str.maketrans(dict.fromkeys("。｡", "."))
# An address as people type it; or a placeholder that is filled with one.
ADDRESS = re.compile(
    r"[a-z][a-z0-9+-]*://[^\s<>()]+|mailto:\S+|\$\{?(?:\w+_(?:link|email|page)|website)\}?"
    r"|(?:[\w.+-]+@)?(?:[\w-]+\.)+(?!(?:pdf|docx?|xlsx?|odt|txt)\b)[^\W\d_]{2,}\b"
    r"(?::\d+)?(?:[/?#][^\s<>()]*)?"
)


def markdown_parser() -> MarkdownIt:
    """Return what reads the Markdown of staff: HTML in it stays as it was typed."""
    return MarkdownIt("commonmark", {"html": False}).disable("image")


# What is bold, within one paragraph; or asterisks that make nothing bold.
ASTERISKS = re.compile(r"((?<!\\)\*\*(?=\S)(?:(?!\n\s*\n).)+?(?<=\S)\*\*)|(?<!\\)\*\*", re.DOTALL)


def without_stray_asterisks(text: str) -> str:
    """Return the Markdown without asterisks that make nothing bold; those of a name are escaped."""
    return ASTERISKS.sub(r"\1", text)


def validate_links(text: str) -> None:
    """Refuse each link whose words are another address than that to which it leads."""
    faults = [
        ValidationError(LEADS_ELSEWHERE, params={"words": words, "target": unquote(target)})
        for words, target in links_in(text)
        if any(plain_address(one) != plain_address(target) for one in addresses_in_text(words))
    ]
    if faults:
        raise ValidationError(faults)


def links_in(text: str) -> Iterator[tuple[str, str]]:
    """Yield the words of each link, and where it leads."""
    for token in markdown_parser().parse(text):
        target, words = "", ""
        for part in token.children or []:
            if part.type == "link_open":
                target, words = str(part.attrGet("href") or ""), ""
            elif part.type == "link_close":
                yield words, target
            else:
                words += token_text(part)


def token_text(part: Token) -> str:
    return " " if part.type in ("softbreak", "hardbreak") else part.content


def addresses_in_text(words: str) -> list[str]:
    return [found.rstrip(".,;:!?…»”") for found in ADDRESS.findall(folded(words))]


def plain_address(address: str) -> str:
    """Return the address without what makes no other one of it: its scheme, case and last slash."""
    address = folded(unquote(address)).replace("{", "").replace("}", "")
    address = re.sub(r"^(?:https?://|mailto:)", "", address).rstrip("/")
    host, slash, path = address.partition("/")
    with contextlib.suppress(UnicodeError):
        host = host if host.isascii() else host.encode("idna").decode()
    return host + slash + path


def folded(words: str) -> str:
    """Return the words without case, and without what nobody sees."""
    words = unicodedata.normalize("NFKC", words.translate(DOTS))
    return "".join(one for one in words if unicodedata.category(one) != "Cf").casefold()
