"""The cells of wrong lines as fields of their own, and the lines with what was typed there."""

import csv
import hashlib
import io
from collections.abc import Mapping
from typing import NamedTuple

from delegations.nominations import NAME_PARTS
from delegations.office.forms.list_rows import Columns, DelegateRow
from delegations.office.forms.list_words import COLUMNS, heading_of_column, words_allowed

TypedCells = dict[int, dict[str, str]]


class CellField(NamedTuple):
    """A cell as a field; ``choices`` are the words that it may hold, empty for free words."""

    name: str
    label: str
    words: str
    choices: list[str]
    errors: list[str]


def cell_name(number: int, column: str) -> str:
    return f"cell-{number}-{column}"


def cell_fields(row: DelegateRow) -> list[CellField]:
    """Return a field for each cell of the line that holds something, is wrong, or names."""
    fields = []
    for column in COLUMNS:
        words = row.said.get(column, "")
        errors = [str(fault) for fault in row.form.errors.get(column, [])]
        if words or errors or column == "name":
            allowed = words_allowed(column)
            choices = [words, *(word for word in allowed if word != words)] if allowed else []
            name = cell_name(row.number, column)
            fields.append(CellField(name, str(heading_of_column(column)), words, choices, errors))
    return fields


def lines_mark(lines: str) -> str:
    """Return the digest of the lines, by which a page tells that they were not changed as text."""
    return hashlib.sha256("\n".join(lines.splitlines()).encode(errors="surrogatepass")).hexdigest()[
        :16
    ]


def corrected_lines(columns: Columns, data: Mapping[str, str]) -> str:
    """Return the lines with what was typed into fields of their cells; empty where nothing was."""
    typed: TypedCells = {
        line.number: {
            column: data[name]
            for column in COLUMNS
            if (name := cell_name(line.number, column)) in data
        }
        for line in columns.lines
    }
    return join_lines(columns, typed) if any(typed.values()) else ""


def join_lines(columns: Columns, typed: TypedCells) -> str:
    """Write headings and lines anew, each line with the number that it has."""
    meant, headings = list(columns.meant), list(columns.headings)
    for column in dict.fromkeys(name for cells in typed.values() for name in cells):
        if column not in meant and not (column == "name" and set(NAME_PARTS).intersection(meant)):
            meant.append(column)
            headings += [""] * (len(meant) - 1 - len(headings)) + [str(heading_of_column(column))]
    written = io.StringIO(newline="")
    writer, next_number = csv.writer(written, delimiter=";", lineterminator="\n"), 1
    if columns.headings:
        # A sign that divides stands in the first line, even beside a single heading.
        writer.writerow([*headings, ""])
        next_number += 1
    for line in columns.lines:
        cells = with_typed(meant, line.cells, typed[line.number])
        before = written.tell()
        written.write("\n" * (line.number - next_number))
        writer.writerow(cells)
        next_number += written.getvalue()[before:].count("\n")
    return written.getvalue()


def with_typed(meant: list[str], cells: list[str], typed: dict[str, str]) -> list[str]:
    """Return the cells with what was typed; a name goes whole into the first column of names."""
    filled = [*cells, *[""] * (len(meant) - len(cells))]
    for column, words in typed.items():
        places = [place for place, name in enumerate(meant) if name == column]
        if column == "name":
            places = [place for place, name in enumerate(meant) if name in NAME_PARTS]
        for place in places:
            filled[place] = words if place == places[0] else ""
    return filled
