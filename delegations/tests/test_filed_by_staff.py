"""Texts of statements that come by mail, and are filed at the desk."""

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from delegations.models import DelegationChange, StatementText
from delegations.tests.offices import text
from delegations.tests.places import announced, session_of
from invitations.admin.list_columns import change_url
from invitations.tests.desk import of_group, told
from invitations.tests.factories import EditionFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_february")]

TEXTS = reverse("admin:delegations_statementtext_changelist")


@pytest.fixture
def statement():
    return announced(session_of(EditionFactory()), "Ruritania")


def page_url(statement):
    return reverse("admin:delegations_policystatement_file_text", args=[statement.pk])


def mailed(content=b"Mr. Chair, distinguished colleagues", name="speech.txt"):
    return SimpleUploadedFile(name, content)


def file(client, statement, text=None, **words):
    sent = {"text": text or mailed(), "language": "English"} | words
    return client.post(page_url(statement), sent, follow=True)


def test_a_text_that_came_by_mail_is_filed_as_of_the_office_and_history_names_who(
    admin_client, admin_user, statement
):
    page = file(admin_client, statement)

    filed = statement.texts.get()
    assert (filed.called, filed.language) == ("speech.txt", "English")
    assert filed.filed_by.member_state == statement.delegation.member_state
    noted = DelegationChange.objects.get()
    assert (noted.user, noted.fields) == (admin_user, ["texts"])
    assert told(page) == ["On file: speech.txt"]
    assert "speech.txt" in text(page)


def test_it_is_filed_though_the_sessions_have_begun(client, statement):
    with time_machine.travel("2027-05-11T12:00Z", tick=False):
        client.force_login(of_group("Speakers' desk"))
        file(client, statement)

    assert statement.texts.exists()


def test_it_takes_the_place_of_an_earlier_text_which_stays_on_file(admin_client, statement):
    file(admin_client, statement)
    earlier = statement.texts.get()

    file(admin_client, statement, mailed(b"A better speech", "better.txt"), replaces=earlier.pk)

    assert statement.texts.current().get().called == "better.txt"
    assert statement.texts.count() == 2


def test_what_is_no_text_is_refused_beside_the_field_and_nothing_is_lost(admin_client, statement):
    page = file(admin_client, statement, mailed(b"\x00\x01", "speech.exe"), language="Ruritanian")

    assert not StatementText.objects.exists()
    assert "This is no PDF, DOCX, ODT or plain text" in text(page)
    assert "Ruritanian" in page.content.decode()


def test_an_office_that_said_regrets_meanwhile_has_no_text_filed(admin_client, statement):
    statement.delegation.member_state.invitations.get().replies.update(answer="regrets")

    page = file(admin_client, statement)

    assert not StatementText.objects.exists()
    assert "once an answer with a statement stands" in text(page)


@pytest.mark.parametrize(("group", "may"), [("Speakers' desk", True), ("Registrars", False)])
def test_the_speakers_desk_alone_files_texts(client, statement, group, may):
    client.force_login(of_group(group))

    file(client, statement)

    assert statement.texts.exists() == may


def test_the_list_of_texts_tells_which_of_them_stand(admin_client, statement):
    file(admin_client, statement)
    first = statement.texts.get()
    file(admin_client, statement, mailed(b"Mr. Chair", "short.txt"), replaces=first.pk)
    gone = announced(statement.first_choice, "Strelsau")
    file(admin_client, gone, mailed(b"Regretfully", "never.txt"))
    gone.delegation.member_state.invitations.get().replies.update(answer="regrets")

    page = admin_client.get(TEXTS)

    assert {one.called: one.comes for one in page.context["cl"].queryset} == {
        "speech.txt": False,
        "short.txt": True,
        "never.txt": False,
    }
    assert "it stays on file" in text(page)
    [found] = admin_client.get(TEXTS, {"stands": "yes"}).context["cl"].queryset
    assert found.called == "short.txt"
    assert "it stays on file" in text(admin_client.get(change_url(first)))
