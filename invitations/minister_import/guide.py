"""The columns of a list explained, and a workbook to fill in."""

import io
from typing import NamedTuple

import openpyxl
from django.utils.functional import Promise
from django.utils.translation import get_language_bidi, gettext_lazy
from django.utils.translation import gettext as _
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from invitations.minister_import.columns import COLUMNS, REQUIRED_COLUMNS
from invitations.minister_import.headings import printed_heading
from invitations.minister_import.table import MOST_ROWS
from invitations.models import Gender, Language, Rank

WIDE, WIDER = 24, 60
TEXT = "@"

# What stands in each column, with an example.
MEANINGS: dict[str, tuple[str | Promise, str]] = {
    "state": (gettext_lazy("Its ISO code, or its name in any of the six languages."), "CH"),
    "honorific": (gettext_lazy("Where it replaces the courtesy of the form of address."), "H.E."),
    "prenominal": (gettext_lazy("Dr. and the like, printed instead of Mr. or Ms."), "Dr."),
    "given_name": (gettext_lazy("In Latin letters."), "Flavia"),
    "family_name": (gettext_lazy("In Latin letters."), "Elphberg"),
    "name_in_script": (
        gettext_lazy("The whole name in Arabic, Chinese or Cyrillic, as the letter is written."),
        "Флавия Эльфберг",
    ),
    "family_name_in_script": (
        gettext_lazy("The family name in Arabic, Chinese or Cyrillic, as the letter is written."),
        "Эльфберг",
    ),
    "name_in_dative": (
        gettext_lazy("For the address of a Russian letter: to whom."),
        "Флавии Эльфберг",
    ),
    "portfolio_in_dative": (
        gettext_lazy("For the address of a Russian letter: to whom."),
        "Министру торговли",
    ),
    "name_as_printed": (
        gettext_lazy("The whole line with its courtesy, where the form of address does not fit."),
        "H.E. Princess Flavia",
    ),
    "opening": (
        gettext_lazy("Where that of the form of address does not fit."),
        "Your Royal Highness,",
    ),
    "closing": (
        gettext_lazy("Where that of the form of address does not fit."),
        "I have the honour to be, Madam, Your Royal Highness’s obedient servant.",
    ),
    "gender": (
        gettext_lazy("For the form of address: m, f, or x if it is not known; or in words."),
        "f",
    ),
    "rank": (gettext_lazy("The code or the name of a rank. Empty: MIN, a minister."), "MIN"),
    "portfolio": (
        gettext_lazy("In the letter’s language, printed as it stands."),
        "Minister of Trade",
    ),
    "portfolio_in_second_language": (
        gettext_lazy("As the letter’s text in the second language has it."),
        "Ministre du commerce",
    ),
    "language": (
        gettext_lazy("A code or a name. Empty: the State’s language of correspondence."),
        "fr",
    ),
    "second_language": (
        gettext_lazy("A code or a name, where the letter has a second language."),
        "en",
    ),
    "to": (
        gettext_lazy("Addresses divided by semicolons. Without one the letter is printed."),
        "office@example.org; cabinet@example.org",
    ),
    "cc": (gettext_lazy("Addresses that get a copy."), "mission@example.org"),
    "focal_point_name": (gettext_lazy("Who answers for the minister."), "Fritz von Tarlenheim"),
    "focal_point_email": (gettext_lazy("One address."), "fritz@example.org"),
    "ref": (gettext_lazy("Your own number for the person, unique in the State."), "R-17"),
    "unnamed": (
        gettext_lazy("yes, where nobody is named: the letter goes to the holder of the portfolio."),
        "no",
    ),
    "replaces": (
        gettext_lazy("Reference or name of the minister on file who has left this office."),
        "Rudolf Rassendyll",
    ),
    "principal": (gettext_lazy("yes or no: is this the State’s principal invitation?"), "yes"),
}


class Explained(NamedTuple):
    """A column as the page of the import and the template explain it."""

    name: str
    heading: str
    meaning: str
    is_required: bool
    example: str


def explained_columns() -> list[Explained]:
    """Return the columns in the language of the page."""
    return [
        Explained(
            column,
            printed_heading(column),
            str(MEANINGS[column][0]),
            column in REQUIRED_COLUMNS,
            MEANINGS[column][1],
        )
        for column in COLUMNS
    ]


def template_workbook() -> bytes:
    """Return a workbook to fill in, and a second sheet that explains its columns."""
    book = openpyxl.Workbook()
    columns = explained_columns()
    write_headings(book.active, columns)
    offer_choices(book.active, columns)
    explain(book.create_sheet(_("Explanations")), columns)
    book.active.title = _("Ministers")
    for sheet in book.worksheets:
        sheet.sheet_view.rightToLeft = get_language_bidi()
        sheet.freeze_panes = "A2"
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def write_headings(sheet: Worksheet, columns: list[Explained]) -> None:
    sheet.append([column.heading for column in columns])
    for place, column in enumerate(columns, 1):
        sheet.cell(1, place).font = Font(bold=column.is_required)
        letters = sheet.column_dimensions[get_column_letter(place)]
        letters.width = WIDE
        # A number that is text keeps its zeros.
        letters.number_format = TEXT


def offer_choices(sheet: Worksheet, columns: list[Explained]) -> None:
    """Let a cell of codes offer them; what else is typed the import refuses with its reason."""
    choices = {
        "gender": Gender.values,
        "rank": Rank.objects.values_list("code", flat=True),
        "language": Language.values,
        "second_language": Language.values,
        "unnamed": ["yes", "no"],
        "principal": ["yes", "no"],
    }
    for place, column in enumerate(columns, 1):
        if column.name in choices:
            listed = ",".join(choices[column.name])
            offered = DataValidation("list", formula1=f'"{listed}"', showErrorMessage=False)
            letter = get_column_letter(place)
            offered.add(f"{letter}2:{letter}{MOST_ROWS + 1}")
            sheet.add_data_validation(offered)


def explain(sheet: Worksheet, columns: list[Explained]) -> None:
    sheet.append([_("Column"), _("What stands in it"), _("Required"), _("Example")])
    for column in columns:
        needed = _("yes") if column.is_required else _("no")
        sheet.append([column.heading, column.meaning, needed, column.example])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for letter, width in zip("ABCD", (WIDE, WIDER, WIDE, WIDER), strict=True):
        sheet.column_dimensions[letter].width = width
