"""Tables that leave as CSV or as workbooks (XLSX), of which no cell runs in a spreadsheet."""

import csv
import datetime as dt
import io
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import IO, Any, NamedTuple

from django.utils import translation
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from invitations.text.cell_formulas import escape_formula, escape_in_csv

Cell = str | dt.date  # an instant is one too: as the desk's clock has it, without its zone

LONGEST_TITLE = 31  # signs, of a sheet
NOT_IN_TITLES = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
NARROWEST, WIDEST = 18, 60  # signs, of a column; a date that has no room is shown as a row of #
# No workbook has a day before its own first year.
FIRST_YEAR = 1901
DAY_IN_CELL, HOUR_IN_CELL = "yyyy-mm-dd", "yyyy-mm-dd hh:mm"


class ExportedSheet(NamedTuple):
    """A list to be written: what it is called, how it was narrowed, and its rows."""

    title: str
    filters: list[str]
    headings: list[str]
    number: int
    rows: Iterable[list[Cell]]


def write_workbook(sheet: ExportedSheet, file: IO[bytes]) -> None:
    """Write row by row; a sheet in Arabic begins at the right."""
    book = Workbook(write_only=True)
    page = book.create_sheet(sheet.title.translate(NOT_IN_TITLES)[:LONGEST_TITLE])
    page.sheet_view.rightToLeft = translation.get_language_bidi()
    page.freeze_panes = "A2"
    for number, heading in enumerate(sheet.headings, 1):
        width = min(max(NARROWEST, 2 * len(heading)), WIDEST)
        page.column_dimensions[get_column_letter(number)].width = width
    page.append([in_bold(page, heading) for heading in sheet.headings])
    for row in sheet.rows:
        page.append([in_workbook(page, cell) for cell in row])
    book.properties.title = sheet.title
    book.properties.description = "; ".join(sheet.filters)
    book.save(file)


def in_workbook(page: Any, cell: Cell) -> Any:
    """Return a date as one that a spreadsheet sorts by, and words as words."""
    if isinstance(cell, str):
        return escape_formula(cell)
    if cell.year < FIRST_YEAR:
        return in_iso(cell)
    dated = WriteOnlyCell(page, cell)
    dated.number_format = HOUR_IN_CELL if isinstance(cell, dt.datetime) else DAY_IN_CELL
    return dated


def in_bold(page: Any, heading: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(page, escape_formula(heading))
    cell.font = Font(bold=True)
    return cell


def in_iso(cell: Cell) -> str:
    return cell.isoformat(" ", "minutes") if isinstance(cell, dt.datetime) else str(cell)


def write_csv(
    headings: Sequence[str],
    rows: Iterable[Iterable[Cell]],
    file: IO[bytes],
    encoding: str = "utf-8-sig",  # Excel reads UTF-8 only if it begins with the byte order mark
) -> None:
    words = io.TextIOWrapper(file, encoding, newline="", write_through=True)
    writer = csv.writer(words)
    for row in chain([headings], rows):
        writer.writerow([escape_in_csv(in_iso(cell)) for cell in row])
    words.detach()


def as_csv(headings: Sequence[str], rows: Iterable[Iterable[Cell]]) -> bytes:
    """Return a short table whole."""
    file = io.BytesIO()
    write_csv(headings, rows, file)
    return file.getvalue()
