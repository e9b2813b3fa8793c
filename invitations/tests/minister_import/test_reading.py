"""What is read of a file, what is left out, and how both are told."""

import datetime as dt
import io
import re
import zipfile
from itertools import count

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS

from invitations.minister_import.rules import check_rows
from invitations.tests import lists
from invitations.tests.lists import FLAVIA, RUPERT, as_csv, as_xlsx, read, saved, told
from invitations.tests.uploading import docx, package, pdf

ruritania, edition = lists.ruritania, lists.edition
HEADINGS = list(FLAVIA)
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100)


def open_spreadsheet():
    """The beginning of an ODS, whose first entry is stored as it is."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    return file.getvalue()


@pytest.fixture
def book():
    """A workbook with Flavia in line 2 and Rupert in line 3."""
    book = openpyxl.Workbook()
    book.active.title = "Africa"
    for row in (HEADINGS, list(FLAVIA.values()), list(RUPERT.values())):
        book.active.append(row)
    return book


def more(book, title, *rows):
    sheet = book.create_sheet(title)
    for row in rows:
        sheet.append(row)
    return sheet


def package_of(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def with_table_of_texts(content):
    """The same workbook as Excel writes it, with the texts of its cells in a table."""
    files = package_of(content)
    sheet, types = files["xl/worksheets/sheet1.xml"], files["[Content_Types].xml"]
    texts = re.findall(rb"<is>(.*?)</is>", sheet, re.DOTALL)
    places = count()
    files["xl/worksheets/sheet1.xml"] = re.sub(
        rb't="inlineStr"><is>.*?</is>', lambda _: b't="s"><v>%d</v>' % next(places), sheet
    )
    files["xl/sharedStrings.xml"] = b'<sst xmlns="%s">%s</sst>' % (
        SHEET_MAIN_NS.encode(),
        b"".join(b"<si>%s</si>" % text for text in texts),
    )
    part = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{SHARED_STRINGS}"/></Types>'
    files["[Content_Types].xml"] = types.replace(b"</Types>", part.encode())
    return package(files.items())


def given_names(book):
    return [row.cells["given_name"] for row in read(saved(book))]


def refusal(content):
    with pytest.raises(ValidationError) as refused:
        read(content)
    [sentence] = refused.value.messages
    return sentence


@transaction.atomic
def faults(edition, book):
    return [str(fault) for fault in check_rows(read(saved(book)), edition)[1]]


# Sheets


def test_all_visible_sheets_with_the_headings_are_read_and_named(book):
    more(book, "Europe", HEADINGS, ["XR", "Michael", "Strelsau", "Trade"])

    assert given_names(book) == ["Flavia", "Rupert", "Michael"]
    assert told(saved(book)) == ["Sheets read: “Africa”, “Europe”."]


def test_sheets_that_are_hidden_or_no_lists_are_left_out_and_named(book):
    more(book, "Old", HEADINGS, ["XR", "Michael", "Strelsau", "Trade"]).sheet_state = "hidden"
    more(book, "Read me", ["Please see the other sheet"])
    book.create_sheet("Empty")

    assert given_names(book) == ["Flavia", "Rupert"]
    assert told(saved(book)) == [
        "Sheets not read, because they are hidden: “Old”.",
        "Sheets read: “Africa”.",
        "Sheets not read, because they have no headings of this list: “Read me”.",
    ]


def test_an_introduction_may_stand_before_the_list(book):
    more(book, "Introduction", ["Please see sheet 2"])
    book.move_sheet("Introduction", -1)

    assert given_names(book) == ["Flavia", "Rupert"]


def test_a_list_on_a_hidden_sheet_alone_is_refused_with_the_reason(book):
    book.active.sheet_state = "hidden"
    more(book, "Notes", ["None"])

    sentence = refusal(saved(book))
    assert sentence.endswith("Sheets not read, because they are hidden: “Africa”.")


def test_a_sheet_that_is_nearly_a_list_is_refused_and_named(book):
    more(book, "Europe", [*HEADINGS, "Phone"], [*FLAVIA.values(), "1"])

    sentence = "ministers.csv (“Europe”) has a column that is not known: phone."
    assert refusal(saved(book)) == sentence


def test_a_fault_names_its_sheet_where_several_are_read(book, edition):
    more(book, "Europe", HEADINGS, [*FLAVIA.values()], ["Atlantis", "A", "B", "C"])

    assert faults(edition, book) == [
        "Line 2 (“Europe”), column family_name, “Elphberg”: "
        "This person stands in line 2 (“Africa”) already.",
        "Line 2 (“Europe”), column portfolio, “Ministre des communications”: "
        "Flavia Elphberg holds this portfolio: say whom the row replaces.",
        "Line 3 (“Europe”), column state, “Atlantis”: "
        "This code or name is not on the list of Member States of this system.",
    ]


# Rows and cells


def test_hidden_rows_are_left_out_and_named(book):
    for number in range(4, 9):
        book.active.append(["XR", "Michael", f"Strelsau {number}", "Trade"])
    for number in (2, 4, 5, 6):
        book.active.row_dimensions[number].hidden = True

    assert given_names(book) == ["Rupert", "Michael", "Michael"]
    assert told(saved(book)) == [
        "Sheets read: “Africa”.",
        "Hidden rows, left out: 2, 4–6. If they are meant, show them and upload anew.",
    ]


def test_rows_struck_through_are_left_out_and_named(book):
    for cell in book.active[2]:
        cell.font = Font(strike=True)

    assert given_names(book) == ["Rupert"]
    assert told(saved(book))[1:] == ["Rows struck through, left out: 2."]


def test_rows_left_out_are_named_with_their_sheet_where_several_are_read(book):
    sheet = more(book, "Europe", HEADINGS, ["XR", "Michael", "Strelsau", "Trade"])
    sheet.row_dimensions[2].hidden = True

    assert told(saved(book))[1].startswith("Hidden rows, left out: “Europe”: 2.")


def test_a_list_of_hidden_rows_alone_says_why_it_is_empty(book):
    for number in (2, 3):
        book.active.row_dimensions[number].hidden = True

    assert "no row under its header. Sheets read: “Africa”. Hidden rows" in refusal(saved(book))


def test_a_cell_struck_through_is_refused(book, edition):
    book.active["B2"].font = Font(strike=True)

    assert faults(edition, book) == [
        "Line 2, column given_name, “Flavia”: "
        "This cell is struck through: empty it, or strike the whole row through."
    ]


HENTZAU_STRUCK = CellRichText("Rupert ", TextBlock(InlineFont(strike=True), "Hentzau"))


def test_a_cell_of_which_a_part_is_struck_through_is_refused(book, edition):
    book.active["B3"] = HENTZAU_STRUCK

    assert faults(edition, book) == [
        "Line 3, column given_name, “Rupert Hentzau”: "
        "A part of this cell is struck through: delete that part, or end the striking."
    ]


def test_a_text_in_the_table_of_texts_is_looked_at_as_well(book):
    book.active["B3"] = HENTZAU_STRUCK
    content = with_table_of_texts(saved(book))
    assert b"inlineStr" not in package_of(content)["xl/worksheets/sheet1.xml"]

    flavia, rupert = read(content)

    assert rupert.cells["given_name"] == "Rupert Hentzau"
    assert (list(flavia.spoilt), list(rupert.spoilt)) == ([], ["given_name"])


def test_a_row_whose_letters_are_struck_through_one_by_one_is_left_out(book):
    for cell in book.active[2]:
        cell.value = CellRichText(TextBlock(InlineFont(strike=True), cell.value))

    assert given_names(book) == ["Rupert"]


def test_a_part_that_is_not_struck_in_a_row_that_is_keeps_the_row(book, edition):
    for cell in book.active[2]:
        cell.font = Font(strike=True)
    book.active["B2"] = CellRichText("Flavia", TextBlock(InlineFont(b=True), " Antoinette"))

    assert len(faults(edition, book)) == 4


def test_bold_letters_are_read_as_any_other(book, edition):
    book.active["B2"] = CellRichText(TextBlock(InlineFont(b=True, strike=False), "F"), "lavia")

    assert faults(edition, book) == []
    assert given_names(book) == ["Flavia", "Rupert"]


def test_what_became_a_date_is_refused(book, edition):
    book.active["E1"], book.active["E2"] = "ref", dt.date(2026, 4, 3)

    assert faults(edition, book) == [
        "Line 2, column ref, “2026-04-03”: "
        "This became a date: format the cell as text, and type it anew."
    ]


def test_a_state_merged_over_several_rows_is_refused_with_its_reason(book, edition):
    book.active.merge_cells("A2:A3")

    assert faults(edition, book) == [
        "Line 3, column state, “”: "
        "This cell is merged with one of line 2: divide it, and fill in each row."
    ]


def test_a_number_that_lost_its_digits_is_refused(book, edition):
    book.active["E1"], book.active["E2"] = "Ref.", 12345678901234567890

    [fault] = faults(edition, book)
    assert "This number has lost its last digits" in fault


def test_a_cell_far_to_the_right_is_refused(book, edition):
    book.active["AO3"] = "of Ruritania"

    assert faults(edition, book) == [
        "Line 3, column –, “of Ruritania”: No heading stands above this."
    ]


def test_a_heading_far_to_the_right_is_refused(book):
    book.active["AO1"] = "phone"

    assert "a column that is not known:" in refusal(saved(book))


# Texts


def test_a_title_above_the_headings_is_left_out_and_named(book):
    book.active.insert_rows(1, 2)
    book.active["A1"] = "Ministers of Ruritania, by State and portfolio"

    assert given_names(book) == ["Flavia", "Rupert"]
    assert told(saved(book))[1:] == ["Lines above the headings, not read: 1."]


@pytest.mark.parametrize(
    ("content", "how"),
    [
        (as_csv(FLAVIA), "UTF-8, divided by commas"),
        (as_csv(FLAVIA, delimiter=";", encoding="utf-8-sig"), "UTF-8, divided by semicolons"),
        (as_csv(FLAVIA, delimiter="|"), "UTF-8, divided by vertical bars"),
        (as_csv(FLAVIA, delimiter="\t", encoding="utf-16"), "UTF-16, divided by tabs"),
        (b"sep=;\r\n" + as_csv(FLAVIA, delimiter=";"), "UTF-8, divided by semicolons"),
        (b"sep=^\r\n" + as_csv(FLAVIA, delimiter="^"), "UTF-8, divided by ^"),
        (
            b"Ministers, of Ruritania\r\n" + as_csv(FLAVIA, delimiter=";"),
            "UTF-8, divided by semicolons",
        ),
    ],
)
def test_how_a_text_was_read_is_told(content, how):
    assert [row.cells for row in read(content)] == [FLAVIA]
    assert told(content)[0] == f"Read as text in {how}."


@pytest.mark.parametrize(
    ("name", "codec"), [("Hélène", "cp1252"), ("Přikryl", "cp1250"), ("Иван", "cp1251")]
)
def test_a_list_whose_encoding_would_be_a_guess_is_refused_with_what_to_do(name, codec):
    assert refusal(as_csv(FLAVIA | {"family_name": name}, encoding=codec)) == (
        "ministers.csv is neither XLSX nor a text whose letters can be told: save it as XLSX,"
        " or as CSV in UTF-8."
    )


def test_a_list_that_begins_with_mz_is_a_list():
    content = b"MZ;;;\r\n" + as_csv(FLAVIA, delimiter=";")

    assert [row.cells for row in read(content)] == [FLAVIA]


# Other kinds of files


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (
            OLD_OFFICE + "EncryptedPackage".encode("utf-16-le"),
            "is protected by a password: save it without one.",
        ),
        (
            OLD_OFFICE + "Workbook".encode("utf-16-le"),
            "is a workbook of the old kind (XLS): save it as XLSX.",
        ),
        (
            open_spreadsheet(),
            "is an OpenDocument spreadsheet (ODS): save it as XLSX.",
        ),
        (
            package([("xl/workbook.bin", b"")]),
            "is a binary workbook (XLSB): save it as XLSX.",
        ),
        (OLD_OFFICE, "is no spreadsheet: save the list as XLSX or CSV."),
        (pdf(), "is no spreadsheet: save the list as XLSX or CSV."),
        (b"<html><table>", "is no spreadsheet: save the list as XLSX or CSV."),
    ],
)
def test_a_file_of_another_kind_is_refused_with_what_to_do(content, sentence):
    assert refusal(content) == f"ministers.csv {sentence}"


def test_a_document_is_no_workbook():
    assert "cannot be read as XLSX" in refusal(docx())


def test_workbooks_and_texts_bring_the_same_rows():
    assert read(as_xlsx(FLAVIA, RUPERT)) == read(as_csv(FLAVIA, RUPERT))
