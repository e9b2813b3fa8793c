import contextlib
import csv
import io
import random
import zipfile

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.worksheet.formula import ArrayFormula

from invitations.minister_import.cells import CellFault
from invitations.minister_import.columns import COLUMNS
from invitations.minister_import.rules import check_rows
from invitations.minister_import.sources import LARGEST_FILE
from invitations.minister_import.states import STATES_FILE, find_state, load_states, states_by_name
from invitations.minister_import.table import MOST_ROWS, ListRow, RowPlace, ranges
from invitations.models import MemberState, Minister, printed_columns
from invitations.tests import lists
from invitations.tests.factories import MemberStateFactory
from invitations.tests.lists import (
    FLAVIA,
    RUPERT,
    as_csv,
    as_xlsx,
    bring_in,
    faults_of,
    read,
    reason,
    saved,
)
from invitations.tests.uploading import sheet_that_repeats
from invitations.text.addresses import address_lines

ruritania, edition = lists.ruritania, lists.edition
NO_TEXT = (
    "is neither XLSX nor a text whose letters can be told: save it as XLSX, or as CSV in UTF-8."
)
NO_WORKBOOK = "cannot be read as XLSX: open it in a spreadsheet program, and save it anew as XLSX."


# The table


@pytest.mark.parametrize(
    "content",
    [
        as_csv(FLAVIA),
        as_csv(FLAVIA, encoding="utf-8-sig"),
        as_csv(FLAVIA, delimiter=";"),
        as_csv(FLAVIA, delimiter=";", encoding="utf-8-sig"),
        as_csv(FLAVIA).replace(b"\r\n", b"\n"),
        as_xlsx(FLAVIA),
    ],
)
def test_every_kind_of_file_reads_the_same(content):
    assert read(content) == [ListRow(2, FLAVIA)]


def test_headings_are_understood_however_they_are_spaced():
    content = b"STATE;Family  Name;portfolio\nXR;Elphberg;Communications\n"

    [row] = read(content)

    assert row.cells == {"state": "XR", "family_name": "Elphberg", "portfolio": "Communications"}


def test_blank_lines_are_left_out_and_lines_keep_their_numbers():
    content = as_csv(FLAVIA | {"portfolio": "Ministre\ndes communications"}, {}, RUPERT)

    first, second = read(content)

    assert (first.line, first.cells["portfolio"]) == (2, "Ministre des communications")
    assert second.line == 5


def test_lines_of_a_sheet_keep_their_numbers():
    workbook = openpyxl.Workbook()
    for line, row in ((2, ["State", "Family name", "portfolio", None]), (7, ["XR", "Elphberg"])):
        for column, value in enumerate(row, 1):
            workbook.active.cell(line, column, value)

    cells = {"state": "XR", "family_name": "Elphberg", "portfolio": ""}
    assert read(saved(workbook)) == [ListRow(7, cells)]


def reason_not_to_read(content):
    with pytest.raises(ValidationError) as refusal:
        read(content)
    return refusal.value.messages


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (
            b"state,family_name\nXR,Elphberg\n",
            "ministers.csv lacks a column that it needs: portfolio.",
        ),
        (
            b"state,family_name,portfolio,phone,fax\nXR,Elphberg,,,\n",
            "ministers.csv has a column that is not known: phone, fax.",
        ),
        (
            b"state,family_name,portfolio,State\nXR,Elphberg,,\n",
            "ministers.csv has a column twice: state.",
        ),
        (
            b"state,,family_name,portfolio\nXR,x,Elphberg,\n",
            "ministers.csv has a column that is not known: “”.",
        ),
        (b"", "ministers.csv lacks a column that it needs: state, family_name, portfolio."),
        (b"state,family_name,portfolio\n\n", "ministers.csv has no row under its header."),
        (b"state\x00,\x81", f"ministers.csv {NO_TEXT}"),
        (
            b'state,family_name,portfolio\nXR,"Elph"berg,\n',
            "Line 2 of ministers.csv cannot be read as CSV: look at its quotation marks.",
        ),
        (b"x" * (LARGEST_FILE + 1), "ministers.csv is larger than 5 MB."),
        (
            as_csv(*[FLAVIA] * (MOST_ROWS + 1)),
            "ministers.csv has more than 1000 rows: divide it into several lists.",
        ),
        (b"PK\x03\x04 and no more", f"ministers.csv {NO_WORKBOOK}"),
    ],
)
def test_what_is_no_list_is_refused_in_one_sentence(content, sentence):
    assert reason_not_to_read(content) == [sentence]


def with_member(content, name, member):
    """The same workbook with one file more or otherwise in it."""
    changed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for info in old.infolist():
            if info.filename != name:
                new.writestr(info, old.read(info))
        new.writestr(name, member)
    return changed.getvalue()


def test_workbook_with_macros_is_refused():
    content = with_member(as_xlsx(FLAVIA), "xl/vbaProject.bin", b"")
    assert reason_not_to_read(content) == ["ministers.csv contains macros: save it without them."]


def test_workbook_that_unpacks_to_too_much_is_refused_unopened():
    content = with_member(as_xlsx(FLAVIA), "xl/worksheets/sheet1.xml", bytes(50 * 1024 * 1024))

    assert len(content) < LARGEST_FILE
    assert reason_not_to_read(content) == ["ministers.csv unpacks to more than 20 MB."]


def test_workbook_whose_cells_repeat_one_long_string_is_refused():
    content = sheet_that_repeats("a" * 20_000, 200, 30, ("state", "family_name", "portfolio"))

    assert reason_not_to_read(content) == ["ministers.csv unpacks to more than 20 MB."]


def test_entities_that_multiply_are_refused():
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<!DOCTYPE w [<!ENTITY e0 "{"ha" * 100}">{entities}]><worksheet>&e9;</worksheet>'
    content = with_member(as_xlsx(FLAVIA), "xl/worksheets/sheet1.xml", bomb)

    assert reason_not_to_read(content) == [f"ministers.csv {NO_WORKBOOK}"]


def test_rows_that_a_sheet_only_claims_to_have_are_not_waited_for():
    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        '<row r="9999999999"><c r="A9999999999"><v>1</v></c></row></sheetData></worksheet>'
    )
    content = with_member(as_xlsx(FLAVIA), "xl/worksheets/sheet1.xml", sheet)

    assert "lacks a column" in reason_not_to_read(content)[0]


def test_damaged_workbook_is_read_or_refused_in_one_sentence():
    sound, dice = as_xlsx(FLAVIA), random.Random(1894)
    for _ in range(200):
        content = bytearray(sound)
        for position in dice.sample(range(4, len(content)), 5):
            content[position] = dice.randrange(256)
        with contextlib.suppress(ValidationError):
            assert read(bytes(content))


# Cells


def test_every_code_and_name_in_the_shipped_table_finds_its_state(db):
    with STATES_FILE.open(encoding="utf-8", newline="") as file:
        load_states(csv.DictReader(file))
    with transaction.atomic():
        names = states_by_name()

    for state in MemberState.objects.all():
        if state.iso3 == "COG":
            continue  # Two States are called Congo: see the spellings.
        for spelling in filter(None, (getattr(state, name) for name in printed_columns())):
            assert find_state(names, spelling) == state
            assert find_state(names, spelling.lower()) == state


@pytest.mark.parametrize(
    "value",
    ["xr", "XRU", "RURITANIA", "Rurítania", "ruritanie", "Руритания", "kingdom  of ruritania",
     "Ruritanie (royaume de)"],
)  # fmt: skip
def test_state_is_found_by_code_and_name_in_any_language(edition, ruritania, value):
    bring_in(edition, FLAVIA | {"state": value})
    assert Minister.objects.get().member_state == ruritania


def test_name_of_two_states_is_refused(edition):
    MemberStateFactory(iso3="ELS", short_name="Elsewhere", short_name_es="Ruritania")

    sentence = (
        "Several States have this name: say which, by its code: Ruritania (XRU), Elsewhere (ELS)."
    )
    assert reason(edition, FLAVIA | {"state": "Ruritania"}) == sentence


@pytest.mark.parametrize(
    ("cells", "column", "sentence"),
    [
        ({"state": "Atlantis"}, "state",
         "This code or name is not on the list of Member States of this system."),
        ({"state": ""}, "state", "The row names no State."),
        ({"gender": "w"}, "gender", "It is none of m, f, x."),
        ({"language": "de"}, "language", "It is none of ar, zh-hans, en, fr, ru, es, zh."),
        ({"second_language": "de"}, "second_language",
         "It is none of ar, zh-hans, en, fr, ru, es, zh."),
        ({"principal": "first"}, "principal", "It is none of yes, no."),
        ({"to": "office@example.org, the cabinet"}, "to",
         "the is not an e-mail address: please write it as name@example.org."),
        ({"cc": "office(at)example.org"}, "cc",
         "office(at)example.org is not an e-mail address: please write it as name@example.org."),
        ({"focal_point_email": "a@b@c"}, "focal_point_email",
         "a@b@c is not an e-mail address: please write it as name@example.org."),
        ({"ref": "1" * 41}, "ref", "Ensure this value has at most 40 characters (it has 41)."),
        ({"honorific": '=HYPERLINK("x")'}, "honorific", "A formula has no place here: write text."),
        ({"family_name": "@SUM(A1)"}, "family_name", "A formula has no place here: write text."),
        ({"given_name": "-Anna"}, "given_name", "A formula has no place here: write text."),
        ({"portfolio": "+ Ministre"}, "portfolio", "A formula has no place here: write text."),
        ({"portfolio": "'=1+1"}, "portfolio", "A formula has no place here: write text."),
        ({"portfolio": "#REF!"}, "portfolio", "A formula has no place here: write text."),
        ({"portfolio": "a\x00b"}, "portfolio",
         "This holds signs that are no writing. Please type it anew."),
        ({"given_name": "", "family_name": "", "unnamed": "yes"}, "family_name",
         "A person without a name needs a ref."),
        ({"replaces": "Rudolf Rassendyll"}, "replaces",
         "The State has no minister on file with this ref or name."),
    ],
)  # fmt: skip
def test_bad_cell_is_refused_with_line_column_and_reason(edition, cells, column, sentence):
    assert faults_of(edition, RUPERT, FLAVIA | cells) == [(3, column, sentence)]


@pytest.mark.parametrize("column", ["given_name", "ref", "to", "name_in_script"])
@pytest.mark.parametrize("said", [".", "?", "/", "…", "xxx", "tbc"])
def test_what_stands_for_nothing_is_refused_with_what_to_do(edition, column, said):
    found = reason(edition, FLAVIA | {column: said})

    assert found == "This says that there is nothing: leave the cell empty."


@pytest.mark.parametrize("column", list(COLUMNS))
@pytest.mark.parametrize("said", ["—", "–", "-", "--", "n/a", "N/A", "s/o"])
def test_a_dash_is_an_empty_cell(edition, column, said):
    assert faults_of(edition, FLAVIA | {column: said}) == faults_of(edition, FLAVIA | {column: ""})


@pytest.mark.parametrize("name", ["O", "Na", "Xi", "欧"])
def test_short_names_are_names(edition, name):
    assert faults_of(edition, FLAVIA | {"family_name": name}) == []


def test_a_fault_keeps_its_order_in_an_arabic_sentence(edition):
    fault = CellFault(2, "portfolio", "وزير (a)", "…")

    with translation.override("ar"):
        assert "\u2068وزير (a)\u2069" in str(fault)


def test_rank_that_does_not_exist_is_refused_with_those_that_do(edition):
    sentence = reason(edition, FLAVIA | {"rank": "KING"})
    assert sentence.startswith("It is none of ")
    assert "MIN" in sentence


def test_cell_without_heading_is_refused(edition):
    content = b"state,family_name,portfolio\nXR,Elphberg,Communications,of Ruritania\n"
    with transaction.atomic():
        _entries, [fault] = check_rows(read(content), edition)

    assert str(fault) == "Line 2, column –, “of Ruritania”: No heading stands above this."


@pytest.mark.parametrize(
    ("formula", "shown"),
    [('="Fla"&"via"', '="Fla"&"via"'), (ArrayFormula("B2:B2", "=1+1"), "=")],
    ids=["of a cell", "of several"],
)
def test_formula_of_a_workbook_is_refused_and_never_evaluated(edition, formula, shown):
    content = as_xlsx(FLAVIA | {"given_name": formula})
    with transaction.atomic():
        _entries, [fault] = check_rows(read(content), edition)

    assert (fault.line, fault.column, fault.value) == (2, "given_name", shown)
    assert fault.reason == "This cell holds a formula: write its value."


an_address = st.from_regex(r"[a-z0-9]{1,3}@example\.org", fullmatch=True)


@given(st.lists(an_address, max_size=4), st.sampled_from(["; ", ",", "\n", " ", " ;, "]))
def test_addresses_stand_one_to_a_line_and_each_once(found, separator):
    assert address_lines(separator.join(found * 2)).split("\n") == (
        list(dict.fromkeys(found)) or [""]
    )


def test_the_cells_of_a_list_name_several_addresses(edition):
    bring_in(edition, FLAVIA | {"to": "a@example.org؛ b@example.org", "cc": "Sapt <c@example.org>"})

    minister = Minister.objects.get()
    assert minister.to_emails == "a@example.org\nb@example.org"
    assert minister.cc_emails == "c@example.org"


@pytest.mark.parametrize("before", ["a@example.org; ", ""])
def test_a_code_in_a_cell_of_addresses_is_refused(edition, before):
    odd = before + "=?utf-8?q?=0d=0aBcc=3Ax?=@example.org"

    [(_line, column, sentence)] = faults_of(edition, FLAVIA | {"to": odd})

    assert column == "to"
    assert "mail programs mark a code" in sentence


def test_a_cell_for_the_focal_point_takes_one_address(edition):
    assert "one e-mail address only" in reason(
        edition, FLAVIA | {"focal_point_email": "a@example.org, b@example.org"}
    )


def test_invisible_signs_make_no_second_person(edition):
    bring_in(edition, FLAVIA)
    bring_in(edition, FLAVIA | {"given_name": "Fla\u200bvia", "family_name": "Elphberg\u200f"})

    assert Minister.objects.get().name == "Flavia Elphberg"


def test_full_width_letters_of_a_name_are_those_of_everybody_else(edition):
    bring_in(
        edition,
        FLAVIA | {"given_name": "\uff26\uff4c\uff41\uff56\uff49\uff41", "language": "\uff46\uff52"},
    )

    assert Minister.objects.get().given_name == "Flavia"


@pytest.mark.parametrize(
    ("spoilt", "why"),
    [
        ("Ren\u00c3\u00a9", "it may have been “René”"),
        ("Ren\ufffd", "a letter that was lost"),
        ("\u202eeneR", "U+202E"),
    ],
)
def test_a_cell_that_was_spoilt_on_the_way_is_refused(edition, spoilt, why):
    [(line, column, sentence)] = faults_of(edition, FLAVIA | {"given_name": spoilt})

    assert (line, column) == (2, "given_name")
    assert why in sentence


def test_lines_that_follow_each_other_are_told_as_one_range():
    assert ranges([2, 3, 4, 6, 8, 9]) == "2–4, 6, 8–9"


def test_a_range_ends_with_its_sheet():
    first = [RowPlace(number, number, "Europe") for number in (2, 3, 4)]
    second = [RowPlace(4 + number, number, "Asia") for number in (1, 2, 5)]

    assert ranges([*first, *second]) == "2–4 (“Europe”), 1–2 (“Asia”), 5 (“Asia”)"
