"""Read the rows of a list of ministers, and refuse what is no such list."""

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import IO, NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from invitations.files.packages import HostilePackage, PackageWithMacros, ZipBomb, is_package
from invitations.files.spreadsheets import (
    SheetLine,
    TooManySigns,
    UnreadableSheet,
    comparable_words,
    fields_of_headings,
    lines_of_csv,
    lines_of_workbook,
    names_by_spelling,
)
from invitations.minister_import.columns import COLUMNS, REQUIRED_COLUMNS
from invitations.text.dates import comma_list
from invitations.text.lines import tidy_line

LARGEST_FILE = 5 * 1024 * 1024
LARGEST_UNPACKED = 4 * LARGEST_FILE
MOST_SIGNS = LARGEST_UNPACKED // 4  # each takes up to four bytes
MOST_ROWS = 5000
MOST_COLUMNS = len(COLUMNS) + 10
HEADINGS = names_by_spelling({column: [column, column.replace("_", " ")] for column in COLUMNS})


class ListRow(NamedTuple):
    line: int
    cells: dict[str, str]


def read_table(file: IO[bytes], name: str) -> list[ListRow]:
    """Return the rows of a CSV or XLSX file; refuse in one sentence what is no such list."""
    content = file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise ValidationError(_("%(name)s is larger than 5 MB."), params={"name": name})

    read = read_workbook if is_package(content) else read_csv
    lines = read(content, name)
    _line, header = next(lines, SheetLine(0, []))
    columns = read_header(header, name)
    rows = [ListRow(line, under(columns, cells)) for line, cells in islice(lines, MOST_ROWS + 1)]
    if len(rows) > MOST_ROWS:
        raise ValidationError(
            _("%(name)s has more than %(most)d rows."), params={"name": name, "most": MOST_ROWS}
        )
    if not rows:
        raise ValidationError(_("%(name)s has no row under its header."), params={"name": name})
    return rows


def read_csv(content: bytes, name: str) -> Iterator[SheetLine]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValidationError(
            _("%(name)s is neither XLSX nor CSV in UTF-8."), params={"name": name}
        ) from None
    try:
        yield from lines_of_csv(text, strict=True)
    except UnreadableSheet as fault:
        raise ValidationError(
            _("Line %(line)d of %(name)s cannot be read as CSV: look at its quotation marks."),
            params={"line": fault.line, "name": name},
        ) from None


def read_workbook(content: bytes, name: str) -> Iterator[SheetLine]:
    try:
        yield from lines_of_workbook(content, MOST_COLUMNS, LARGEST_UNPACKED, MOST_SIGNS)
    except (HostilePackage, TooManySigns, UnreadableSheet) as fault:
        raise ValidationError(why_no_workbook(fault), params={"name": name}) from None


def why_no_workbook(fault: Exception) -> str:
    if isinstance(fault, ZipBomb | TooManySigns):
        return _("%(name)s unpacks to more than 20 MB.")
    if isinstance(fault, PackageWithMacros):
        return _("%(name)s contains macros: save it without them.")
    return _("%(name)s cannot be read as XLSX.")


def read_header(header: list[str], name: str) -> list[str]:
    while header and not header[-1]:
        header = header[:-1]
    columns = fields_of_headings(header, HEADINGS)

    unknown = [
        comparable_words(said) for said, column in zip(header, columns, strict=True) if not column
    ]
    missing = [column for column in REQUIRED_COLUMNS if column not in columns]
    twice = [column for column, times in Counter(columns).items() if times > 1]
    for wrong, sentence in (
        (unknown, _("%(name)s has a column that is not known: %(columns)s.")),
        (missing, _("%(name)s lacks a column that it needs: %(columns)s.")),
        (twice, _("%(name)s has a column twice: %(columns)s.")),
    ):
        if wrong:
            listed = comma_list(column[:60] or "“”" for column in wrong)
            raise ValidationError(sentence, params={"name": name, "columns": listed})
    return columns


def under(columns: list[str], cells: list[str]) -> dict[str, str]:
    """Return the cells by column, each on one line; those beyond the last heading have no name."""
    cells = [tidy_line(cell) for cell in cells]
    by_column = dict.fromkeys(columns, "") | dict(zip(columns, cells, strict=False))
    beyond = " ".join(filter(None, cells[len(columns) :]))
    return by_column | ({"": beyond} if beyond else {})
