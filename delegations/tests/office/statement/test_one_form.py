"""The particulars of a statement and its files are one form: nothing is lost by which button."""

import pytest

from delegations.models import PolicyStatement, StatementText
from delegations.tests.office.statement.statements import announced, file, seen_by, words_of
from delegations.tests.offices import browser, page_of, text
from invitations.tests.uploading import pdf

pytestmark = pytest.mark.django_db


def save(client, invitation, *texts, **words):
    data = words_of(invitation, **words) | {"texts": list(texts)}
    return client.post(page_of(invitation, "statement"), data)


def test_words_and_files_are_kept_at_once(invitation):
    client = browser(invitation)

    response = save(client, invitation, file(pdf(), "speech.pdf"), title="On trust")

    assert response.url == page_of(invitation, "statement")
    assert PolicyStatement.objects.get().title == "On trust"
    assert StatementText.objects.get().called == "speech.pdf"
    page = text(client.get(response.url))
    assert "The particulars of the statement are saved. On file: speech.pdf" in page
    assert "<title>Saved – Ruritania – Policy statement" in page


def test_a_wrong_word_holds_back_no_file(invitation):
    client = browser(invitation)
    announced(client, invitation)

    page = text(save(client, invitation, file(pdf(), "speech.pdf"), speaker_name="", title="New"))

    assert "The particulars have not been saved" in page
    assert "Please name the speaker." in page
    assert 'value="New"' in page
    assert "choose them again" not in page
    assert StatementText.objects.get().called == "speech.pdf"


def test_a_bad_file_holds_back_no_word_and_the_page_can_be_sent_again(invitation):
    client = browser(invitation)
    announced(client, invitation)
    words = {"title": "On trust", "seen": seen_by(client, invitation)}

    refused = save(client, invitation, file(b"Words.", "speech.pdf"), **words)

    assert "The particulars of the statement are saved." in text(refused)
    assert "<title>Please check – " in text(refused)
    assert "The name ends in .pdf, but the content is TXT" in text(refused)
    assert "Name the delegation" not in text(refused)
    assert PolicyStatement.objects.get().title == "On trust"
    again = {"title": "On more trust", "seen": seen_by(client, invitation)}
    assert f'value="{again["seen"]}"' in refused.content.decode()
    assert save(client, invitation, **again).status_code == 302


def test_the_switch_of_language_keeps_words_and_files(invitation):
    client = browser(invitation)

    words = {"title": "On trust", "text_language": "Ruritanian", "language": "en"}
    page = text(save(client, invitation, file(pdf(), "speech.pdf"), **words))

    assert 'value="On trust"' in page
    assert 'value="Ruritanian"' in page
    assert "speech.pdf" in page
    assert "choose them again" not in page
    assert not PolicyStatement.objects.exists()


def test_a_page_that_was_open_too_long_says_that_its_files_are_gone(invitation):
    client = browser(invitation)
    client.handler.enforce_csrf_checks = True

    page = text(save(client, invitation, file(pdf(), "speech.pdf"), title="On trust"))

    assert 'value="On trust"' in page
    assert "please choose them again" in page
    assert not PolicyStatement.objects.exists()
