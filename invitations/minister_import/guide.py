"""The columns of a list explained, and a workbook to fill in."""

import io

import openpyxl
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from invitations.minister_import.columns import TABLE, CellKind, Column
from invitations.minister_import.headings import format_heading
from invitations.minister_import.table import MOST_ROWS
from invitations.models import Gender, Language, Rank

WIDE, WIDER = 24, 60
TEXT = "@"


def explained_columns() -> list[tuple[str, Column]]:
    """Return the columns, each after its heading in the language of the page."""
    return [(format_heading(column.name), column) for column in TABLE]


def template_workbook() -> bytes:
    """Return a workbook to fill in, and a second sheet that explains its columns."""
    book = openpyxl.Workbook()
    write_headings(book.active)
    offer_choices(book.active)
    explain(book.create_sheet(_("Explanations")))
    book.active.title = _("Ministers")
    for sheet in book.worksheets:
        sheet.sheet_view.rightToLeft = get_language_bidi()
        sheet.freeze_panes = "A2"
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def write_headings(sheet: Worksheet) -> None:
    for place, (heading, column) in enumerate(explained_columns(), 1):
        sheet.cell(1, place, heading).font = Font(bold=column.is_required)
        letters = sheet.column_dimensions[get_column_letter(place)]
        letters.width = WIDE
        # A number that is text keeps its zeros.
        letters.number_format = TEXT


def offer_choices(sheet: Worksheet) -> None:
    """Let a cell of codes offer them; what else is typed the import refuses with its reason."""
    choices = {
        CellKind.GENDER: Gender.values,
        CellKind.RANK: Rank.objects.values_list("code", flat=True),
        CellKind.LANGUAGE: Language.values,
        CellKind.YES_NO: ["yes", "no"],
    }
    for place, column in enumerate(TABLE, 1):
        if column.kind in choices:
            listed = ",".join(choices[column.kind])
            offered = DataValidation("list", formula1=f'"{listed}"', showErrorMessage=False)
            letter = get_column_letter(place)
            offered.add(f"{letter}2:{letter}{MOST_ROWS + 1}")
            sheet.add_data_validation(offered)


def explain(sheet: Worksheet) -> None:
    sheet.append([_("Column"), _("What stands in it"), _("Required"), _("Example")])
    for heading, column in explained_columns():
        needed = _("yes") if column.is_required else _("no")
        sheet.append([heading, str(column.meaning), needed, column.example])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for letter, width in zip("ABCD", (WIDE, WIDER, WIDE, WIDER), strict=True):
        sheet.column_dimensions[letter].width = width
