"""Lists as files: workbooks, CSV, and PDF to be printed."""

import datetime as dt
import os
import tempfile
import unicodedata
from collections.abc import Sequence
from threading import Lock
from typing import IO, NamedTuple

from django.conf import settings
from django.db.models import TextChoices
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from invitations.files.exported_tables import Cell, ExportedSheet, write_csv, write_workbook
from invitations.letters.pdf_conformance import finish_pdf
from invitations.letters.typesetting import STANDARD, collector_paused, fonts_and_styles
from invitations.text.typography import with_isolated_numbers

# Signs, of a column on paper; some 190 stand on a line.
LEAST_ROOM, SOME_WORDS, LONGEST_WORD = 6, 28, 34
# A long list takes hundreds of megabytes to be typeset: a process does one at a time.
TYPESETTING = Lock()


class ExportFormat(TextChoices):
    XLSX = "xlsx", "XLSX"
    CSV = "csv", "CSV"
    PDF = "pdf", "PDF"


CONTENT_TYPES = {
    ExportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.PDF: "application/pdf",
}


def write_export(kind: str, sheet: ExportedSheet) -> IO[bytes]:
    """Return the list as a file of the kind, at its beginning, in the active language."""
    file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 -- whoever sends it closes it
    if kind == ExportFormat.XLSX:
        write_workbook(sheet, file)
    elif kind == ExportFormat.CSV:
        write_csv(sheet.headings, sheet.rows, file)
    else:
        write_pdf(sheet, file)
    file.seek(0)
    return file


def as_shown(cell: Cell) -> str:
    """Return the words of the cell: a date as the list has it."""
    if isinstance(cell, str):
        return cell
    is_hour = isinstance(cell, dt.datetime)
    return date_format(cell, "DATETIME_FORMAT" if is_hour else "DATE_FORMAT")


def write_pdf(sheet: ExportedSheet, file: IO[bytes]) -> None:
    """Print the list on A4, across: with the day, the filters, and "page n of m" on each page."""
    from weasyprint import CSS, HTML  # noqa: PLC0415 -- slow import

    fonts, _letters, fetcher = fonts_and_styles(os.getpid())
    before, between, after = numbered_pages()
    rows: list[list[str]] = [[as_shown(cell) for cell in row] for row in sheet.rows]
    context = {
        "sheet": sheet,
        "shares": shares_of([sheet.headings, *rows]),
        "filters": [in_directions(one) for one in sheet.filters],
        "headings": [in_directions(one) for one in sheet.headings],
        "rows": [[in_directions(cell) for cell in row] for row in rows],
        "lang": translation.get_language(),
        "dir": "rtl" if translation.get_language_bidi() else "ltr",
        "as_of": date_format(timezone.localtime(), "DATETIME_FORMAT"),
    }
    content = f'"{before}" counter(page) "{between}" counter(pages) "{after}"'
    rules = (settings.BASE_DIR / "templates/admin/taking_out/list.css").read_text()
    css = CSS(
        string=f"{rules} @page {{ @bottom-center {{ content: {content} }} }}",
        font_config=fonts,
        url_fetcher=fetcher,
    )
    page = render_to_string("admin/taking_out/list.html", context)
    with TYPESETTING, collector_paused():
        html = HTML(string=page, url_fetcher=fetcher)
        document = html.render(font_config=fonts, stylesheets=[css], **STANDARD)
        file.write(document.write_pdf(finisher=finish_pdf, **STANDARD))


class CellLine(NamedTuple):
    """A line of a cell, its direction, and the style of lines that are not of the language."""

    direction: str
    style: str
    words: str


def in_directions(cell: str) -> list[CellLine]:
    """Return each line of the cell with its direction, which a list in Arabic would turn around.

    The typesetter knows no element that finds it by itself. It is that of the first letter; digits
    and signs alone, a telephone number, read from left to right.
    """
    return [styled_line(words) for words in cell.split("\n")]


def styled_line(words: str) -> CellLine:
    direction = direction_of(words)
    shown = with_isolated_numbers(words) if direction == "rtl" else words
    return CellLine(direction, chinese_style(words), shown)


def chinese_style(line: str) -> str:
    """Return how a name in Latin letters is set in Chinese, whose apostrophe is as wide as a sign.

    Elsewhere the face of the language has these letters.
    """
    is_chinese = (translation.get_language() or "").startswith("zh")
    return "latin" if is_chinese and wide_signs(line) == len(line) else ""


def direction_of(line: str) -> str:
    kinds = (unicodedata.bidirectional(sign) for sign in line)
    strong = next((kind for kind in kinds if kind in ("L", "R", "AL")), "L")
    return "ltr" if strong == "L" else "rtl"


def shares_of(lines: Sequence[Sequence[str]]) -> list[float]:
    """Return the part of the paper's width, in hundredths, that each column gets.

    No name or address is broken that has room, and who writes much gets more, within bounds.
    """
    needed = [max(map(room_for, column)) for column in zip(*lines, strict=True)]
    return [round(100 * one / sum(needed), 2) for one in needed]


def room_for(cell: str) -> int:
    """Return how many signs wide the cell has to be: its longest word, or some words of it."""
    words = [wide_signs(word) for word in cell.split()]
    longest = min(max(words, default=0), LONGEST_WORD)
    return max(longest, min(sum(words) + len(words), SOME_WORDS), LEAST_ROOM)


def wide_signs(word: str) -> int:
    """Return the width of the word; Chinese signs take two places each."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in word)


def numbered_pages() -> tuple[str, str, str]:
    """Return what stands before, between and after the two numbers of "page 2 of 7"."""
    before, rest = (_("page %(page)s of %(pages)s") % {"page": "\0", "pages": "\1"}).split("\0")
    between, after = rest.split("\1")
    return before, between, after
