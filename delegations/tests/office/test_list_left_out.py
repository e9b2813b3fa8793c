"""What of an uploaded list is not read is named before anybody on it is added."""

import io
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook
from openpyxl.styles import Font

from delegations.tests.offices import browser, coming, page_of, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_february")]
STRUCK = Font(strike=True)


@pytest.fixture
def book():
    book = Workbook()
    for row in (["Name", "Function"], ["Rudolf", "Envoy"], ["Fritz", "Aide"], ["Michael", "Duke"]):
        book.active.append(row)
    return book


def shown(book):
    file, invitation = io.BytesIO(), coming("Ruritania")
    book.save(file)
    words = {
        "file": SimpleUploadedFile("list.xlsx", file.getvalue()),
        "form_key": str(uuid.uuid4()),
        "invitation": invitation.pk,
        "lines": "",
        "step": "preview",
    }
    return text(browser(invitation).post(page_of(invitation, "list"), words))


def strike(*cells):
    for cell in cells:
        cell.font = STRUCK


def test_a_person_struck_through_is_left_out_and_the_row_is_named(book):
    strike(*book.active[4])

    page = shown(book)

    assert "Add 2 people" in page
    assert "Rows struck through, left out: 4." in page
    assert "Michael" not in page


def test_hidden_and_filtered_rows_are_left_out_and_named(book):
    book.active.row_dimensions[2].hidden = book.active.row_dimensions[3].hidden = True

    page = shown(book)

    assert "Add 1 person" in page
    assert "Hidden rows, left out: 2, 3. If they are meant, show them and upload anew." in page


def test_a_formula_that_nobody_calculated_is_named_by_its_cell(book):
    book.active["B3"] = '=CONCATENATE("Ai", "de")'
    for cell in book.active[4]:
        cell.value = "=1+1"

    page = shown(book)

    assert "Add 2 people" in page
    assert "Cells that hold a formula, read as empty: B3, A4, B4. Write their values." in page


def test_a_formula_that_is_struck_through_or_hidden_is_named_once(book):
    book.active["B3"] = book.active["B4"] = "=1+1"
    strike(*book.active[3])
    book.active.row_dimensions[4].hidden = True

    page = shown(book)

    assert "Rows struck through, left out: 3." in page
    assert "Hidden rows, left out: 4." in page
    assert "formula" not in page


def test_a_row_that_is_struck_in_part_is_read_and_named(book):
    strike(book.active["B3"])

    page = shown(book)

    assert "Add 3 people" in page
    assert "Something is struck through in these rows, and was read: 3." in page


def test_sheets_that_are_not_read_are_named(book):
    book.create_sheet("Guards").append(["Sapt"])
    book.create_sheet("Empty")
    book.create_sheet("Old").sheet_state = "hidden"

    page = shown(book)

    assert "Only the first sheet is read, and not: “Guards”." in page
    assert "Sheets not read, because they are hidden: “Old”." in page
    assert "“Empty”" not in page


def test_a_list_that_is_left_out_as_a_whole_says_why(book):
    for number in range(1, 5):
        book.active.row_dimensions[number].hidden = True

    page = shown(book)

    assert "Hidden rows, left out: 1, 2, 3, 4." in page
    assert "is damaged" not in page


@pytest.mark.parametrize("above", [0, 1, 4])
def test_of_three_hundred_rows_none_is_dropped_unsaid(above):
    book = Workbook()
    for line in [["Delegation"]] * above + [["Name", "Role"]] + [["Rudolf", "adviser"]] * 300:
        book.active.append(line)

    assert "A list may have 200 people at most." in shown(book)


def test_two_hundred_people_under_a_title_are_read(book):
    book.active.insert_rows(1, 2)
    book.active["A1"] = book.active["A2"] = "Delegation"
    for number in range(197):
        book.active.append([f"Guard {number}", "Guard"])

    assert "Add 200 people" in shown(book)


def test_what_stands_below_a_thousand_rows_is_not_dropped_unsaid(book):
    for number in range(5, 1003):
        book.active.append(["Guard"])
        book.active.row_dimensions[number].hidden = True
    book.active.append(["Sapt"])

    assert "A list may have 200 people at most." in shown(book)


def test_columns_beyond_those_that_are_read_are_named(book):
    book.active["W1"], book.active["W3"] = "Hotel", "Zenda Arms"

    assert "would be left out: “Hotel”." in shown(book)


def test_a_line_is_numbered_as_its_row_in_the_sheet(book):
    book.active["B2"] = "Envoy\nand aide"
    book.active.row_dimensions[3].hidden = True
    book.active["C1"], book.active["C8"], book.active["A8"] = "E-mail", "sapt@", "Sapt"

    page = shown(book)

    assert "Line 8, E-mail – sapt@ is not an e-mail address" in page
    assert "Envoy and aide" in page


def test_cells_that_are_merged_over_several_people_are_named(book):
    book.active["C1"], book.active["C2"] = "Organization", "Court"
    book.active["D2"] = "Zenda"
    for area in ("C2:C4", "D2:E3", "F2:F4", "G1:H1"):
        book.active.merge_cells(area)

    page = shown(book)

    assert "Merged cells, read in their first row alone: C2, D2." in page
    assert "Add 3 people" in page


def test_columns_that_are_hidden_are_read_and_named(book):
    book.active["C1"], book.active["C3"] = "Diet", "No nuts."
    for letter in "CE":
        book.active.column_dimensions[letter].hidden = True

    assert "Columns that are hidden, and were read: C." in shown(book)


def test_a_plain_list_is_told_nothing_of(book):
    page = shown(book)

    assert "left out" not in page
    assert "were read" not in page
    assert "Merged" not in page


def test_people_without_a_role_are_said_to_be_read_as_advisers(book):
    page = shown(book)

    assert "No line names a role: everybody is read as “adviser”." in page
    assert "Add 3 people" in page


def test_lines_that_lack_a_role_beside_others_are_named(book):
    for row, role in enumerate(("Role", "Head of delegation", "", "")):
        book.active.cell(row + 1, 3, role)

    assert "Lines without a role, read as “adviser”: 3–4." in shown(book)


def test_nothing_is_said_of_roles_where_each_line_has_one(book):
    for row, role in enumerate(("Role", "Head of delegation", "Adviser", "Adviser")):
        book.active.cell(row + 1, 3, role)

    assert "read as" not in shown(book)
