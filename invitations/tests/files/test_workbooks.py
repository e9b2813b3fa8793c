import io
import tracemalloc
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.styles import Font

from invitations.files.packages import MOST_RUNS, HostilePackage, PackageWithMacros, ZipBomb
from invitations.files.spreadsheets import SheetLine, TooManySigns, UnreadableSheet
from invitations.files.workbooks import Flaw, sheets_of_workbook
from invitations.tests.uploading import docx, package, sheet_that_repeats

PLENTY = 1_000_000


def lines_of_workbook(content, most_columns, *limits, calculated=False):
    """The lines of the first sheet that is not hidden, as far as the columns go."""
    sheets = sheets_of_workbook(content, most_columns, *limits, calculated=calculated)
    for sheet in [sheet for sheet in sheets if not sheet.is_hidden][:1]:
        for line in sheet.lines():
            if any(line.cells[:most_columns]):
                yield SheetLine(line.number, line.cells[:most_columns])


def read_lines(content, **how):
    [sheet] = sheets_of_workbook(content, 2, PLENTY, PLENTY, **how)
    return list(sheet.lines())


def workbook(*rows):
    book, file = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


def with_more(content, *parts):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return package([*((name, archive.read(name)) for name in archive.namelist()), *parts])


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
    for calculated in (True, False):
        [line] = read_lines(content, calculated=calculated)
        assert line.formulas == ["B1"]


def test_a_formula_that_came_to_an_empty_text_is_an_empty_cell():
    content = workbook(["Rudolf", "=TRIM(C1)"])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    calculated = parts[sheet].replace(b'<c r="B1">', b'<c r="B1" t="str">')
    assert calculated != parts[sheet]

    found = package([*(parts | {sheet: calculated}).items()])
    [line] = read_lines(found, calculated=True)

    assert (line.cells, line.formulas) == (["Rudolf", ""], [])


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


BUSY = {
    "xl/styles.xml": ("</cellXfs>", "<xf/>"),
    "xl/workbook.xml": ("</workbook>", '<a b="c"/>'),
    "xl/_rels/workbook.xml.rels": ("</Relationships>", "<Relationship/>"),
    "[Content_Types].xml": ("</Types>", "<a/>"),
    "docProps/core.xml": ("</cp:coreProperties>", "<a/>"),
    "xl/worksheets/sheet1.xml": ("</worksheet>", '<mergeCell ref="A1"/>'),
}


def with_much(name, before, what):
    """A workbook of a few kilobytes, one part of which has much of the same."""
    with zipfile.ZipFile(io.BytesIO(workbook(["Rudolf"]))) as archive:
        parts = {one: archive.read(one).decode() for one in archive.namelist()}
    more = parts[name].replace(before, what + before)
    assert more != parts[name]
    return package([*(parts | {name: more}).items()])


@pytest.mark.parametrize("name", BUSY)
def test_a_part_of_many_elements_that_packs_to_nothing_is_not_taken_apart(name):
    before, one = BUSY[name]
    content = with_much(name, before, one * 110_000)

    assert len(content) < 20_000
    with pytest.raises(HostilePackage):
        read_lines(content)


def test_more_rows_than_their_bytes_could_fill_are_not_taken_apart():
    content = with_much("xl/worksheets/sheet1.xml", "</sheetData>", "<row/>" * (PLENTY // 12))

    with pytest.raises(HostilePackage):
        list(lines_of_workbook(content, 2, PLENTY, PLENTY))


def test_many_formats_of_a_workbook_that_has_grown_for_years_are_read():
    content = with_much("xl/styles.xml", "</cellXfs>", "<xf/>" * 4000)

    assert [line.cells for line in read_lines(content)] == [["Rudolf", ""]]


def with_looks(texts):
    """A workbook of so many texts whose letters have a look of their own."""
    run = '<r><rPr><b/><sz val="11"/><color theme="1"/><rFont val="Calibri"/></rPr><t>Fritz</t></r>'
    content = sheet_that_repeats("Rudolf", rows=1, columns=1)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {one: archive.read(one).decode() for one in archive.namelist()}
    more = parts["xl/sharedStrings.xml"].replace("</sst>", f"<si>{run}</si>" * texts + "</sst>")
    return package([*(parts | {"xl/sharedStrings.xml": more}).items()])


def test_a_long_list_whose_texts_have_several_looks_is_read():
    [sheet] = sheets_of_workbook(with_looks(30_000), 2, 20 * PLENTY, PLENTY)

    assert [line.cells for line in sheet.lines()] == [["Rudolf", ""]]


def test_more_texts_with_a_look_of_their_own_than_a_list_has_are_not_taken_apart():
    with pytest.raises(HostilePackage):
        sheets_of_workbook(with_looks(MOST_RUNS + 1), 2, 20 * PLENTY, PLENTY)


@given(st.binary(max_size=200))
def test_no_bytes_trip_the_reading_of_a_sheet(content):
    with pytest.raises(UnreadableSheet):
        list(lines_of_workbook(b"PK\x03\x04" + content, 2, PLENTY, PLENTY))


def sheets(book, most_columns=3):
    file = io.BytesIO()
    book.save(file)
    return sheets_of_workbook(file.getvalue(), most_columns, PLENTY, PLENTY)


@pytest.fixture
def book():
    book = Workbook()
    for row in (["Name", "Role", "Ref"], ["Rudolf", "Head", 17], ["Fritz", "Aide", 18]):
        book.active.append(row)
    return book


def test_the_first_visible_sheet_is_read_where_one_is_wanted():
    book = Workbook()
    book.active.append(["Old"])
    book.active.sheet_state = "hidden"
    book.create_sheet("New").append(["Rudolf"])
    file = io.BytesIO()
    book.save(file)

    assert list(lines_of_workbook(file.getvalue(), 1, PLENTY, PLENTY)) == [(1, ["Rudolf"])]


def test_a_hidden_sheet_says_so(book):
    book.create_sheet("Old").sheet_state = "hidden"
    book.create_sheet("Older").sheet_state = "veryHidden"

    assert [sheet.is_hidden for sheet in sheets(book)] == [False, True, True]


def test_a_hidden_row_says_so(book):
    book.active.row_dimensions[2].hidden = True

    [sheet] = sheets(book)
    assert [line.is_hidden for line in sheet.lines()] == [False, True, False]


def test_a_row_is_struck_through_if_all_its_cells_are(book):
    for cell in ("A2", "B2", "C2", "B3"):
        book.active[cell].font = Font(strike=True)

    lines = list(sheets(book)[0].lines())
    assert [line.is_struck for line in lines] == [False, True, False]
    assert lines[2].flaws == {1: Flaw.STRUCK}


def test_a_number_keeps_the_zeros_of_its_format_and_says_what_it_lost(book):
    book.active["C2"].number_format = "00000"
    book.active["C3"] = 12345678901234567890

    _head, second, third = sheets(book)[0].lines()
    assert second.cells[2] == "00017"
    assert (second.flaws, third.flaws) == ({}, {2: Flaw.INEXACT})


def test_what_stands_right_of_the_last_column_is_one_cell_more(book):
    book.active["AO2"] = "far"
    book.active["AP2"] = "farther"

    assert [line.cells[3:] for line in sheets(book)[0].lines()] == [[], ["far farther"], []]


def test_merged_cells_are_known_once_the_lines_are_read(book):
    book.active.merge_cells("A2:A3")
    book.active.merge_cells("B3:C3")
    [sheet] = sheets(book)
    list(sheet.lines())

    assert sheet.merged_into([1, 2, 3]) == {1: {}, 2: {}, 3: {0: 2, 2: 3}}


def test_more_merged_rows_than_any_list_has_are_refused(book):
    book.active.merged_cells.add("A1:XFD1048576")
    [sheet] = sheets(book)
    list(sheet.lines())

    with pytest.raises(UnreadableSheet):
        sheet.merged_into([1, 2, 3])


@pytest.mark.parametrize("cell", [b"<c/>", b'<c r="A1" s="0"/>', b"<x:c/>"])
def test_a_row_of_more_cells_than_a_sheet_has_columns_is_not_taken_apart(cell):
    content = workbook(["state"])
    rows = b"<row>" + cell * 400_000 + b"</row></sheetData>"
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = parts[sheet].replace(b"</sheetData>", rows)
    wide = io.BytesIO()
    with zipfile.ZipFile(wide, "w", zipfile.ZIP_DEFLATED) as book:
        for name, part in parts.items():
            book.writestr(name, part)

    tracemalloc.start()
    with pytest.raises(TooManySigns):
        list(lines_of_workbook(wide.getvalue(), 5, 10**7, 60_000, calculated=True))
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 10_000_000
