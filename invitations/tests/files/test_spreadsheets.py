import datetime as dt
import io
import tracemalloc
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula

from invitations.files.packages import HostilePackage, PackageWithMacros, ZipBomb
from invitations.files.spreadsheets import (
    TooManySigns,
    UnreadableSheet,
    cell_text,
    fields_of_headings,
    lines_of_csv,
    lines_of_workbook,
    names_by_spelling,
)
from invitations.tests.uploading import docx, package, sheet_that_repeats

PLENTY = 1_000_000


def workbook(*rows):
    book, file = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


def with_more(content, *parts):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return package([*((name, archive.read(name)) for name in archive.namelist()), *parts])


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


def test_empty_rows_of_a_sheet_are_left_out_and_the_others_keep_their_numbers():
    content = workbook([None, None], ["Name", "Role"], ["", " "], ["Rudolf", None, "beyond"])

    lines = list(lines_of_workbook(content, 2, PLENTY, PLENTY))

    assert lines == [(2, ["Name", "Role"]), (4, ["Rudolf", ""])]


def test_a_formula_is_text_or_what_it_came_to():
    content = workbook(["Rudolf", "=1+1"])

    [as_written] = lines_of_workbook(content, 2, PLENTY, PLENTY)
    [as_calculated] = lines_of_workbook(content, 2, PLENTY, PLENTY, calculated=True)

    assert as_written.cells == ["Rudolf", "=1+1"]
    assert as_calculated.cells == ["Rudolf", ""]  # no program has calculated it yet


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"PK\x03\x04", UnreadableSheet),
        (b"", UnreadableSheet),
        (docx(), UnreadableSheet),
        (workbook(["Rudolf"])[:-40], UnreadableSheet),
        (with_more(workbook(["Rudolf"]), ("bomb", bytes(PLENTY))), ZipBomb),
        (with_more(workbook(["Rudolf"]), ("xl/vbaProject.bin", "program")), PackageWithMacros),
        (with_more(workbook(["Rudolf"]), *[(f"part{n}", "") for n in range(2000)]), HostilePackage),
    ],
    ids=["cut off", "empty", "no sheet", "damaged", "bomb", "macros", "entries"],
)
def test_what_is_no_sheet_is_refused(content, refusal):
    with pytest.raises(refusal):
        list(lines_of_workbook(content, 2, PLENTY, PLENTY))


def test_a_sheet_may_have_as_many_signs_as_its_reader_allows():
    content = workbook(["Rudolf", "Head"], ["Fritz", 12])

    assert len(list(lines_of_workbook(content, 2, PLENTY, 15))) == 2
    with pytest.raises(TooManySigns):
        list(lines_of_workbook(content, 2, PLENTY, 14))


def test_a_sheet_whose_cells_repeat_one_long_string_takes_little_memory():
    content = sheet_that_repeats("a" * 100_000, rows=200, columns=20)
    tracemalloc.start()

    with pytest.raises(TooManySigns):
        list(lines_of_workbook(content, 20, 10 * PLENTY, PLENTY))
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert len(content) < 3000
    assert peak < 10 * PLENTY


def test_headings_are_known_by_any_of_their_words():
    known = names_by_spelling({"name": ["name", "Nom et prénom"], "role": ["role", "Роль"]})

    assert fields_of_headings(["NOM  et prénom", "роль\u200b", "phone"], known) == [
        "name",
        "role",
        "",
    ]


@given(st.binary(max_size=200))
def test_no_bytes_trip_the_reading_of_a_sheet(content):
    with pytest.raises(UnreadableSheet):
        list(lines_of_workbook(b"PK\x03\x04" + content, 2, PLENTY, PLENTY))


@given(st.text(max_size=200))
def test_any_text_is_read(text):
    assert all(any(line.cells) for line in lines_of_csv(text))
