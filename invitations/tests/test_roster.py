import contextlib
import csv
import io
import random
import threading
import zipfile
from concurrent.futures import ThreadPoolExecutor

import openpyxl
import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.contrib.messages import get_messages
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula

from invitations.issuing import withdraw
from invitations.models import Invitation, MemberState, Minister, Rank
from invitations.resources import ListFormat, MinisterResource
from invitations.roster import (
    COLUMNS,
    LARGEST_FILE,
    MOST_ROWS,
    NAMES_OF_STATES,
    STATES,
    Row,
    addresses,
    carry_out,
    check_rows,
    find_state,
    load_states,
    names_of_states,
    read_table,
    text_of,
)
from invitations.tests.factories import (
    EditionFactory,
    InvitationFactory,
    MemberStateFactory,
    MinisterFactory,
    UserFactory,
)

FLAVIA = {
    "state": "XR",
    "given_name": "Flavia",
    "family_name": "Elphberg",
    "portfolio": "Ministre des communications",
}
RUPERT = FLAVIA | {"given_name": "Rupert", "family_name": "Hentzau", "portfolio": "Ministre d’État"}


@pytest.fixture
def ruritania(db):
    return MemberStateFactory(
        iso2="XR",
        iso3="XRU",
        short_name="Ruritania",
        short_name_fr="Ruritanie",
        short_name_ru="Руритания",
        formal_name_en="Kingdom of Ruritania",
        list_name_fr="Ruritanie (Royaume de)",
        language="fr",
    )


@pytest.fixture
def edition(ruritania):
    return EditionFactory(symbol="wsis-2027")


def columns_of(rows):
    return list(dict.fromkeys(column for row in rows for column in row))


def as_csv(*rows, delimiter=",", encoding="utf-8"):
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns_of(rows), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


def as_xlsx(*rows):
    workbook = openpyxl.Workbook()
    workbook.active.append(columns_of(rows))
    for row in rows:
        workbook.active.append([row.get(column) for column in columns_of(rows)])
    return saved(workbook)


def saved(workbook):
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()


def read(content):
    return read_table(io.BytesIO(content), "ministers.csv")


def reason_not_to_read(content):
    with pytest.raises(ValidationError) as refusal:
        read(content)
    return refusal.value.messages


@transaction.atomic
def bring_in(edition, *rows):
    entries, faults = check_rows(read(as_csv(*rows)), edition)
    assert faults == []
    carry_out(entries, edition)
    return entries


@transaction.atomic
def faults_of(edition, *rows):
    _entries, faults = check_rows(read(as_csv(*rows)), edition)
    return [(fault.line, fault.column, fault.reason) for fault in faults]


def reason(edition, *rows):
    [(_line, _column, reason)] = faults_of(edition, *rows)
    return reason


@pytest.fixture
def run(tmp_path, edition, capsys):
    """Import a file by the command, and return what it prints."""

    def command(content, *options):
        path = tmp_path / "ministers.list"
        path.write_bytes(content)
        call_command("import_ministers", path, "--edition", edition.symbol, *options)
        return capsys.readouterr().out

    return command


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
    assert read(content) == [Row(2, FLAVIA)]


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
    assert read(saved(workbook)) == [Row(7, cells)]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (12.0, "12"),
        (12, "12"),
        (True, "yes"),
        (False, "no"),
        (" Anna\n Maria ", "Anna Maria"),
        ("Ministre\xa0: Anna", "Ministre\xa0: Anna"),
        (ArrayFormula("A1:A2", "=1+1"), "="),
        (DataTableFormula("A1:A2"), "="),
    ],
)
def test_cell_is_text_on_one_line(value, text):
    assert text_of(value) == text


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (
            b"state,family_name\nXR,Elphberg\n",
            "ministers.csv lacks a column that it needs: portfolio.",
        ),
        (
            b"state,family_name,portfolio,phone,sex\nXR,Elphberg,,,\n",
            "ministers.csv has a column that is not known: phone, sex.",
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
        ("état".encode("latin-1"), "ministers.csv is neither XLSX nor CSV in UTF-8."),
        (
            b'state,family_name,portfolio\nXR,"Elph"berg,\n',
            "Line 2 of ministers.csv cannot be read as CSV: look at its quotation marks.",
        ),
        (b"x" * (LARGEST_FILE + 1), "ministers.csv is larger than 5 MB."),
        (as_csv(*[FLAVIA] * (MOST_ROWS + 1)), "ministers.csv has more than 5000 rows."),
        (b"PK\x03\x04 and no more", "ministers.csv cannot be read as XLSX."),
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


def test_entities_that_multiply_are_refused():
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<!DOCTYPE w [<!ENTITY e0 "{"ha" * 100}">{entities}]><worksheet>&e9;</worksheet>'
    content = with_member(as_xlsx(FLAVIA), "xl/worksheets/sheet1.xml", bomb)

    assert reason_not_to_read(content) == ["ministers.csv cannot be read as XLSX."]


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
    with STATES.open(encoding="utf-8", newline="") as file:
        load_states(csv.DictReader(file))
    with transaction.atomic():
        names = names_of_states()

    for state in MemberState.objects.all():
        spellings = [state.iso2, state.iso3, state.list_name_fr]
        spellings += [getattr(state, name) for name in NAMES_OF_STATES]
        for spelling in filter(None, spellings):
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
    MemberStateFactory(short_name="Elsewhere", short_name_es="Ruritania")

    sentence = "Several States have this name: write the code instead."
    assert reason(edition, FLAVIA | {"state": "Ruritania"}) == sentence


@pytest.mark.parametrize(
    ("cells", "column", "sentence"),
    [
        ({"state": "Atlantis"}, "state", "No State on file has this code or name."),
        ({"state": ""}, "state", "The row names no State."),
        ({"gender": "w"}, "gender", "It is none of m, f, x."),
        ({"language": "de"}, "language", "It is none of ar, zh-hans, en, fr, ru, es, zh."),
        ({"second_language": "de"}, "second_language",
         "It is none of ar, zh-hans, en, fr, ru, es, zh."),
        ({"principal": "first"}, "principal", "It is none of yes, no."),
        ({"to": "office@example.org, the cabinet"}, "to", "the is not an e-mail address."),
        ({"cc": "office(at)example.org"}, "cc", "office(at)example.org is not an e-mail address."),
        ({"focal_point_email": "a@b@c"}, "focal_point_email", "Enter a valid email address."),
        ({"ref": "1" * 41}, "ref", "Ensure this value has at most 40 characters (it has 41)."),
        ({"honorific": '=HYPERLINK("x")'}, "honorific", "A formula has no place here: write text."),
        ({"family_name": "@SUM(A1)"}, "family_name", "A formula has no place here: write text."),
        ({"given_name": "-Anna"}, "given_name", "A formula has no place here: write text."),
        ({"portfolio": "+ Ministre"}, "portfolio", "A formula has no place here: write text."),
        ({"portfolio": "'=1+1"}, "portfolio", "A formula has no place here: write text."),
        ({"portfolio": "#REF!"}, "portfolio", "A formula has no place here: write text."),
        ({"portfolio": "a\x00b"}, "portfolio", "It contains a sign that cannot be printed."),
        ({"given_name": "", "family_name": ""}, "family_name",
         "A person without a name needs a ref."),
        ({"replaces": "Rudolf Rassendyll"}, "replaces",
         "The State has no minister on file with this ref or name."),
    ],
)  # fmt: skip
def test_bad_cell_is_refused_with_line_column_and_reason(edition, cells, column, sentence):
    assert faults_of(edition, RUPERT, FLAVIA | cells) == [(3, column, sentence)]


def test_rank_that_does_not_exist_is_refused_with_those_that_do(edition):
    sentence = reason(edition, FLAVIA | {"rank": "KING"})
    assert sentence.startswith("It is none of ")
    assert "MIN" in sentence


def test_cell_without_heading_is_refused(edition):
    content = b"state,family_name,portfolio\nXR,Elphberg,Communications,of Ruritania\n"
    with transaction.atomic():
        _entries, [fault] = check_rows(read(content), edition)

    assert str(fault) == "Line 2, column –, “of Ruritania”: No heading stands above this."


def test_formula_of_a_workbook_is_refused_and_never_evaluated(edition):
    content = as_xlsx(FLAVIA | {"given_name": '="Fla"&"via"'})
    with transaction.atomic():
        _entries, [fault] = check_rows(read(content), edition)

    assert (fault.column, fault.value) == ("given_name", '="Fla"&"via"')


an_address = st.from_regex(r"[a-z0-9]{1,3}@example\.org", fullmatch=True)


@given(st.lists(an_address, max_size=4), st.sampled_from(["; ", ",", "\n", " ", " ;, "]))
def test_addresses_stand_one_to_a_line_and_each_once(found, separator):
    assert addresses(separator.join(found * 2)).split("\n") == (list(dict.fromkeys(found)) or [""])


# The import


def test_row_makes_a_minister_and_a_draft_invitation(edition, ruritania):
    cells = (
        dict.fromkeys(COLUMNS, "")
        | FLAVIA
        | {
            "honorific": "Son Excellence",
            "gender": "F",
            "rank": "dpm",
            "language": "zh",
            "second_language": "FR",
            "to": "office@example.org; cabinet@example.org",
            "cc": "mission@example.org",
            "focal_point_name": "Fritz von Tarlenheim",
            "focal_point_email": "fritz@example.org",
            "ref": "R-7",
        }
    )
    bring_in(edition, cells)

    minister = Minister.objects.get(ref="R-7")
    assert (minister.member_state, minister.name) == (ruritania, "Flavia Elphberg")
    assert (minister.name_key, minister.honorific) == ("flavia elphberg", "Son Excellence")
    assert (minister.address_gender, minister.rank_id) == ("f", "DPM")
    assert (minister.language, minister.second_language) == ("zh-hans", "fr")
    assert minister.to_emails == "office@example.org\ncabinet@example.org"
    assert minister.cc_emails == "mission@example.org"
    invitation = minister.invitations.get()
    assert (invitation.edition, invitation.status) == (edition, Invitation.Status.DRAFT)
    assert invitation.is_principal
    assert invitation.focal_point_email == "fritz@example.org"
    assert invitation.links.count() == 1


def test_what_a_new_row_does_not_say_comes_from_the_state(edition):
    bring_in(edition, FLAVIA)

    minister = Minister.objects.get()
    assert (minister.language, minister.rank_id, minister.address_gender) == ("fr", "MIN", "x")
    assert (minister.to_emails, minister.second_language) == ("", "")


def test_name_in_its_own_script_alone_is_a_name(edition):
    bring_in(edition, FLAVIA | {"given_name": "", "family_name": "", "name_in_script": "فلافيا"})
    assert Minister.objects.get().name == "فلافيا"


def test_state_that_is_not_invited_by_default_may_be_listed(edition, ruritania):
    MemberState.objects.update(invited_by_default=False)
    bring_in(edition, FLAVIA)
    assert Invitation.objects.get().member_state == ruritania


def test_same_file_twice_changes_nothing(run):
    content = as_csv(
        FLAVIA | {"ref": "R-1", "to": "a@example.org b@example.org", "principal": "yes"},
        RUPERT | {"focal_point_email": "fritz@example.org"},
    )
    assert run(content) == (
        "2 ministers added, 0 changed, 0 unchanged; 2 draft invitations made.\n"
    )
    before = list(Minister.objects.values()), list(Invitation.objects.values())

    assert run(content) == (
        "0 ministers added, 0 changed, 2 unchanged; 0 draft invitations made.\n"
    )
    assert (list(Minister.objects.values()), list(Invitation.objects.values())) == before


def test_line_ends_of_a_browser_are_no_change(edition):
    row = FLAVIA | {"to": "a@example.org b@example.org"}
    bring_in(edition, row)
    Minister.objects.update(to_emails="a@example.org\r\nb@example.org\r\n")

    [entry] = bring_in(edition, row)

    assert not entry.is_changed


def test_changed_cells_are_written_and_empty_ones_leave_what_is_on_file(edition):
    bring_in(edition, FLAVIA | {"ref": "R-1", "to": "a@example.org", "gender": "f"})

    changed = FLAVIA | {"ref": "R-1", "family_name": "Elphberg-Rassendyll", "to": "", "gender": ""}
    [entry] = bring_in(edition, changed)

    minister = Minister.objects.get()
    assert entry.is_changed
    assert (minister.name_key, minister.to_emails) == (
        "flavia elphberg rassendyll",
        "a@example.org",
    )
    assert minister.address_gender == "f"


def test_person_is_known_by_name_whatever_its_accents_and_then_has_the_ref(edition):
    bring_in(edition, FLAVIA)

    bring_in(edition, FLAVIA | {"given_name": "FLÀVIA", "ref": "R-1"})

    assert Minister.objects.get().ref == "R-1"


def test_person_without_ref_in_the_file_keeps_the_one_on_file(edition):
    bring_in(edition, FLAVIA | {"ref": "R-1"})
    bring_in(edition, FLAVIA)
    assert Minister.objects.get().ref == "R-1"


def test_name_on_file_under_another_ref_is_refused(edition):
    bring_in(edition, FLAVIA | {"ref": "R-1"})

    sentence = "A person of this name is on file under the ref “R-1”."
    assert reason(edition, FLAVIA | {"ref": "R-2", "portfolio": "Autre"}) == sentence


@pytest.mark.parametrize(
    "again",
    [FLAVIA, FLAVIA | {"ref": "R-2"}, RUPERT | {"ref": "R-1"}],
)
def test_second_row_for_one_person_is_refused(edition, again):
    rows = [FLAVIA | {"ref": "R-1"}, again | {"portfolio": "Autre"}]

    sentence = "This person stands in line 2 already."
    assert faults_of(edition, *rows) == [(3, "family_name", sentence)]


def test_same_name_in_two_states_is_two_people(edition):
    MemberStateFactory(iso2="XS")
    bring_in(edition, FLAVIA, FLAVIA | {"state": "XS"})
    assert Minister.objects.count() == 2


# Succession


def test_other_name_in_the_same_portfolio_is_refused(edition):
    bring_in(edition, FLAVIA)

    sentence = "Flavia Elphberg holds this portfolio: say whom the row replaces."
    newcomer = RUPERT | {"portfolio": "MINISTRE DES COMMUNICATIONS"}
    assert faults_of(edition, newcomer) == [(2, "portfolio", sentence)]
    assert faults_of(edition, RUPERT, FLAVIA, newcomer | {"given_name": "Rudolf"}) == [
        (4, "portfolio", sentence)
    ]


def test_two_newcomers_to_one_portfolio_are_refused(edition):
    sentence = "Flavia Elphberg holds this portfolio: say whom the row replaces."
    assert reason(edition, FLAVIA, RUPERT | {"portfolio": FLAVIA["portfolio"]}) == sentence


def test_ministers_may_exchange_their_portfolios(edition):
    bring_in(edition, FLAVIA, RUPERT)

    bring_in(
        edition,
        FLAVIA | {"portfolio": RUPERT["portfolio"]},
        RUPERT | {"portfolio": FLAVIA["portfolio"]},
    )

    assert Minister.objects.get(given_name="Flavia").portfolio == RUPERT["portfolio"]


def test_rows_without_portfolio_contend_for_none(edition):
    bring_in(edition, FLAVIA | {"portfolio": ""}, RUPERT | {"portfolio": ""})
    assert Minister.objects.count() == 2


def holding(row, **cells):
    """A newcomer to the portfolio of that row."""
    return RUPERT | {"portfolio": row["portfolio"]} | cells


@pytest.mark.parametrize("named", ["R-1", "Flavia ELPHBERG"])
def test_replaced_minister_has_a_successor_and_keeps_the_invitation(edition, named):
    bring_in(edition, FLAVIA | {"ref": "R-1"})

    bring_in(edition, holding(FLAVIA, replaces=named))

    old, new = Minister.objects.order_by("pk")
    assert old.successor == new
    assert old.invitations.get().is_principal
    assert not new.invitations.get().is_principal


def test_replacement_twice_changes_nothing(edition):
    bring_in(edition, FLAVIA)
    row = holding(FLAVIA, replaces="Flavia Elphberg")
    bring_in(edition, row)

    [entry] = bring_in(edition, row)

    assert not entry.is_new
    assert not entry.is_changed


def test_minister_on_file_may_replace_another(edition):
    bring_in(edition, FLAVIA, RUPERT)

    entry, *_ = bring_in(edition, holding(FLAVIA, replaces="Flavia Elphberg"))

    assert entry.is_changed
    assert Minister.objects.get(given_name="Flavia").successor == entry.minister


def test_replaced_minister_is_refused_unless_the_row_says_whom_it_replaces(edition):
    bring_in(edition, FLAVIA)
    bring_in(edition, holding(FLAVIA, replaces="Flavia Elphberg"))
    sentence = "Rupert Hentzau replaced this person: say whom the row replaces."
    assert sentence in [fault[2] for fault in faults_of(edition, FLAVIA)]

    bring_in(edition, FLAVIA | {"replaces": "Rupert Hentzau"})

    flavia, rupert = Minister.objects.order_by("pk")
    assert flavia.successor is None
    assert rupert.successor == flavia


def test_replacement_that_cannot_be_is_refused(edition):
    bring_in(edition, FLAVIA)
    itself = FLAVIA | {"replaces": "Flavia Elphberg"}
    assert reason(edition, itself) == "The row names the same person as new and as replaced."

    new = holding(FLAVIA, replaces="Flavia Elphberg")
    assert faults_of(edition, FLAVIA, new)[0] == (3, "replaces", "Line 2 names this person too.")
    second = new | {"given_name": "Rudolf", "portfolio": "Autre"}
    assert reason(edition, new, second) == "Line 2 names this person too."

    bring_in(edition, new)
    assert reason(edition, second) == "Rupert Hentzau replaced this person already."


# Principal invitations


def principals():
    found = Invitation.objects.principal().order_by("pk")
    return [invitation.minister.given_name for invitation in found]


@pytest.mark.parametrize(
    ("first", "second", "principal"),
    [("", "", "Flavia"), ("", "yes", "Rupert"), ("no", "", "Rupert"), ("yes", "no", "Flavia")],
)
def test_first_minister_of_a_state_is_principal_unless_the_file_says_otherwise(
    edition, first, second, principal
):
    bring_in(edition, FLAVIA | {"principal": first}, RUPERT | {"principal": second})
    assert principals() == [principal]


def test_nobody_is_principal_where_the_file_says_so(edition):
    bring_in(edition, FLAVIA | {"principal": "no"})
    assert principals() == []


def test_two_principals_of_a_state_are_refused(edition):
    rows = FLAVIA | {"principal": "yes"}, RUPERT | {"principal": "yes"}

    sentence = "Line 2 is the principal of this State already."
    assert faults_of(edition, *rows) == [(3, "principal", sentence)]


def test_state_keeps_its_principal_invitation_until_it_is_withdrawn(edition):
    bring_in(edition, FLAVIA)
    claim = RUPERT | {"principal": "yes"}
    sentence = "The State’s principal invitation is that of Flavia Elphberg: withdraw it first."
    assert reason(edition, claim) == sentence

    withdraw(Invitation.objects.get(), UserFactory(), "A change of government.")
    bring_in(edition, claim)

    assert Invitation.objects.principal().exclude(status="withdrawn").get().minister.name == (
        "Rupert Hentzau"
    )


def test_invitation_that_exists_is_not_made_principal_or_courtesy(edition):
    bring_in(edition, FLAVIA)

    sentence = "The invitation exists: change there whether it is the principal one."
    assert reason(edition, FLAVIA | {"principal": "no"}) == sentence


# Invitations on file


def test_withdrawn_invitation_is_followed_by_a_new_draft(edition):
    bring_in(edition, FLAVIA)
    withdraw(Invitation.objects.get(), UserFactory(), "Sent to the wrong person.")

    bring_in(edition, FLAVIA)

    assert Invitation.objects.filter(status="draft").count() == 1


def test_minister_of_an_earlier_edition_is_invited_to_this_one(edition):
    bring_in(EditionFactory(), FLAVIA)

    [entry] = bring_in(edition, FLAVIA)

    assert not entry.is_changed
    assert edition.invitations.get().is_principal


def test_draft_gets_the_focal_point_and_an_issued_invitation_keeps_its_own(run, edition, ruritania):
    run(as_csv(FLAVIA | {"focal_point_email": "fritz@example.org"}))
    other = as_csv(FLAVIA | {"focal_point_email": "sapt@example.org"})
    assert "0 ministers added, 1 changed" in run(other)
    assert Invitation.objects.get().focal_point_email == "sapt@example.org"

    rupert = MinisterFactory(
        member_state=ruritania, given_name="Rupert", family_name="Hentzau", portfolio="Autre"
    )
    InvitationFactory(
        minister=rupert,
        edition=edition,
        is_principal=False,
        focal_point_email="fritz@example.org",
    )
    told = run(as_csv(RUPERT | {"portfolio": "Autre", "focal_point_email": "sapt@example.org"}))

    assert told == (
        "Line 2: the invitation is issued and keeps its focal point, fritz@example.org.\n"
        "0 ministers added, 0 changed, 1 unchanged; 0 draft invitations made.\n"
    )
    assert Invitation.objects.issued().get().focal_point_email == "fritz@example.org"


# The command


def test_one_bad_cell_and_nothing_is_written(run, capsys):
    with pytest.raises(CommandError) as refusal:
        run(as_csv(FLAVIA, RUPERT | {"state": "Atlantis", "gender": "w\x1b[31m"}))

    assert capsys.readouterr().err == (
        "Line 3, column state, “Atlantis”: No State on file has this code or name.\n"
        "Line 3, column gender, “w\ufffd[31m”: It contains a sign that cannot be printed.\n"
    )
    assert str(refusal.value) == "Nothing was written: 2 cells are refused."
    assert refusal.value.returncode == 1
    assert not Minister.objects.exists()


def test_dry_run_says_what_would_be_and_writes_nothing(run):
    assert run(as_csv(FLAVIA), "--dry-run") == (
        "Nothing was written: this file would give "
        "1 minister added, 0 changed, 0 unchanged; 1 draft invitation made.\n"
    )
    assert not Minister.objects.exists()


def test_workbook_is_imported_too(run):
    assert run(as_xlsx(FLAVIA | {"ref": 7, "principal": True})).startswith("1 minister added")
    assert Minister.objects.get().ref == "7"


def test_what_cannot_be_read_is_said_in_one_line(edition, tmp_path):
    path = tmp_path / "list.csv"
    with pytest.raises(
        CommandError, match=r"list\.csv cannot be read: No such file or directory\."
    ):
        call_command("import_ministers", path, "--edition", edition.symbol)
    path.write_bytes(as_csv(FLAVIA))
    with pytest.raises(CommandError, match=r"There is no edition with the symbol wsis-1894\."):
        call_command("import_ministers", path, "--edition", "wsis-1894")
    path.write_bytes(b"state\n")
    with pytest.raises(CommandError, match=r"list\.csv lacks a column that it needs: family_name"):
        call_command("import_ministers", path, "--edition", edition.symbol)


def people(count):
    return [
        FLAVIA | {"family_name": f"Elphberg {n}", "portfolio": f"Portefeuille {n}"}
        for n in range(count)
    ]


@pytest.mark.parametrize("count", [3, 30])
def test_checking_costs_the_same_queries_for_few_rows_and_many(
    edition, count, django_assert_num_queries
):
    bring_in(edition, *people(count))
    with transaction.atomic(), django_assert_num_queries(4):
        entries, faults = check_rows(read(as_csv(*people(count))), edition)
    with django_assert_num_queries(2):  # the savepoint alone
        carry_out(entries, edition)
    assert faults == []


@pytest.mark.parametrize("count", [3, 30])
def test_carrying_out_costs_few_queries_for_each_new_minister(
    edition, count, django_assert_max_num_queries
):
    with transaction.atomic(), django_assert_max_num_queries(4 + 2 + 9 * count):
        carry_out(check_rows(read(as_csv(*people(count))), edition)[0], edition)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has no row locks")
def test_two_imports_at_once_import_once():
    Rank.objects.get_or_create(code="MIN", defaults={"weight": 40, "form": "MIN"})
    MemberStateFactory(iso2="XR")
    edition = EditionFactory()
    rows = read(as_csv(*people(10)))
    at_once = threading.Barrier(2)

    def bring_in_and_count(_thread):
        at_once.wait()
        try:
            with transaction.atomic():
                entries, faults = check_rows(rows, edition)
                carry_out(entries, edition)
        finally:
            connection.close()
        return sum(entry.is_new for entry in entries), faults

    with ThreadPoolExecutor(2) as threads:
        done = sorted(threads.map(bring_in_and_count, range(2)))

    assert done == [(0, []), (10, [])]
    assert edition.invitations.principal().count() == 1


# The admin's import and export

IMPORT = "/admin/invitations/minister/import/"


@pytest.fixture
def staff(client, db):
    client.force_login(UserFactory(is_superuser=True))
    return client


def preview(client, edition, content):
    """Upload a list, and return the page."""
    file = SimpleUploadedFile("ministers.csv", content)
    return client.post(
        IMPORT, {"import_file": file, "format": "0", "resource": "0", "edition": edition.pk}
    )


def confirm(client, page):
    form = page.context["confirm_form"]
    cells = {field.html_name: field.value() for field in form}
    return client.post("/admin/invitations/minister/process_import/", cells, follow=True)


def sentences(page):
    return [str(message) for message in get_messages(page.wsgi_request)]


def test_preview_shows_each_change_and_writes_nothing(staff, edition):
    bring_in(edition, FLAVIA | {"ref": "R-1"}, RUPERT)
    rows = [
        FLAVIA | {"ref": "R-1", "family_name": "Rassendyll", "focal_point_email": "f@example.org"},
        RUPERT,
        holding(RUPERT, given_name="Rudolf", replaces="Rupert Hentzau"),
    ]

    page = preview(staff, edition, as_csv(*rows[:2]))
    changed, unchanged = page.context["result"].rows
    assert (changed.import_type, unchanged.import_type) == ("update", "skip")
    assert ">Rassendyll</ins>" in "".join(changed.diff)
    assert ">f@example.org</ins>" in "".join(changed.diff)

    page = preview(staff, edition, as_csv(rows[2]))
    [new] = page.context["result"].rows
    assert new.import_type == "new"
    assert ">Rupert Hentzau</ins>" in "".join(new.diff)
    assert ">no</ins>" in new.diff[-1]

    assert not Minister.objects.filter(given_name="Rudolf").exists()
    assert Minister.objects.get(ref="R-1").family_name == "Elphberg"


def test_confirmation_writes_what_the_preview_showed(staff, edition):
    page = preview(staff, edition, as_xlsx(FLAVIA, RUPERT))
    page = confirm(staff, page)

    told = "2 ministers added, 0 changed, 0 unchanged; 2 draft invitations made."
    assert sentences(page) == [told]
    assert principals() == ["Flavia"]
    logged = {int(entry.object_id) for entry in LogEntry.objects.all()}
    assert logged == {minister.pk for minister in Minister.objects.all()}


def test_same_cells_are_refused_in_the_admin_and_nothing_is_confirmed(staff, edition):
    content = as_csv(FLAVIA, {}, RUPERT | {"state": "Atlantis", "gender": "w"})
    page = preview(staff, edition, content)

    [row] = page.context["result"].invalid_rows
    assert row.number == 4
    assert row.field_specific_errors == {
        "state": ["No State on file has this code or name."],
        "gender": ["It is none of m, f, x."],
    }
    assert "confirm_form" not in page.context
    assert not Minister.objects.exists()


def test_cell_without_heading_is_refused_in_the_admin(staff, edition):
    content = b"state,family_name,portfolio\nXR,Elphberg,Communications,of Ruritania\n"
    [row] = preview(staff, edition, content).context["result"].invalid_rows
    assert row.non_field_specific_errors == ["No heading stands above this."]


def test_file_that_is_no_list_is_refused_in_the_form(staff, edition):
    form = preview(staff, edition, b"state\nXR\n").context["form"]
    sentence = "ministers.csv lacks a column that it needs: family_name, portfolio."
    assert form.errors == {"import_file": [sentence]}


def test_nothing_is_written_where_the_data_changed_since_the_preview(staff, edition):
    page = preview(staff, edition, as_csv(FLAVIA, RUPERT))
    bring_in(edition, RUPERT | {"given_name": "Michael"})

    page = confirm(staff, page)

    sentence = "Nothing was written: the data changed since the preview. Import it again."
    assert sentences(page) == [sentence]
    assert [minister.given_name for minister in Minister.objects.all()] == ["Michael"]


def test_confirmation_twice_imports_once(staff, edition):
    page = preview(staff, edition, as_csv(FLAVIA))
    confirm(staff, page)

    again = confirm(staff, page)

    assert sentences(again) == ["This import was confirmed already, or waited too long."]
    assert Minister.objects.count() == 1


def test_import_tells_what_it_left_alone(staff, edition, ruritania):
    InvitationFactory(edition=edition, minister__member_state=ruritania)
    row = FLAVIA | {"portfolio": "", "focal_point_email": "sapt@example.org"}

    page = confirm(staff, preview(staff, edition, as_csv(row)))

    assert "Line 2: the invitation is issued and keeps its focal point, –." in sentences(page)


@pytest.mark.parametrize("permissions", [[], ["view_minister"], ["view_minister", "add_minister"]])
def test_import_needs_the_right_to_add_and_change(client, db, permissions):
    user = UserFactory()
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client.force_login(user)

    assert client.get(IMPORT).status_code == 403
    assert client.post("/admin/invitations/minister/process_import/").status_code == 403


@pytest.mark.parametrize(("permission", "offered"), [("view", False), ("change", True)])
def test_ministers_page_offers_the_import_to_those_who_may(client, db, permission, offered):
    rights = ["view_minister", f"{permission}_minister", "add_minister", "add_invitation"]
    user = UserFactory()
    user.user_permissions.set(Permission.objects.filter(codename__in=rights))
    client.force_login(user)

    page = client.get("/admin/invitations/minister/").content.decode()

    assert (IMPORT in page) is offered
    assert "/admin/invitations/minister/export/" in page


def exported():
    return MinisterResource().export()


def test_export_imported_again_changes_nothing(run, edition):
    MemberStateFactory(iso2="XS", short_name="Strelsau")
    bring_in(
        edition,
        FLAVIA | {"ref": "R-1", "to": "a@example.org b@example.org", "language": "zh"},
        RUPERT | {"state": "XS", "gender": "m", "name_in_script": "鲁珀特"},
    )

    content = exported().export("csv").encode("utf-8-sig")

    assert run(content) == "0 ministers added, 0 changed, 2 unchanged; 0 draft invitations made.\n"


def test_export_holds_those_in_office(edition):
    bring_in(edition, FLAVIA)
    bring_in(edition, holding(FLAVIA, replaces="Flavia Elphberg"))
    assert exported()["given_name"] == ["Rupert"]


@pytest.mark.parametrize("sign", "=+-@")
def test_no_exported_cell_is_a_formula(db, sign):
    MinisterFactory(portfolio=f"{sign}1+1", given_name=f" {sign}A1")

    table = exported()

    assert table["portfolio"] == [f"'{sign}1+1"]
    assert table["given_name"] == [f"' {sign}A1"]


def test_admin_exports_workbooks_and_csv_that_spreadsheets_read(staff, edition):
    bring_in(edition, FLAVIA | {"name_in_script": "Флавия"})
    url = "/admin/invitations/minister/export/"
    columns = {f"ministerresource_{name}": "on" for name in MinisterResource().get_export_order()}

    text = staff.post(url, {"format": "0", "resource": "0"} | columns).content
    workbook = staff.post(url, {"format": "1", "resource": "0"} | columns).content

    assert text.startswith(b"\xef\xbb\xbf")
    assert read(text) == read(workbook)
    assert read(text)[0].cells["name_in_script"] == "Флавия"


@pytest.mark.parametrize("count", [3, 30])
def test_preview_costs_the_same_queries_for_few_rows_and_many(
    edition, count, django_assert_num_queries
):
    dataset = ListFormat().create_dataset(as_csv(*people(count)))
    with django_assert_num_queries(13):
        result = MinisterResource(edition).import_data(dataset, dry_run=True)
    assert result.totals["new"] == count
