"""Workbooks (XLSX): their sheets, and the rows of each with what is hidden, struck or merged."""

import datetime as dt
import enum
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import IO, Any, NamedTuple

from openpyxl.cell.rich_text import CellRichText
from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE
from openpyxl.utils import get_column_letter

from invitations.files.packages import refuse_busy_workbook, refuse_hostile_package
from invitations.files.spreadsheets import (
    DAMAGED,
    TooManySigns,
    UnreadableSheet,
    cell_text,
)
from invitations.files.struck import OF_FORMULA, Parser, struck_parts

LAST_ROW_OF_A_SHEET = 1_048_576
COLUMNS_OF_A_SHEET = 16_384
ROW_OR_CELL = re.compile(rb"<(?:[\w.-]{1,30}:)?(row|c)[\s>/]")
CHUNK = 65_536  # bytes of a sheet looked at, at a time
LONGEST_TAG = 40  # bytes to the end of a tag's name, its prefix with it
MOST_MERGED_ROWS = 100_000
# A number of more digits has lost the last ones in the program that wrote the file.
EXACT_BELOW = 10**15


class Flaw(enum.Enum):
    """Why the text of a cell may not be what a person wrote, or sees."""

    STRUCK = enum.auto()
    STRUCK_IN_PART = enum.auto()
    INEXACT = enum.auto()
    DATE = enum.auto()
    FORMULA = enum.auto()


class WorkbookLine(NamedTuple):
    """A row that is not empty, or would not be, with what is wrong in some of its places.

    What stands right of the last column that is read is one cell more.
    """

    number: int
    cells: list[str]
    is_hidden: bool = False
    flaws: Mapping[int, Flaw] = MappingProxyType({})

    @property
    def is_struck(self) -> bool:
        filled = [place for place, cell in enumerate(self.cells) if cell] or self.flaws
        return all(self.flaws.get(place) == Flaw.STRUCK for place in filled)

    @property
    def formulas(self) -> list[str]:
        """The names of the cells of which only a formula is known."""
        places = (place for place, flaw in self.flaws.items() if flaw == Flaw.FORMULA)
        return [f"{get_column_letter(place + 1)}{self.number}" for place in places]


class Look(NamedTuple):
    """How cells of a style are printed."""

    is_struck: bool
    digits: int


def refuse_wide_rows(source: IO[bytes]) -> None:
    """Raise TooManySigns for a row of more cells than a sheet has columns.

    The parser keeps all cells of a row in memory, empty ones too, before it gives any.
    """
    cells, tail = 0, b""
    while chunk := source.read(CHUNK):
        end = 0
        for tag in ROW_OR_CELL.finditer(tail + chunk):
            cells = 0 if tag[1] == b"row" else cells + 1
            end = tag.end()
            if cells > COLUMNS_OF_A_SHEET:
                raise TooManySigns
        tail = (tail + chunk)[end:][-LONGEST_TAG:]


class WorkbookSheet:
    """A sheet of a workbook; what of it is merged, or a hidden column, is known once it is read."""

    def __init__(self, sheet: Any, most_columns: int, count: Callable[[int], None]) -> None:
        self.name: str = sheet.title
        self.is_hidden: bool = sheet.sheet_state != "visible"
        self.sheet = sheet
        self.most_columns = most_columns
        self.count = count
        self.merged: list[Any] = []
        self.hidden_columns: frozenset[int] = frozenset()
        self.looks: dict[int, Look] = {}

    def lines(self) -> Iterator[WorkbookLine]:
        """Yield the rows that are not empty. Raise UnreadableSheet or TooManySigns."""
        try:
            yield from self.parsed_lines()
        except DAMAGED as fault:
            raise UnreadableSheet from fault

    def parsed_lines(self) -> Iterator[WorkbookLine]:
        book = self.sheet.parent
        with self.sheet._get_source() as source:
            refuse_wide_rows(source)
        with self.sheet._get_source() as source:
            parser = Parser(
                source,
                self.sheet._shared_strings,
                data_only=book.data_only,
                epoch=book.epoch,
                date_formats=book._date_formats,
                timedelta_formats=book._timedelta_formats,
                rich_text=True,
            )
            for number, cells in parser.parse():
                settings = parser.row_dimensions.pop(str(number), {})
                # The number that a row states may be wrong.
                if number <= LAST_ROW_OF_A_SHEET and (line := self.line(number, cells, settings)):
                    yield line
            self.hidden_columns = self.places_hidden(parser.column_dimensions.values())
            self.merged = parser.merged_cells.mergeCell if parser.merged_cells else []

    def places_hidden(self, columns: Iterable[dict[str, str]]) -> frozenset[int]:
        return frozenset(
            place
            for column in columns
            if column.get("hidden") in ("1", "true")
            for place in range(int(column["min"]) - 1, min(int(column["max"]), self.most_columns))
        )

    def line(
        self, number: int, found: list[dict[str, Any]], settings: dict[str, str]
    ) -> WorkbookLine | None:
        filled = [cell for cell in found if cell["value"] is not None or is_formula(cell)]
        # A file holds a text once, however many of its cells repeat it.
        texts = [cell["value"] for cell in filled if isinstance(cell["value"], str | CellRichText)]
        self.count(sum(len(str(text)) for text in texts))
        cells, beyond = [""] * self.most_columns, []
        for cell in filled:
            place, text = cell["column"] - 1, self.text(cell)
            if place < self.most_columns:
                cells[place] = text
            else:
                beyond.append(text)
        if rest := " ".join(filter(None, beyond)):
            cells.append(rest)
        flaws = self.flaws(filled)
        if not any(cells) and Flaw.FORMULA not in flaws.values():
            return None
        return WorkbookLine(number, cells, settings.get("hidden", "0") in ("1", "true"), flaws)

    def flaws(self, cells: list[dict[str, Any]]) -> dict[int, Flaw]:
        found = [(min(cell["column"] - 1, self.most_columns), self.flaw(cell)) for cell in cells]
        return {place: flaw for place, flaw in found if flaw}

    def flaw(self, cell: dict[str, Any]) -> Flaw | None:
        value = cell["value"]
        struck = struck_parts(value, is_cell_struck=self.look(cell["style_id"]).is_struck)
        if True in struck:
            return Flaw.STRUCK_IN_PART if False in struck else Flaw.STRUCK
        if is_formula(cell):
            return Flaw.FORMULA
        if isinstance(value, dt.date | dt.time | dt.timedelta):
            return Flaw.DATE
        return Flaw.INEXACT if is_inexact(value) else None

    def text(self, cell: dict[str, Any]) -> str:
        """Return the text of the cell, with the zeros that its format puts before a number."""
        text, digits = cell_text(cell["value"]), self.look(cell["style_id"]).digits
        return text.zfill(digits) if digits and text.isdecimal() else text

    def look(self, style: int) -> Look:
        if style not in self.looks:
            book = self.sheet.parent
            found = book._cell_styles[style]
            self.looks[style] = Look(
                is_struck=bool(book._fonts[found.fontId].strike),
                digits=leading_digits(number_format(book, found.numFmtId)),
            )
        return self.looks[style]

    def merged_into(self, numbers: Iterable[int]) -> dict[int, dict[int, int]]:
        """Return for these lines the places that a merged cell covers, and the line where it began.

        The first cell of each is none of them. Raise UnreadableSheet if there are too many.
        """
        found = {number: dict[int, int]() for number in numbers}
        wanted = set(found)
        rows = 0
        for area in self.merged:
            first, last, top, bottom = area.min_col - 1, area.max_col, area.min_row, area.max_row
            rows += bottom - top + 1
            if rows > MOST_MERGED_ROWS:
                raise UnreadableSheet
            for number in wanted.intersection(range(top, bottom + 1)):
                covered = range(first + (number == top), min(last, self.most_columns))
                found[number] |= dict.fromkeys(covered, top)
        return found


def is_formula(cell: dict[str, Any]) -> bool:
    return bool(cell["data_type"] == OF_FORMULA)


def is_inexact(value: object) -> bool:
    return isinstance(value, int | float) and abs(value) >= EXACT_BELOW


def number_format(book: Any, code: int) -> str:
    if code < BUILTIN_FORMATS_MAX_SIZE:
        return str(BUILTIN_FORMATS.get(code, ""))
    return str(book._number_formats[code - BUILTIN_FORMATS_MAX_SIZE])


def leading_digits(form: str) -> int:
    """Return how many digits a format of zeros alone prints at least; otherwise 0."""
    return len(form) if re.fullmatch("0{2,}", form) else 0


def sheets_of_workbook(
    content: bytes,
    most_columns: int,
    most_unpacked: int,
    most_signs: int,
    *,
    calculated: bool = False,
) -> list[WorkbookSheet]:
    """Return the sheets of cells, whose lines together may hold ``most_signs``.

    A formula is read as its text, or with ``calculated`` as its last result. Raise UnreadableSheet
    or HostilePackage, and TooManySigns while the lines are read.
    """
    left = most_signs

    def count(signs: int) -> None:
        nonlocal left
        left -= signs
        if left < 0:
            raise TooManySigns

    try:
        package = zipfile.ZipFile(io.BytesIO(content))
        refuse_hostile_package(package, most_unpacked)
        refuse_busy_workbook(package, most_unpacked)
        reader = ExcelReader(
            io.BytesIO(content),
            read_only=True,
            data_only=calculated,
            keep_links=False,
            rich_text=True,
        )
        reader.read()
        return [WorkbookSheet(sheet, most_columns, count) for sheet in reader.wb.worksheets]
    except DAMAGED as fault:
        raise UnreadableSheet from fault
