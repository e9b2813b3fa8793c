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

from invitations.text.lines import without_unstorable
from invitations.text.typography import TELEPHONE

# What Word calls our languages; it wants a region to each.
LOCALES = {
    "ar": "ar-SA", "en": "en-GB", "es": "es-ES", "fr": "fr-FR", "ru": "ru-RU", "zh-hans": "zh-CN",
}  # fmt: skip
EAST_ASIAN, BOTH_WAYS = {"zh-hans"}, {"ar"}
LISTS = {"bullet_list_open": "List Bullet", "ordered_list_open": "List Number"}
DEEPEST_LIST = 3
# Within Arabic: telephone numbers, figures parted by a stroke, Latin names and addresses. Word says
# nothing of what becomes of them in a run from right to left, and draws their signs elsewhere.
FROM_LEFT = re.compile(
    rf"{TELEPHONE.pattern}|\d+/\d+"
    r"|[A-Za-z\xc0-\u024f](?:[^\u0590-\u08ff\ufb1d-\ufefc«»()]*[A-Za-z\xc0-\u024f0-9/])?"
)
# Without a letter before them LibreOffice, which asks no run, turns the groups of figures around.
FROM_HERE = "\u200e"
# Its runs have directions, and older versions of Word draw most of these signs.
SIGNS_OF_DIRECTION = re.compile("[\u200e\u200f\u2066-\u2069]")


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


def add_run(paragraph: Paragraph, tongue: Tongue, words: str, **shown: bool) -> None:
    """Add words in their language; bold and italic also where the script has fonts of its own."""
    for part, is_rtl in by_direction(without_unstorable(words), tongue):
        run = paragraph.add_run(part)
        for name, value in shown.items():
            setattr(run.font, name, value)
            setattr(run.font, f"cs_{name}", value)
        run.font.rtl = is_rtl or None
        speak(run, tongue.language if is_rtl == tongue.is_rtl else "en")


def by_direction(words: str, tongue: Tongue) -> Iterator[tuple[str, bool]]:
    """Yield the words in parts, and whether each is written from right to left."""
    if not tongue.is_rtl:
        yield words, False
        return
    words, place = SIGNS_OF_DIRECTION.sub("", words), 0
    for found in FROM_LEFT.finditer(words):
        if found.start() > place:
            yield words[place : found.start()], True
        yield FROM_HERE * (not found[0][0].isalpha()) + found[0], False
        place = found.end()
    if place < len(words):
        yield words[place:], True


def speak(run: Run, language: str) -> None:
    """Tell Word the language of the run, for its spelling and its fonts."""
    said, locale = OxmlElement("w:lang"), LOCALES.get(language, "en-GB")
    place = "w:eastAsia" if language in EAST_ASIAN else "w:val"
    said.set(qn("w:bidi" if language in BOTH_WAYS else place), locale)
    properties = run._r.get_or_add_rPr()
    properties.append(said)
    if language in EAST_ASIAN:
        # Quotation marks are of both scripts: here they are as wide as a sign.
        properties.get_or_add_rFonts().set(qn("w:hint"), "eastAsia")


def name_languages(document: Document) -> None:
    """Have the fonts of Chinese taken for Chinese: Word's own template was made for Japanese."""
    fonts = document.settings.element.find(qn("w:themeFontLang"))
    for said in (fonts, *document.styles.element.xpath("w:docDefaults//w:lang")):
        said.set(qn("w:eastAsia"), LOCALES["zh-hans"])
        said.set(qn("w:bidi"), LOCALES["ar"])


class OpenList(NamedTuple):
    """A list of the text: the style of its items, and by what its own numbers are known."""

    style: str
    number: int | None


def open_list(document: Document, token: Token, depth: int) -> OpenList:
    """Begin a list; one with numbers counts by itself, from the number that was written."""
    style = LISTS[token.type] + (f" {min(depth, DEEPEST_LIST)}" if depth > 1 else "")
    if token.type == "bullet_list_open":
        return OpenList(style, None)
    numbering = document.part.numbering_part.element
    shared = document.styles[style].element.pPr.numPr.numId.val
    own = numbering.add_num(numbering.num_having_numId(shared).abstractNumId.val)
    own.add_lvlOverride(ilvl=0).add_startOverride(int(token.attrGet("start") or 1))
    return OpenList(style, own.numId)


def add_markdown(document: Document, tongue: Tongue, text: str) -> None:
    """Add a frozen text of staff, by the parser of the PDF: its paragraphs, lists and emphasis."""
    lists: list[OpenList] = []
    begins_item = False
    for token in MarkdownIt("commonmark", {"html": False}).disable("image").parse(text):
        if token.type in LISTS:
            lists.append(open_list(document, token, len(lists) + 1))
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            lists.pop()
        elif token.type == "list_item_open":
            begins_item = True
        elif token.type == "inline":
            add_inline(add_block(document, tongue, lists, begins_item), tongue, token)
            begins_item = False
        elif token.type in ("code_block", "fence"):
            add_paragraph(document, tongue, token.content.rstrip("\n"))


def add_block(
    document: Document, tongue: Tongue, lists: list[OpenList], begins_item: bool
) -> Paragraph:
    """Add a paragraph, an item of the innermost list, or what goes on below its first words."""
    if not lists:
        return add_paragraph(document, tongue)
    innermost = lists[-1]
    if not begins_item:
        return add_paragraph(document, tongue, style="List Continue")
    paragraph = add_paragraph(document, tongue, style=innermost.style)
    if innermost.number is not None:
        counted: Any = paragraph._p.get_or_add_pPr().get_or_add_numPr()
        counted.get_or_add_ilvl().val = 0
        counted.get_or_add_numId().val = innermost.number
    return paragraph


def add_inline(paragraph: Paragraph, tongue: Tongue, token: Token) -> None:
    """Add the words of one paragraph; a link shows its address where that is not its words."""
    for words, bold, italic in emphasized(token.children or []):
        if words == "\n":
            paragraph.add_run().add_break()
        elif words:
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
