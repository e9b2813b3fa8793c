"""Lists from spreadsheets and CSV files: their lines as texts."""

import csv
import datetime as dt
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula

from invitations.text.lines import tidy_line, tidy_text

# What the libraries raise for a file that is damaged or is not a workbook.
DAMAGED = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    RuntimeError,
    SyntaxError,  # xml.etree.ElementTree.ParseError
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)


# The line by which Excel is told what divides the cells.
SIGN_NAMED = re.compile(r"sep=(?P<sign>[\t;,|:^~]) *(?:\r\n?|\n|\Z)", re.IGNORECASE)


class SheetLine(NamedTuple):
    number: int
    cells: list[str]


class UnreadableSheet(Exception):
    """The file is damaged or not a list of that kind; ``line`` is where a CSV is damaged."""

    def __init__(self, line: int = 0) -> None:
        self.line = line


class TooManySigns(Exception):
    """The cells hold more text than may be read."""


def lines_of_csv(text: str, *, strict: bool = False, divider: str = "") -> Iterator[SheetLine]:
    """Yield the lines that are not empty, divided by that sign or as the text suggests.

    Raise UnreadableSheet where the text is not CSV; ``strict`` also refuses bad quoting.
    """
    divider = divider or divider_of(text)
    text, number = (text, 1) if not (named := SIGN_NAMED.match(text)) else (text[named.end() :], 2)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=divider, strict=strict)
    before = number - 1
    try:
        for row in reader:
            if any(cells := [cell_text(cell) for cell in row]):
                yield SheetLine(number, cells)
            number = before + reader.line_num + 1
    except csv.Error as fault:
        raise UnreadableSheet(number) from fault


def divider_of(text: str) -> str:
    """Return the sign that the file names as Excel does (``sep=;``), or that its first line has."""
    if named := SIGN_NAMED.match(text):
        return named["sign"]
    first = next(iter(text.lstrip("\r\n ").splitlines()), "")
    return next((sign for sign in "\t;" if sign in first), ",")


def cell_text(value: object) -> str:
    """Return the text of a cell, tidied."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, ArrayFormula | DataTableFormula):
        return "="
    if isinstance(value, dt.date):  # a datetime is one too
        return f"{value:%Y-%m-%d}"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return tidy_text(str(value))


def comparable_words(words: str) -> str:
    """Return the words as they are compared: extra spaces and capitals do not count."""
    return " ".join(tidy_line(words).split()).casefold()
