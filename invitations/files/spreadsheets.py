"""Lists from spreadsheets and CSV files: their lines as texts, and the fields of their headings."""

import csv
import datetime as dt
import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import openpyxl
from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula

from invitations.files.packages import refuse_hostile_package
from invitations.text.lines import tidy_line, tidy_text

Row = tuple[object, ...]
LAST_ROW_OF_A_SHEET = 1_048_576
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


class SheetLine(NamedTuple):
    number: int
    cells: list[str]


class UnreadableSheet(Exception):
    """The file is damaged or not a list of that kind; ``line`` is where a CSV is damaged."""

    def __init__(self, line: int = 0) -> None:
        self.line = line


class TooManySigns(Exception):
    """The cells hold more text than may be read."""


def lines_of_workbook(
    content: bytes,
    most_columns: int,
    most_unpacked: int,
    most_signs: int,
    *,
    calculated: bool = False,
) -> Iterator[SheetLine]:
    """Yield the lines of the first sheet that are not empty.

    A formula is read as its text, or with ``calculated`` as its last result. Raise UnreadableSheet,
    HostilePackage or TooManySigns.
    """
    try:
        refuse_hostile_package(zipfile.ZipFile(io.BytesIO(content)), most_unpacked)
        rows = rows_of(content, most_columns, calculated=calculated)
        for number, row in enumerate(within(most_signs, rows), 1):
            # In many sheets most rows are empty: they are left out before cells are read.
            if row.count(None) < len(row) and any(cells := [cell_text(cell) for cell in row]):
                yield SheetLine(number, cells)
    except DAMAGED as fault:
        raise UnreadableSheet from fault


def rows_of(content: bytes, most_columns: int, *, calculated: bool) -> Iterator[Row]:
    workbook = openpyxl.load_workbook(
        io.BytesIO(content), read_only=True, keep_links=False, data_only=calculated
    )
    sheet = workbook.worksheets[0]
    # The size that a sheet states may be wrong, and so may the number of a row.
    sheet.reset_dimensions()
    rows: Iterator[Row] = sheet.iter_rows(
        max_col=most_columns, max_row=LAST_ROW_OF_A_SHEET, values_only=True
    )
    return rows


def within(most_signs: int, rows: Iterable[Row]) -> Iterator[Row]:
    """Yield the rows, and raise TooManySigns at the one with which their texts exceed the limit.

    A file holds a text once, however many of its cells repeat it.
    """
    signs = 0
    for row in rows:
        signs += sum(len(cell) for cell in row if isinstance(cell, str))
        if signs > most_signs:
            raise TooManySigns
        yield row


def lines_of_csv(text: str, *, strict: bool = False) -> Iterator[SheetLine]:
    """Yield the lines that are not empty, divided as the first one is: by tabs, ``;`` or ``,``.

    Raise UnreadableSheet where the text is not CSV; ``strict`` also refuses bad quoting.
    """
    first = text.lstrip("\r\n ").partition("\n")[0]
    divider = next((sign for sign in "\t;" if sign in first), ",")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=divider, strict=strict)
    number = 1
    try:
        for row in reader:
            if any(cells := [cell_text(cell) for cell in row]):
                yield SheetLine(number, cells)
            number = reader.line_num + 1
    except csv.Error as fault:
        raise UnreadableSheet(number) from fault


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


def names_by_spelling(meant: Mapping[str, Iterable[object]]) -> dict[str, str]:
    """Return the names of fields or values by each word that people may write for them."""
    return {comparable_words(str(word)): name for name, words in meant.items() for word in words}


def fields_of_headings(headings: Iterable[str], known: Mapping[str, str]) -> list[str]:
    """Return for each heading the field that it names, or an empty text."""
    return [known.get(comparable_words(heading), "") for heading in headings]


def comparable_words(words: str) -> str:
    """Return the words as they are compared: extra spaces and capitals do not count."""
    return " ".join(tidy_line(words).split()).casefold()
