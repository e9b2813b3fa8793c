import csv
import io
import re

import openpyxl
import pytest
from auditlog.models import LogEntry as AuditEntry
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse

from invitations.admin.setup.minister_import import ListFormat, MinisterResource
from invitations.models import Minister
from invitations.tests import lists
from invitations.tests.factories import (
    InvitationFactory,
    MemberStateFactory,
    MinisterFactory,
    UserFactory,
)
from invitations.tests.lists import (
    FLAVIA,
    RUPERT,
    as_csv,
    as_xlsx,
    bring_in,
    holding,
    people,
    principals,
    read,
    saved,
)
from invitations.tests.races import at_once, before_the_commit_of

ruritania, edition, run = lists.ruritania, lists.edition, lists.run


IMPORT = "/admin/invitations/minister/import/"
FAULTS = "/admin/invitations/minister/import/faults/"


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


def test_preview_names_columns_states_and_ranks_in_the_language_of_its_reader(
    staff, edition, ruritania
):
    staff.cookies["django_language"] = "fr"

    page = preview(staff, edition, as_csv(FLAVIA | {"rank": "DPM", "gender": "f"}))

    result = page.context["result"]
    [row] = result.shown_rows
    words = {heading: re.sub("<[^>]+>", "", cell) for heading, cell in row.cells}
    assert words["État"] == "Ruritanie"
    assert words["Rang"] == "Vice-Premier Ministre"
    assert words["Langue"] == "français"
    assert result.headings[0] == "État"


def test_preview_shows_only_columns_with_a_value_in_the_file_or_a_change(staff, edition):
    bring_in(edition, FLAVIA | {"ref": "R-1", "cc": "mission@example.org"})
    listed = {"state": "XR", "given_name": "", "family_name": "Elphberg", "portfolio": "–"}

    page = preview(staff, edition, as_csv(listed | {"ref": "R-1", "opening": ""}))

    assert page.context["result"].headings == ["State", "Family name", "Reference of the list"]


@pytest.mark.parametrize("state", ["XR", "Atlantis"])
def test_a_wide_table_scrolls_in_its_panel(staff, edition, state):
    page = preview(staff, edition, as_csv(FLAVIA | {"state": state})).content.decode()

    before, table = page.split('<div class="scrolls" tabindex="0">')
    assert before.rstrip().endswith('<div class="desk">')
    assert table.lstrip().startswith('<table class="import-preview')


def test_confirmation_writes_what_the_preview_showed(staff, edition):
    page = preview(staff, edition, as_xlsx(FLAVIA, RUPERT))
    page = confirm(staff, page)

    told = "2 ministers added, 0 changed, 0 unchanged; 2 draft invitations made."
    assert sentences(page) == [told, "Sheets read: “Sheet”."]
    assert principals() == ["Flavia"]
    logged = {int(entry.object_id) for entry in LogEntry.objects.all()}
    assert logged == {minister.pk for minister in Minister.objects.all()}


def test_same_cells_are_refused_in_the_admin_and_nothing_is_confirmed(staff, edition):
    content = as_csv(FLAVIA, {}, RUPERT | {"state": "Atlantis", "gender": "w"})
    page = preview(staff, edition, content)

    [row] = page.context["result"].invalid_rows
    assert row.number == 4
    assert row.field_specific_errors == {
        "state": ["This code or name is not on the list of Member States of this system."],
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
    assert page.context["result"].faults
    assert page.context["form"]["edition"].value() == str(edition.pk)
    assert f'action="{reverse("admin:invitations_minister_import")}"' in page.text


@pytest.mark.parametrize("listed", ["old@example.org", "list@example.org"])
def test_a_correction_after_the_preview_is_not_put_back_unseen(staff, edition, listed):
    bring_in(edition, FLAVIA | {"ref": "R-1", "to": "old@example.org"})
    page = preview(staff, edition, as_csv(FLAVIA | {"ref": "R-1", "to": listed}))
    Minister.objects.update(to_emails="corrected@example.org")

    page = confirm(staff, page)

    assert Minister.objects.get().to_emails == "corrected@example.org"
    assert sentences(page)[0].startswith("Nothing was written: the data changed since the preview")
    assert f">{listed}</ins>" in "".join(page.context["result"].rows[0].diff)
    confirm(staff, page)
    assert Minister.objects.get().to_emails == listed


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="Races need PostgreSQL.")
def test_a_correction_of_the_very_moment_of_the_confirmation_is_not_put_back(staff, edition):
    bring_in(edition, FLAVIA | {"ref": "R-1", "to": "old@example.org"})
    page = preview(staff, edition, as_csv(FLAVIA | {"ref": "R-1", "to": "list@example.org"}))

    before_the_commit_of(
        lambda: Minister.objects.update(to_emails="corrected@example.org"),
        lambda: confirm(staff, page),
    )

    assert Minister.objects.get().to_emails == "corrected@example.org"


def test_confirmation_twice_imports_once(staff, edition):
    page = preview(staff, edition, as_csv(FLAVIA))
    confirm(staff, page)

    again = confirm(staff, page)

    assert sentences(again) == ["This import was confirmed already, or waited too long."]
    assert Minister.objects.count() == 1


def test_of_two_people_who_confirm_one_list_the_second_writes_nothing(staff, edition):
    first, second = [preview(staff, edition, as_csv(FLAVIA)) for _person in range(2)]
    confirm(staff, first)
    written = AuditEntry.objects.count()

    again = confirm(staff, second)

    assert sentences(again)[0].startswith("Nothing was written: the data changed since the preview")
    assert AuditEntry.objects.count() == written
    assert Minister.objects.count() == 1


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="Races need PostgreSQL.")
def test_a_list_confirmed_twice_in_one_moment_is_imported_once(staff, edition):
    page = preview(staff, edition, as_csv(FLAVIA))

    at_once(*[lambda: confirm(staff, page)] * 2)

    assert Minister.objects.count() == 1
    assert LogEntry.objects.count() == 1


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
    assert client.post(FAULTS).status_code == 403


@pytest.mark.parametrize(("permission", "offered"), [("view", False), ("change", True)])
def test_ministers_page_offers_the_import_to_those_who_may(client, db, permission, offered):
    rights = ["view_minister", f"{permission}_minister", "add_minister", "add_invitation"]
    rights.append("export_minister")
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


@pytest.mark.parametrize("kind", [0, 1])
def test_an_export_comes_back_unchanged_whatever_its_cells_begin_with(staff, edition, kind):
    bring_in(edition, FLAVIA | {"ref": "00017", "to": "b@example.org"}, RUPERT)
    Minister.objects.filter(ref="00017").update(
        portfolio="- Minister; of “Trade”",
        given_name="=Flavia",
        name_key="flavia elphberg",
        name_in_script="@فلافيا",
        to_emails="+a@example.org\nb@example.org",
    )
    columns = {f"ministerresource_{name}": "on" for name in MinisterResource().get_export_order()}
    asked = {"format": str(kind), "resource": "0"} | columns
    content = staff.post("/admin/invitations/minister/export/", asked).content

    page = preview(staff, edition, content)

    assert [row.import_type for row in page.context["result"].rows] == ["skip", "skip"]


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
    with django_assert_num_queries(16):
        result = MinisterResource(edition).import_data(dataset, dry_run=True)
    assert result.totals["new"] == count


WRONG = {"state": "Atlantis", "gender": "w", "language": "tlh"}


def full_of_faults(count):
    return as_csv(*(FLAVIA | WRONG | {"family_name": f"Elphberg {n}"} for n in range(count)))


def all_faults(client, page):
    cells = {field.html_name: field.value() for field in page.context["faults_form"]}
    return client.post(FAULTS, cells, follow=True)


def test_the_first_two_hundred_faults_are_shown_and_counted(staff, edition):
    page = preview(staff, edition, full_of_faults(400))

    shown = page.content.decode()
    assert "Faults shown: 200 of 1200." in shown
    assert (
        shown.count("This code or name is not on the list of Member States of this system.") == 67
    )
    assert len(page.content) < 220_000
    assert "confirm_form" not in page.context


def test_a_fault_is_shown_with_its_line_its_column_and_its_cell(staff, edition):
    shown = preview(staff, edition, as_csv(FLAVIA, RUPERT | {"state": "<Atlantis>"}))

    faults = shown.content.decode().partition("All faults as a file")[2]
    cells = re.findall(r"<td[^>]*>(.*?)</td>", faults)
    assert cells == [
        "<bdi>3</bdi>",
        "<bdi>state</bdi>",
        "<bdi>&lt;Atlantis&gt;</bdi>",
        "This code or name is not on the list of Member States of this system.",
    ]


def test_all_faults_are_a_file_that_spreadsheets_read(staff, edition):
    page = preview(staff, edition, full_of_faults(80))

    file = all_faults(staff, page)

    assert file["Content-Disposition"] == 'attachment; filename="faults.csv"'
    lines = list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert lines[0] == ["Line", "Column", "Cell", "What is wrong"]
    assert len(lines) == 1 + 240
    assert lines[-1][:3] == ["81", "language", "tlh"]
    assert not Minister.objects.exists()


def test_no_cell_among_the_faults_is_a_formula(staff, edition):
    page = preview(staff, edition, as_csv(FLAVIA | {"state": "=1+1", "ref": "\0@x"}))

    lines = list(csv.reader(io.StringIO(all_faults(staff, page).content.decode("utf-8-sig"))))

    assert [line[2] for line in lines[1:]] == ["'=1+1", "\ufffd@x"]


def test_the_faults_of_a_file_that_is_gone_are_asked_for_again(staff, edition):
    page = preview(staff, edition, full_of_faults(1))
    kept = admin.site._registry[Minister].get_tmp_storage_class()
    kept(name=page.context["faults_form"]["import_file_name"].value()).remove()

    assert sentences(all_faults(staff, page)) == [
        "This file waited too long: please upload it again."
    ]


def test_a_long_list_is_shown_in_part_and_imported_whole(staff, edition):
    page = preview(staff, edition, as_csv(*people(201)))

    shown = page.content.decode()
    assert "Rows shown: 200 of 201. Confirming imports all of them." in shown
    assert "Elphberg 199</ins>" in shown
    assert "Elphberg 200</ins>" not in shown
    confirm(staff, page)
    assert Minister.objects.count() == 201


def test_the_preview_says_how_the_file_was_read_and_what_was_left_out(staff, edition):
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx(FLAVIA, RUPERT)))
    book.active.row_dimensions[3].hidden = True

    page = preview(staff, edition, saved(book))

    left = "Hidden rows, left out: 3. If they are meant, show them and upload anew."
    assert left in page.content.decode()
    assert left in sentences(confirm(staff, page))
    assert Minister.objects.count() == 1


def test_the_faults_of_a_list_are_shown_with_how_it_was_read(staff, edition):
    shown = preview(staff, edition, as_csv(FLAVIA | WRONG, delimiter="|")).content.decode()

    assert "Read as text in UTF-8, divided by vertical bars." in shown
