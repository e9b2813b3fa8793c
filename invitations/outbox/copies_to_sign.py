"""Copies to sign: a letter's frozen pages, without what the paper or the pen brings."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pikepdf
from pikepdf import ContentStreamInstruction, Dictionary, Name, Operator

from invitations.models import Letter
from invitations.outbox.archive import sealed_file

# What draws, along a path or otherwise; what sets colours and places stays, for what comes after.
ALONG_A_PATH = {"S", "s", "f", "F", "f*", "B", "B*", "b", "b*"}
DRAWING = ALONG_A_PATH | {"Tj", "TJ", "'", '"', "Do", "sh"}
NO_DRAWING = ContentStreamInstruction([], Operator("n"))


def copy_to_sign(
    letter: Letter, *, without_letterhead: bool, without_original_signed: bool
) -> bytes:
    """Return the letter's frozen pages; what is left out leaves its place empty.

    Like a print run the copy promises neither tags nor PDF/A, and bears no seal. Raise
    ValidationError if frozen bytes are damaged or missing.
    """
    content, file = sealed_file(letter)[: letter.unsealed_size or None], BytesIO()
    with pikepdf.open(BytesIO(content)) as frozen, pikepdf.new() as copy:
        if without_letterhead:
            erase(frozen, letterheads(frozen), with_line=True)
        if without_original_signed:
            erase(frozen, lines_original_signed(frozen))
        copy.pages.extend(frozen.pages)
        copy.save(file)
    return file.getvalue()


def letterheads(pdf: pikepdf.Pdf) -> list[Any]:
    """Return the letterhead of each language: with it, and its emblem, an article begins."""
    return [
        first
        for article in articles(pdf)
        for first in parts(article)[:1]
        if parts(first, Name.Figure)
    ]


def lines_original_signed(pdf: pikepdf.Pdf) -> list[Any]:
    """Return the lines of each signature that have no part of their own, as one with a name has."""
    return [
        line
        for article in articles(pdf)
        for section in parts(article, Name.Sect)
        for signature in parts(section, Name.Div)
        for line in parts(signature)
        if not parts(line, Name.NonStruct)
    ]


def articles(pdf: pikepdf.Pdf) -> list[Any]:
    return parts(pdf.Root.StructTreeRoot.K[0])


def parts(element: Any, tag: Name | None = None) -> list[Any]:
    """Return the elements right beneath this one, all or those with the tag."""
    found = [part for part in element.get("/K", []) if isinstance(part, Dictionary)]
    return [part for part in found if tag is None or part.get("/S") == tag]


def numbers_in(element: Any) -> set[int]:
    """Return by which numbers the content of the element is marked on its page."""
    own = {part for part in element.get("/K", []) if isinstance(part, int)}
    return own.union(*(numbers_in(part) for part in parts(element)))


def erase(pdf: pikepdf.Pdf, elements: list[Any], *, with_line: bool = False) -> None:
    """Let the pages draw these elements no more; ``with_line``, nor what is first drawn there."""
    for page in pdf.pages:
        here = [numbers_in(one) for one in elements if one.Pg.objgen == page.obj.objgen]
        if here:
            left = undrawn(page, set().union(*here), with_line=with_line)
            page.Contents = pdf.make_stream(pikepdf.unparse_content_stream(list(left)))


def undrawn(page: pikepdf.Page, numbers: set[int], *, with_line: bool) -> Iterator[Any]:
    """Yield what the page does, without drawing what is marked by these numbers.

    The first content without a number is the line beneath the letterhead.
    """
    erased: list[bool] = []
    for instruction in pikepdf.parse_content_stream(page):
        operator = str(instruction.operator)
        if operator == "BMC":
            erased.append(with_line)
            with_line = False
        elif operator == "BDC":
            erased.append(instruction.operands[1].get("/MCID") in numbers)
        elif operator == "EMC":
            erased.pop()
        if not any(erased) or operator not in DRAWING:
            yield instruction
        elif operator in ALONG_A_PATH:
            yield NO_DRAWING
