import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula

from invitations.files.spreadsheets import (
    UnreadableSheet,
    cell_text,
    divider_of,
    lines_of_csv,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (12.0, "12"),
        (12, "12"),
        (True, "yes"),
        (False, "no"),
        (" Anna\r\nMaria ", "Anna\nMaria"),
        ("Fla\u200bvia", "Flavia"),
        ("Ministre\xa0: Anna", "Ministre\xa0: Anna"),
        (dt.date(2027, 5, 10), "2027-05-10"),
        (dt.datetime(2027, 5, 10, 9, 30), "2027-05-10"),  # noqa: DTZ001 -- as a sheet has it
        (ArrayFormula("A1:A2", "=1+1"), "="),
        (DataTableFormula("A1:A2"), "="),
    ],
)
def test_a_cell_is_text(value, text):
    assert cell_text(value) == text


@pytest.mark.parametrize("divider", ["\t", ";", ","])
def test_lines_are_divided_as_the_first_one_is_and_keep_their_numbers(divider):
    text = f"\nname{divider}role\n \nRudolf{divider}head, deputy;\tadviser\n".replace(
        "head, deputy;\tadviser", '"head, deputy;\tadviser"'
    )

    assert list(lines_of_csv(text)) == [
        (2, ["name", "role"]),
        (4, ["Rudolf", "head, deputy;\tadviser"]),
    ]


def test_a_line_within_quotation_marks_counts_from_where_it_begins():
    lines = list(lines_of_csv('Rudolf;"A ramp\nand a van"\nFritz;'))

    assert lines == [(1, ["Rudolf", "A ramp\nand a van"]), (3, ["Fritz", ""])]


def test_a_strict_reader_names_the_line_whose_quotation_mark_is_open():
    text = 'name,role\nRudolf,head\n"Fritz,head'

    with pytest.raises(UnreadableSheet) as refusal:
        list(lines_of_csv(text, strict=True))

    assert refusal.value.line == 3
    assert list(lines_of_csv(text))[2].cells == ["Fritz,head"]


@given(st.text(max_size=200))
def test_any_text_is_read(text):
    assert all(any(line.cells) for line in lines_of_csv(text))


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_a_file_may_name_what_divides_its_cells(ending):
    lines = list(lines_of_csv(f"sep=|{ending}name|role{ending}Rudolf;Rassendyll|head"))

    assert lines == [(2, ["name", "role"]), (3, ["Rudolf;Rassendyll", "head"])]


def test_a_name_that_begins_as_that_line_does_is_a_name():
    assert divider_of("sep=e;lists;") == ";"
