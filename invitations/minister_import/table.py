"""Read the rows of a spreadsheet, and refuse what is no list."""

import csv
import io
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import IO, NamedTuple

import openpyxl
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula

from invitations.minister_import.columns import COLUMNS, REQUIRED
from invitations.text.dates import comma_list
from invitations.text.lines import tidy_line

LARGEST_FILE = 5 * 1024 * 1024
LARGEST_UNPACKED = 4 * LARGEST_FILE
MOST_ROWS = 5000
LAST_ROW_OF_A_SHEET = 1_048_576
# What the libraries raise at a file that is damaged or is none.
UNREADABLE = (
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


class Row(NamedTuple):
    line: int
    cells: dict[str, str]


def read_table(file: IO[bytes], name: str) -> list[Row]:
    """Return the rows of a CSV or XLSX file; refuse in one sentence what is no such list."""
    content = file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise ValidationError(_("%(name)s is larger than 5 MB."), params={"name": name})

    read = read_workbook if content.startswith(b"PK\x03\x04") else read_csv
    lines = ((line, cells) for line, cells in read(content, name) if any(cells))
    _line, header = next(lines, (0, []))
    columns = read_header(header, name)
    rows = [Row(line, under(columns, cells)) for line, cells in islice(lines, MOST_ROWS + 1)]
    if len(rows) > MOST_ROWS:
        raise ValidationError(
            _("%(name)s has more than %(most)d rows."), params={"name": name, "most": MOST_ROWS}
        )
    if not rows:
        raise ValidationError(_("%(name)s has no row under its header."), params={"name": name})
    return rows


def read_csv(content: bytes, name: str) -> Iterator[tuple[int, list[str]]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValidationError(
            _("%(name)s is neither XLSX nor CSV in UTF-8."), params={"name": name}
        ) from None

    header = text.lstrip().partition("\n")[0]
    delimiter = ";" if header.count(";") > header.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            yield line, [text_of(cell) for cell in cells]
            line = reader.line_num + 1
    except csv.Error:
        raise ValidationError(
            _("Line %(line)d of %(name)s cannot be read as CSV: look at its quotation marks."),
            params={"line": line, "name": name},
        ) from None


def read_workbook(content: bytes, name: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines of the first sheet. A formula stays the text it is."""
    try:
        refuse_hostile(zipfile.ZipFile(io.BytesIO(content)), name)
        workbook = openpyxl.load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
        sheet = workbook.worksheets[0]
        sheet.reset_dimensions()
        lines = sheet.iter_rows(
            max_col=len(COLUMNS) + 10, max_row=LAST_ROW_OF_A_SHEET, values_only=True
        )
        for line, cells in enumerate(lines, 1):
            if cells.count(None) < len(cells):
                yield line, [text_of(cell) for cell in cells]
    except UNREADABLE:
        raise ValidationError(
            _("%(name)s cannot be read as XLSX."), params={"name": name}
        ) from None


def refuse_hostile(archive: zipfile.ZipFile, name: str) -> None:
    members = archive.infolist()
    if sum(member.file_size for member in members) > LARGEST_UNPACKED:
        raise ValidationError(_("%(name)s unpacks to more than 20 MB."), params={"name": name})
    if any(member.filename.endswith("vbaProject.bin") for member in members):
        raise ValidationError(
            _("%(name)s contains macros: save it without them."), params={"name": name}
        )


def text_of(value: object) -> str:
    """What a cell says, on one line."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, ArrayFormula | DataTableFormula):
        return "="
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return tidy_line(str(value))


def read_header(header: list[str], name: str) -> list[str]:
    columns = [heading.casefold().replace(" ", "_") for heading in header]
    while columns and not columns[-1]:
        columns.pop()

    unknown = [heading for heading in columns if heading not in COLUMNS]
    missing = [column for column in REQUIRED if column not in columns]
    twice = [column for column, times in Counter(columns).items() if times > 1]
    for wrong, sentence in (
        (unknown, _("%(name)s has a column that is not known: %(columns)s.")),
        (missing, _("%(name)s lacks a column that it needs: %(columns)s.")),
        (twice, _("%(name)s has a column twice: %(columns)s.")),
    ):
        if wrong:
            columns_named = comma_list(column[:60] or "“”" for column in wrong)
            raise ValidationError(sentence, params={"name": name, "columns": columns_named})
    return columns


def under(columns: list[str], cells: list[str]) -> dict[str, str]:
    """The cells by column; what stands beyond the last heading is under the empty name."""
    named = dict.fromkeys(columns, "") | dict(zip(columns, cells, strict=False))
    beyond = " ".join(filter(None, cells[len(columns) :]))
    return named | ({"": beyond} if beyond else {})
