"""Files of lists: safe in a spreadsheet, right in Arabic, with their pages numbered."""

import csv
import datetime as dt
import io
import re
import subprocess

import openpyxl
import pypdfium2
import pytest
import time_machine
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from invitations.admin.export_cells import plain_words
from invitations.admin.export_files import ExportFormat, shares_of, write_export
from invitations.files.exported_tables import ExportedSheet
from invitations.text.cell_formulas import escape_formula

NAME, REGARDS = "Rupert Lauengram", "regrets, and asks for the texts in Arabic!"
ROWS = [["Nether Ruritania", "=1+1"], ["روريتانيا السفلى", "+41 22 555 0100"]]


def runs(cell):
    """Whether a spreadsheet may take the cell for a formula, or a command."""
    return cell.strip()[:1] in tuple("=+-@＝＋－＠")  # noqa: RUF001


def sheet(rows=ROWS, **fields):
    said = {"title": "Replies", "filters": ["Edition: wsis-1"], "headings": ["State", "@Words"]}
    return ExportedSheet(**{**said, "number": len(rows), "rows": iter(rows), **fields})


def bytes_of(kind, sheet):
    with write_export(kind, sheet) as file:
        return file.read()


def book_of(sheet):
    return openpyxl.load_workbook(io.BytesIO(bytes_of(ExportFormat.XLSX, sheet)))


def cells_of(book):
    return [[cell.value or "" for cell in row] for row in book.active.iter_rows()]


@given(st.lists(st.lists(st.text(max_size=40), min_size=2, max_size=2), max_size=5))
def test_no_cell_of_a_workbook_is_a_formula(rows):
    rows = [[plain_words(cell) for cell in row] for row in rows]

    book = book_of(sheet(rows))

    for row in book.active.iter_rows():
        for cell in row:
            assert cell.data_type != "f"
            assert not runs(str(cell.value or ""))


@given(st.lists(st.lists(st.text(max_size=40), min_size=2, max_size=2), max_size=5))
def test_no_cell_of_a_csv_is_a_formula(rows):
    rows = [[plain_words(cell) for cell in row] for row in rows]

    text = bytes_of(ExportFormat.CSV, sheet(rows)).decode("utf-8-sig")

    for row in csv.reader(io.StringIO(text, newline="")):
        # Also in a program that divides lines by semicolons or tabs.
        assert not any(runs(part) for cell in row for part in re.split(r"[;\t\r\n]", cell))


def test_workbook_holds_the_rows_as_they_are_shown_but_for_formulas():
    found = cells_of(book_of(sheet()))

    assert found == [["State", "'@Words"], *([escape_formula(one) for one in row] for row in ROWS)]


@pytest.mark.parametrize(("language", "is_from_the_right"), [("ar", True), ("fr", False)])
def test_sheet_begins_where_the_language_begins(language, is_from_the_right):
    with translation.override(language):
        book = book_of(sheet())

    assert bool(book.active.sheet_view.rightToLeft) == is_from_the_right
    assert book.active.freeze_panes == "A2"


DAY, HOUR = dt.date(2027, 3, 10), dt.datetime.fromisoformat("2027-03-09 17:05:09")


def test_a_workbook_holds_dates_that_a_spreadsheet_sorts_by_and_shows_alike_anywhere():
    [_headings, (day, hour)] = book_of(sheet([[DAY, HOUR]])).active.iter_rows()

    assert (day.value.date(), day.number_format) == (DAY, "yyyy-mm-dd")
    assert (hour.value, hour.number_format) == (HOUR, "yyyy-mm-dd hh:mm")
    assert day.parent.column_dimensions["B"].width > len("2027-03-09 17:05")


def test_a_day_that_no_workbook_has_is_written_out():
    assert cells_of(book_of(sheet([[dt.date(202, 3, 10), "regrets"]])))[1][0] == "0202-03-10"


def test_a_csv_holds_dates_that_any_program_reads():
    text = bytes_of(ExportFormat.CSV, sheet([[DAY, HOUR]])).decode("utf-8-sig")

    assert text.splitlines()[1] == "2027-03-10,2027-03-09 17:05"


@pytest.mark.parametrize(
    ("language", "shown"), [("en", "10 March 2027"), ("fr", "10 mars 2027"), ("ru", "10 марта")]
)
def test_paper_holds_dates_as_people_say_them(language, shown):
    with translation.override(language):
        pdf = bytes_of(ExportFormat.PDF, sheet([[DAY, HOUR]]))

    words = pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_range()
    assert shown in " ".join(words.replace("\u00a0", " ").split())
    assert "17:05" in words


def test_title_that_no_sheet_may_have_is_shortened():
    title = "History: who [did] what/when? 'Yes' * and much more than that"

    book = book_of(sheet(title=title))

    assert len(book.active.title) <= 31
    assert book.properties.title == title


def test_signs_that_a_workbook_may_not_hold_are_left_out():
    assert plain_words("a\x00b\x0bc\nd") == "abc\nd"


@pytest.mark.parametrize(
    ("language", "last"), [("en", "page 2 of 2"), ("ar", None)], ids=["en", "ar"]
)
def test_pdf_names_day_filter_rows_and_pages(tmp_path, language, last):
    rows = [[f"State {number}", "silent"] for number in range(40)]
    with translation.override(language), time_machine.travel("2027-03-10T09:00Z", tick=False):
        (tmp_path / "list.pdf").write_bytes(bytes_of(ExportFormat.PDF, sheet(rows)))

    words = subprocess.run(
        ["pdftotext", "-layout", tmp_path / "list.pdf", "-"], capture_output=True, check=True
    ).stdout.decode()

    assert "wsis-1" in words
    assert all(f"State {number}" in words for number in range(40))
    assert words.count("State 0") == 1
    assert words.count("\f") == 2
    assert "2027" in words
    if last:
        assert last in words
        assert "10 March 2027" in words
        assert "40 rows." in words
        # The headings come again on the second page.
        assert words.count("@Words") == 2


def lines_of(pdf):
    """The signs of the first page by the height at which they stand, from left to right."""
    found = {}
    page = pypdfium2.PdfDocument(pdf)[0].get_textpage()
    for number in range(page.count_chars()):
        left, bottom, _right, _top = page.get_charbox(number, loose=True)
        found.setdefault(round(bottom), []).append((left, page.get_text_range(number, 1)))
    return ["".join(sign for _left, sign in sorted(line)) for line in found.values()]


@pytest.mark.parametrize("words", ["+41 22 555 01 00", "250 2.0.0 Ok", "The Minister regrets."])
def test_numbers_and_words_of_another_script_keep_their_order_in_arabic(words):
    rows = [["روريتانيا السفلى " * 9, words, "روريتانيا " * 9]]
    with translation.override("ar"):
        pdf = bytes_of(ExportFormat.PDF, sheet(rows, headings=["A", "B", "C"], filters=[]))

    assert any(words.replace(" ", "") in line.replace(" ", "") for line in lines_of(pdf))


@pytest.mark.parametrize("number", ["+41 22 555 01 00", "0100 555 010"])
def test_a_telephone_number_in_an_arabic_sentence_keeps_its_order(number):
    with translation.override("ar"):
        pdf = bytes_of(ExportFormat.PDF, sheet([[f"بالهاتف {number} أو {number}.", "روريتانيا"]]))

    told = "".join(lines_of(pdf)).replace("\u00a0", "").replace(" ", "")
    assert told.count(number.replace(" ", "")) == 2


def test_a_sentence_of_another_script_ends_where_it_ends_also_on_its_last_line():
    sentence = "The mission says that the Minister attends " * 4 + "without a statement."
    with translation.override("ar"):
        pdf = bytes_of(
            ExportFormat.PDF, sheet([["روريتانيا", sentence] * 3], headings=list("ABCDEF"))
        )

    assert any(line.count("statement.") == 3 for line in lines_of(pdf))


@pytest.mark.parametrize("language", ["en", "ar"])
def test_no_name_is_broken_beside_columns_that_hold_much(language):
    rows = [[NAME, "روريتانيا السفلى " * 9, REGARDS * 3, "in person", "x" * 200]] * 3
    with translation.override(language):
        pdf = bytes_of(ExportFormat.PDF, sheet(rows, headings=["Speaker", "B", "C", "Mode", "E"]))

    told = lines_of(pdf)

    for word in (*NAME.split(), "Speaker", "person"):
        assert any(word in line for line in told), word


def test_an_apostrophe_is_no_wider_in_chinese():
    with translation.override("zh-hans"):
        pdf = bytes_of(ExportFormat.PDF, sheet([["下卢里塔尼亚", "Gaspard d’Estrelsau"]]))

    page = pypdfium2.PdfDocument(pdf)[0].get_textpage()
    told = page.get_text_range()
    left, _bottom, right, _top = page.get_charbox(told.index("’"), loose=True)
    assert right - left < 4  # points, of 8


def test_each_column_has_some_room_and_all_have_the_whole_paper():
    shares = shares_of([["", "Name", "Words"], ["1", "下卢里塔尼亚", "much " * 90]])

    assert min(shares) > 10
    assert round(sum(shares)) == 100
