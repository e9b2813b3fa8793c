"""A spreadsheet to fill in: the headings of a list of delegates, in the language of the page."""

import io
from typing import Any

from django.utils import translation
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from delegations.office.forms.list_file import MOST_ROWS
from delegations.office.forms.list_words import columns_asked, heading_of_column, words_allowed
from invitations.models import ForumEdition

DATES = ("arrives_on", "departs_on")
NARROWEST = 16


def known_headings(edition: ForumEdition) -> list[str]:
    """Return the headings that the template has, in the language of the page."""
    return [str(heading_of_column(column)) for column in columns_asked(edition)]


def list_template(edition: ForumEdition) -> bytes:
    """Return an XLSX file with headings, and with choices where only some words are known."""
    book, file = Workbook(), io.BytesIO()
    sheet: Any = book.active
    sheet.sheet_view.rightToLeft = translation.get_language_bidi()
    sheet.freeze_panes = "A2"
    sheet.append(known_headings(edition))
    for place, column in enumerate(columns_asked(edition), 1):
        lay_out_column(sheet, place, column)
    book.save(file)
    return file.getvalue()


def lay_out_column(sheet: Any, place: int, column: str) -> None:
    """Set heading, width and format of the column, and offer the words that it may hold."""
    letter, heading = get_column_letter(place), sheet.cell(1, place)
    heading.font, heading.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="top")
    sheet.column_dimensions[letter].width = max(NARROWEST, len(heading.value) + 2)
    cells = f"{letter}2:{letter}{MOST_ROWS + 1}"
    if column in DATES:
        for (cell,) in sheet[cells]:
            cell.number_format = "yyyy-mm-dd"
    if words := words_allowed(column):
        # What is typed by hand may be another word that the page knows.
        offered = DataValidation("list", formula1=f'"{",".join(words)}"', showErrorMessage=False)
        sheet.add_data_validation(offered)
        offered.add(cells)
