"""Words as paragraphs of a Word document, each in its language and direction."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from docx.document import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph
from docx.text.run import Run
from markdown_it import MarkdownIt
from markdown_it.token import Token

# What Word calls our languages; it wants a region to each.
LOCALES = {
    "ar": "ar-SA", "en": "en-GB", "es": "es-ES", "fr": "fr-FR", "ru": "ru-RU", "zh-hans": "zh-CN",
}  # fmt: skip
EAST_ASIAN, BOTH_WAYS = {"zh-hans"}, {"ar"}
NOT_OF_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
LISTS = {"bullet_list_open": "List Bullet", "ordered_list_open": "List Number"}


class Tongue(NamedTuple):
    """A language of the letter and the direction in which it is written."""

    language: str
    direction: str

    @property
    def is_rtl(self) -> bool:
        return self.direction == "rtl"


def add_paragraph(document: Any, tongue: Tongue, words: str = "", style: str = "") -> Paragraph:
    """Add a paragraph that begins at the side where its language begins."""
    paragraph: Paragraph = document.add_paragraph(style=style or None)
    if tongue.is_rtl:
        paragraph._p.get_or_add_pPr().append(OxmlElement("w:bidi"))
    if words:
        add_run(paragraph, tongue, words)
    return paragraph


def add_run(paragraph: Paragraph, tongue: Tongue, words: str, **shown: bool) -> Run:
    """Add words in their language; bold and italic also where the script has fonts of its own."""
    run = paragraph.add_run(NOT_OF_XML.sub("", words))
    for name, value in shown.items():
        setattr(run.font, name, value)
        setattr(run.font, f"cs_{name}", value)
    run.font.rtl = tongue.is_rtl or None
    run._r.get_or_add_rPr().append(spoken(tongue.language))
    return run


def spoken(language: str) -> Any:
    """Return what tells Word the language, for its spelling and its fonts."""
    said, locale = OxmlElement("w:lang"), LOCALES.get(language, "en-GB")
    place = "w:eastAsia" if language in EAST_ASIAN else "w:val"
    said.set(qn("w:bidi" if language in BOTH_WAYS else place), locale)
    return said


def add_markdown(document: Document, tongue: Tongue, text: str) -> None:
    """Add a frozen text of staff, by the parser of the PDF: its paragraphs, lists and emphasis."""
    lists: list[str] = []
    for token in MarkdownIt("commonmark", {"html": False}).disable("image").parse(text):
        if token.type in LISTS:
            lists.append(LISTS[token.type])
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            lists.pop()
        elif token.type == "inline":
            style = lists[-1] if lists else ""
            add_inline(add_paragraph(document, tongue, style=style), tongue, token)
        elif token.type in ("code_block", "fence"):
            add_paragraph(document, tongue, token.content.rstrip("\n"))


def add_inline(paragraph: Paragraph, tongue: Tongue, token: Token) -> None:
    """Add the words of one paragraph; a link shows its address where that is not its words."""
    for words, bold, italic in emphasized(token.children or []):
        if words == "\n":
            paragraph.add_run().add_break()
        else:
            add_run(paragraph, tongue, words, bold=bold, italic=italic)


def emphasized(tokens: list[Token]) -> Iterator[tuple[str, bool, bool]]:
    """Yield words, and whether they are bold and italic; a line break is a sign of its own."""
    bold = italic = 0
    shown, href = "", ""
    for token in tokens:
        bold += {"strong_open": 1, "strong_close": -1}.get(token.type, 0)
        italic += {"em_open": 1, "em_close": -1}.get(token.type, 0)
        if token.type == "link_open":
            shown, href = "", str(token.attrGet("href") or "")
        elif token.type == "link_close" and href.removeprefix("mailto:") != shown:
            yield f" ({href})", bool(bold), bool(italic)
        elif token.type in ("text", "code_inline"):
            shown += token.content
            yield token.content, bool(bold), bool(italic)
        elif token.type == "softbreak":
            yield " ", bool(bold), bool(italic)
        elif token.type == "hardbreak":
            yield "\n", False, False
