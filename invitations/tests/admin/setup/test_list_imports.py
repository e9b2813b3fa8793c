import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from invitations.minister_import.background import import_lists
from invitations.models import ListImport, Minister
from invitations.tests import lists
from invitations.tests.factories import UserFactory
from invitations.tests.lists import FLAVIA, as_csv, bring_in, people

ruritania, edition = lists.ruritania, lists.edition
LIST = reverse("admin:invitations_listimport_changelist")


@pytest.fixture
def staff(client, db):
    client.force_login(UserFactory(is_superuser=True))
    return client


@pytest.fixture
def long_from_four_rows(monkeypatch):
    monkeypatch.setattr("invitations.admin.setup.list_imports.MOST_AT_ONCE", 3)


def page_of(wanted):
    return reverse("admin:invitations_listimport_change", args=[wanted.pk])


def confirmed(client, edition, content, **said):
    file = SimpleUploadedFile("ministers.csv", content)
    upload = {"import_file": file, "format": "0", "resource": "0", "edition": edition.pk}
    page = client.post(reverse("admin:invitations_minister_import"), upload)
    cells = {field.html_name: field.value() for field in page.context["confirm_form"]}
    return client.post(reverse("admin:invitations_minister_process_import"), cells | said), cells


def test_a_long_list_is_left_to_a_worker_and_its_page_shows_how_far_it_is(staff, edition):
    response, _cells = confirmed(staff, edition, as_csv(*people(301)))

    wanted = ListImport.objects.get()
    assert response.url == page_of(wanted)
    assert not Minister.objects.exists()
    waiting = staff.get(response.url)
    assert "waits for its turn" in waiting.content.decode()
    assert "0 of 301" in waiting.content.decode()
    assert waiting["Refresh"] == "3;url=?unattended="

    import_lists()

    done = staff.get(response.url)
    assert "301 ministers added" in done.content.decode()
    assert "301 of 301" in done.content.decode()
    assert "Refresh" not in done
    assert Minister.objects.count() == 301


@pytest.mark.usefixtures("long_from_four_rows")
def test_a_long_list_confirmed_twice_is_imported_once(staff, edition):
    _response, cells = confirmed(staff, edition, as_csv(*people(4)))

    again = staff.post(reverse("admin:invitations_minister_process_import"), cells, follow=True)

    assert "confirmed already" in again.content.decode()
    assert ListImport.objects.count() == 1


@pytest.mark.usefixtures("long_from_four_rows")
def test_a_long_list_is_left_to_no_worker_if_it_changes_something_else_by_now(staff, edition):
    answer, _cells = confirmed(staff, edition, as_csv(*people(4)), seen="of another preview")

    assert "the data changed since the preview" in answer.content.decode()
    assert not ListImport.objects.exists()
    cells = {field.html_name: field.value() for field in answer.context["confirm_form"]}
    staff.post(reverse("admin:invitations_minister_process_import"), cells)
    assert ListImport.objects.exists()


@pytest.mark.usefixtures("long_from_four_rows")
def test_what_a_colleague_edits_after_a_long_list_was_confirmed_stays(staff, edition):
    bring_in(edition, FLAVIA | {"family_name": "Elphberg 2", "portfolio": "Portefeuille"})
    confirmed(staff, edition, as_csv(*people(4)))
    Minister.objects.update(portfolio="Ministre")

    import_lists()

    wanted = ListImport.objects.get()
    assert "Line 4: what the list does for Flavia Elphberg 2 has changed" in wanted.told
    assert Minister.objects.get().portfolio == "Ministre"


def test_a_short_list_is_imported_at_once(staff, edition):
    confirmed(staff, edition, as_csv(*people(3)))

    assert Minister.objects.count() == 3
    assert not ListImport.objects.exists()


@pytest.mark.usefixtures("long_from_four_rows")
@pytest.mark.parametrize("rows", [1, 4])
def test_a_guessed_encoding_waits_for_a_person_who_has_looked_at_the_words(staff, edition, rows):
    content = as_csv(*(row | {"given_name": "Pøemysl"} for row in people(rows)), encoding="cp1252")

    refused, _cells = confirmed(staff, edition, content)
    assert "nobody said that the letters are right" in refused.text
    assert not Minister.objects.exists()
    assert not ListImport.objects.exists()

    confirmed(staff, edition, content, letters_are_right="on")
    assert ListImport.objects.count() == (rows > 3)
    import_lists()
    assert Minister.objects.filter(given_name="Pøemysl").count() == rows


def test_the_words_of_a_guessed_encoding_stand_beside_the_tick(staff, edition):
    content = as_csv(FLAVIA | {"given_name": "Pøemysl"}, encoding="cp1252")
    file = SimpleUploadedFile("ministers.csv", content)
    upload = {"import_file": file, "format": "0", "resource": "0", "edition": edition.pk}

    page = staff.post(reverse("admin:invitations_minister_import"), upload)

    tick = page.context["confirm_form"]["letters_are_right"]
    assert tick.help_text == "<bdi>Pøemysl</bdi>"
    assert "required" in tick.as_widget()


@pytest.mark.usefixtures("long_from_four_rows")
@pytest.mark.parametrize("rows", [1, 4])
def test_a_list_confirmed_without_the_tick_is_kept_with_all_that_was_chosen(staff, edition, rows):
    content = as_csv(*(row | {"given_name": "Pøemysl"} for row in people(rows)), encoding="cp1252")
    refused, _cells = confirmed(staff, edition, content)

    shown = {field.html_name: field.value() for field in refused.context["confirm_form"]}
    process = reverse("admin:invitations_minister_process_import")
    staff.post(process, shown | {"letters_are_right": "on"})
    assert ListImport.objects.count() == (rows > 3)
    import_lists()

    assert (shown["edition"], shown["original_file_name"]) == (edition.pk, "ministers.csv")
    assert Minister.objects.filter(given_name="Pøemysl").count() == rows


def test_who_imports_unicode_is_asked_for_no_tick(staff, edition):
    _response, cells = confirmed(staff, edition, as_csv(FLAVIA | {"given_name": "Přemysl"}))

    assert not cells["letters_are_right"]
    assert Minister.objects.get().given_name == "Přemysl"


@pytest.mark.parametrize(("rights", "status"), [([], 403), (["view_listimport"], 200)])
def test_the_list_of_imports_is_for_those_who_may_see_it(client, db, rights, status):
    user = UserFactory()
    user.user_permissions.set(Permission.objects.filter(codename__in=rights))
    client.force_login(user)

    assert client.get(LIST).status_code == status


def test_whoever_may_import_sees_the_imports(client, db):
    user = UserFactory()
    rights = ["add_minister", "change_minister", "add_invitation"]
    user.user_permissions.set(Permission.objects.filter(codename__in=rights))
    client.force_login(user)

    assert client.get(LIST).status_code == 200
