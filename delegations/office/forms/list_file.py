"""An uploaded list of delegates, as lines that can be shown, corrected and sent again."""

import csv
import io
from itertools import islice
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from openpyxl.utils import get_column_letter

from invitations.files.encodings import decoded_text
from invitations.files.packages import HostilePackage, is_package
from invitations.files.spreadsheets import TooManySigns, UnreadableSheet, divider_of
from invitations.files.uploads import is_plain
from invitations.files.workbooks import Flaw, WorkbookLine, WorkbookSheet, sheets_of_workbook
from invitations.minister_import.sources import DIVIDERS, reason_for_another_kind
from invitations.text.dates import comma_list
from invitations.text.lines import quoted, tidy_line

MOST_ROWS = 200
MOST_READ = 1000  # lines, with those left out
MOST_CELLS = 20
STRUCK = {Flaw.STRUCK, Flaw.STRUCK_IN_PART}
MOST_SIGNS = 60_000
LARGEST_FILE = 2 * 1024 * 1024
MOST_UNPACKED = 10 * 1024 * 1024
TOO_LONG = _("A list may have %(count)s people at most.")
UNREADABLE = _(
    "This file is neither a spreadsheet (XLSX) nor a list in Unicode text (CSV), or it is damaged."
    " You may copy its lines and paste them below."
)

LINES_TOLD = [
    _("Hidden rows, left out: %(lines)s. If they are meant, show them and upload anew."),
    _("Rows struck through, left out: %(lines)s."),
    _("Something is struck through in these rows, and was read: %(lines)s."),
    _("Cells that hold a formula, read as empty: %(lines)s. Write their values."),
    _("Merged cells, read in their first row alone: %(lines)s. Divide them, and fill in each row."),
    _("Columns that are hidden, and were read: %(columns)s."),
]


def uploaded_lines(file: UploadedFile) -> tuple[str, list[str]]:
    """Return the file as lines, and sentences on how it was read and what it lost."""
    if (file.size or 0) > LARGEST_FILE:
        raise ValidationError(_("The file may have 2 MB at most."))
    content = file.read()
    if reason := reason_for_another_kind(content):
        raise ValidationError(reason, params={"name": file.name})
    lines, told = spreadsheet_lines(content) if is_package(content) else decode_text(content)
    if not lines:
        raise ValidationError(told or UNREADABLE)
    if len(lines) > MOST_SIGNS:
        raise ValidationError(TOO_LONG, params={"count": MOST_ROWS})
    return lines, told


def decode_text(content: bytes) -> tuple[str, list[str]]:
    """Return a text of Unicode, or of a code page that its letters tell, which is said."""
    found = decoded_text(content)
    if found is None or not is_plain(found.words):
        return "", []
    if not found.is_guessed:
        return found.words, []
    divider = divider_of(found.words)
    read_as = {"encoding": found.encoding, "signs": DIVIDERS.get(divider, divider)}
    return found.words, [
        str(_("Read as text in %(encoding)s, divided by %(signs)s.") % read_as),
        str(_("The encoding is a guess: look whether all letters are right.")),
    ]


def spreadsheet_lines(content: bytes) -> tuple[str, list[str]]:
    """Return the first visible sheet, with tabs between its cells, and what was left out.

    The lines are empty if the file cannot be read, or all of it is left out.
    """
    try:
        sheets = sheets_of_workbook(content, MOST_CELLS, MOST_UNPACKED, MOST_SIGNS, calculated=True)
        visible = [sheet for sheet in sheets if not sheet.is_hidden]
        found = (line for sheet in visible[:1] for line in sheet.lines())
        lines = list(islice(found, MOST_READ + 1))
        told = [*what_was_left_out(visible[:1], lines), *sheets_left_out(sheets, visible)]
    except (HostilePackage, UnreadableSheet):
        return "", []
    except TooManySigns as fault:
        raise ValidationError(TOO_LONG, params={"count": MOST_ROWS}) from fault
    if len(lines) > MOST_READ:
        raise ValidationError(TOO_LONG, params={"count": MOST_ROWS})
    return join_rows([line for line in visible_rows(lines) if any(line.cells)]), told


def join_rows(rows: list[WorkbookLine]) -> str:
    """Return the rows with tabs between their cells, each at the line of its number."""
    written, next_number = io.StringIO(), 1
    writer = csv.writer(written, delimiter="\t", lineterminator="\n")
    for row in rows:
        if row.number <= MOST_READ:
            written.write("\n" * (row.number - next_number))
        writer.writerow(map(tidy_line, row.cells))
        next_number = row.number + 1
    return replace_surrogates(written.getvalue())


def what_was_left_out(sheets: list[WorkbookSheet], lines: list[WorkbookLine]) -> list[str]:
    """Return sentences on what was left out, and on what was read that nobody sees."""
    hidden = [line.number for line in lines if line.is_hidden]
    struck = [line.number for line in lines if line.is_struck and not line.is_hidden]
    in_part = [line.number for line in visible_rows(lines) if STRUCK & set(line.flaws.values())]
    formulas = [cell for line in visible_rows(lines) for cell in line.formulas]
    merged = [cell for sheet in sheets for cell in merged_downwards(sheet, visible_rows(lines))]
    columns = [name for sheet in sheets for name in hidden_and_read(sheet, visible_rows(lines))]
    found: list[list[Any]] = [hidden, struck, in_part, formulas, merged, columns]
    told = zip(LINES_TOLD, found, strict=True)
    return [
        sentence % dict.fromkeys(("lines", "columns"), comma_list(named))
        for sentence, named in told
        if named
    ]


def merged_downwards(sheet: WorkbookSheet, lines: list[WorkbookLine]) -> list[str]:
    """Return the cells whose words are meant for several of these rows, and stand in the first."""
    words = {line.number: line.cells for line in lines}
    covered = {
        (top, place)
        for number, places in sheet.merged_into(words).items()
        for place, top in places.items()
        if top < number and top in words and words[top][place]
    }
    return [f"{get_column_letter(place + 1)}{top}" for top, place in sorted(covered)]


def hidden_and_read(sheet: WorkbookSheet, lines: list[WorkbookLine]) -> list[str]:
    """Return the letters of hidden columns in which these rows hold something."""
    return [
        get_column_letter(place + 1)
        for place in sorted(sheet.hidden_columns)
        if any(line.cells[place] for line in lines)
    ]


def visible_rows(lines: list[WorkbookLine]) -> list[WorkbookLine]:
    """Return the rows that are neither hidden nor struck through."""
    return [line for line in lines if not (line.is_hidden or line.is_struck)]


def sheets_left_out(sheets: list[WorkbookSheet], visible: list[WorkbookSheet]) -> list[str]:
    """Return sentences on all sheets but the first that people see."""
    hidden = [sheet.name for sheet in sheets if sheet.is_hidden]
    others = [sheet.name for sheet in visible[1:] if any(any(line.cells) for line in sheet.lines())]
    return [
        sentence % {"sheets": comma_list(map(quoted, names))}
        for sentence, names in (
            (_("Sheets not read, because they are hidden: %(sheets)s."), hidden),
            (_("Only the first sheet is read, and not: %(sheets)s."), others),
        )
        if names
    ]


def replace_surrogates(text: str) -> str:
    """Write a question mark for each lone surrogate, which a spreadsheet can contain."""
    return text.encode("utf-8", "replace").decode()
