"""Cells that no spreadsheet runs, however it divides lines."""

import csv
import io

import pytest

from invitations.text.cell_formulas import escape_formula, escape_in_csv


@pytest.mark.parametrize(
    "before", ["", " ", "\u200b", "\ufeff", "\u2066", "\u00ad", "'", " '\u200e"]
)
@pytest.mark.parametrize("sign", "=+-@＝＋－＠")  # noqa: RUF001 -- wide signs
def test_a_formula_is_escaped_whatever_stands_unseen_before_it(before, sign):
    cell = f"{before}{sign}1+1"

    assert escape_formula(cell) == f"'{cell}"


@pytest.mark.parametrize("sign", ["\x00", "\ufffe", "\uffff", "\U0001fffe"])
def test_what_no_workbook_may_hold_is_dropped_and_hides_no_formula(sign):
    assert escape_formula(f"{sign}=1+1") == "'=1+1"
    assert escape_in_csv(f"Flavia{sign}") == "Flavia"


@pytest.mark.parametrize("cell", ["Ruritania", "CL-19/58", "Côte d’Ivoire", "שלום", ""])
def test_what_is_no_formula_stays(cell):
    assert escape_in_csv(cell) == escape_formula(cell) == cell


@pytest.mark.parametrize("dividing", [";", "\t", "\n", "\r\n"])
@pytest.mark.parametrize("formula", ["=1+1", " @SUM(A1)", "\u200b=1+1", "+1"])
def test_no_part_of_a_cell_runs_where_lines_are_divided_otherwise(dividing, formula):
    written = io.StringIO(newline="")
    csv.writer(written).writerow(["CL-19.pdf", escape_in_csv(f"Union{dividing}{formula}")])

    for other in (";", "\t"):
        for row in csv.reader(io.StringIO(written.getvalue(), newline=""), delimiter=other):
            assert [cell for cell in row if escape_formula(cell) != cell and cell[0] != "'"] == []
