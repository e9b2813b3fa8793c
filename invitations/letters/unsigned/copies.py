"""The copy of a letter as a Word document: its frozen words, marked as unsigned on each page."""

import io

import docx
from django.utils import translation
from django.utils.translation import gettext as _
from docx.document import Document
from docx.shared import Cm

from invitations.letters.pdf import place_and_date, signatories
from invitations.letters.unsigned.paragraphs import (
    Tongue,
    add_markdown,
    add_paragraph,
    add_run,
    name_languages,
)
from invitations.letters.words import by_language, direction
from invitations.models import Circular, Letter
from invitations.text.lines import without_unstorable

MARGIN = Cm(2.5)
ROOM_TO_SIGN = Cm(2)


def unsigned_copy(letter: Letter) -> bytes:
    """Return the letter's frozen words as a DOCX, a page begun for each of its languages.

    It bears neither link nor code: the office answers by those of the letter that is sealed.
    """
    document: Document = docx.Document()
    describe(document, letter)
    name_languages(document)
    parts = by_language(letter, letter.paper)
    for place, (language, way, words) in enumerate(parts):
        # Words that could not be told apart begin as the letter's first language does.
        known = language or letter.language
        tongue = Tongue(known, way if language else direction(known))
        if place:
            document.add_page_break()
        with translation.override(known):
            add_sheet(document, letter, tongue, words, is_first=not place)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def describe(document: Document, letter: Letter) -> None:
    """Name the document for what it is, with even margins and the mark on each page."""
    about = document.core_properties
    about.title = without_unstorable(f"{letter.circular.reference}, {letter.subject}")
    about.author, about.comments, about.language = "", "", letter.language
    if letter.composed_at:
        about.created = about.modified = letter.composed_at.replace(tzinfo=None)
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = section.top_margin = MARGIN
    with translation.override(letter.language):
        tongue = Tongue(letter.language, direction(letter.language))
        section.header.is_linked_to_previous = False
        marked = add_paragraph(section.header, tongue)
        add_run(marked, tongue, mark(), bold=True)


def mark() -> str:
    """Say in the letter's language what the copy is not; call this with it active."""
    return _("Unsigned copy: not the letter itself")


def add_sheet(
    document: Document, letter: Letter, tongue: Tongue, words: str, *, is_first: bool
) -> None:
    """Add the letter in one language, in the order of the printed one."""
    circular = letter.circular
    if not is_first:
        # The mark above each page is in the letter's first language.
        add_run(add_paragraph(document, tongue), tongue, mark(), bold=True)
    add_paragraph(document, tongue, place_and_date(circular, tongue.language))
    add_paragraph(document, tongue, circular.reference)
    if is_first:
        for line in filter(None, letter.addressee.split("\n")):
            add_paragraph(document, tongue, line)
        add_run(add_paragraph(document, tongue), tongue, letter.subject, bold=True)
    add_markdown(document, tongue, words)
    add_signatory(document, tongue, circular)


def add_signatory(document: Document, tongue: Tongue, circular: Circular) -> None:
    """Add who signs, with room for the signature, on the page on which the letter ends."""
    document.paragraphs[-1].paragraph_format.keep_with_next = True
    for who_signs in signatories(circular):
        room = ROOM_TO_SIGN
        for line in filter(None, who_signs):
            shown = add_paragraph(document, tongue, line).paragraph_format
            shown.space_before, shown.space_after, shown.keep_with_next = room, Cm(0), bool(room)
            room = Cm(0)
