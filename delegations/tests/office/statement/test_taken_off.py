"""A wrong text or photo is taken off a statement; what was there stays in its history."""

import pytest
from django.urls import reverse

from delegations.models import PolicyStatement, StatementText
from delegations.tests.office.statement.statements import announced, file, hidden, photo, send
from delegations.tests.offices import browser, page_of, text
from invitations.tests.reading import ask

pytestmark = [
    pytest.mark.django_db,
    # WeasyPrint leaves the colour profile of a PDF/A open.
    pytest.mark.filterwarnings("ignore:unclosed file.*sRGB2014.icc:ResourceWarning"),
]


@pytest.fixture
def client(invitation):
    client = browser(invitation)
    announced(client, invitation)
    send(client, invitation, file(b"We thank you.", "wrong.txt"), photo=photo())
    return client


def text_off(invitation):
    return reverse("office:text_off", args=[invitation.pk, StatementText.objects.get().pk])


def changes(invitation):
    rows = PolicyStatement.objects.get().delegation.changes.all()
    return [(row.act, row.fields) for row in rows if row.act == "removed"]


def test_a_text_is_taken_off_after_it_was_asked_and_stays_on_file(client, invitation):
    page = text(client.get(page_of(invitation, "statement")))
    assert f'href="{text_off(invitation)}"' in page
    asked = text(client.get(text_off(invitation)))
    assert "wrong.txt" in asked
    assert not StatementText.objects.get().is_taken_off

    done = client.post(text_off(invitation), {"invitation": invitation.pk}, follow=True)

    assert "wrong.txt is off the statement; it stays on file." in text(done)
    assert "taken off 10 February 2027" in text(done)
    assert "the text may follow" in text(done)
    assert StatementText.objects.get().is_taken_off
    assert changes(invitation) == [("removed", ["texts"])]


def test_the_desk_reads_that_a_text_was_taken_off_and_not_replaced(
    client, invitation, admin_client
):
    client.post(text_off(invitation), {"invitation": invitation.pk})
    statement = PolicyStatement.objects.get()

    for page in (
        reverse("admin:delegations_statementtext_changelist"),
        reverse("admin:delegations_policystatement_change", args=[statement.pk]),
    ):
        shown = text(admin_client.get(page))
        assert "taken off 10 February 2027" in shown
        assert "replaced" not in shown


def test_a_text_is_taken_off_once(client, invitation):
    address = text_off(invitation)

    for _press in range(2):
        client.post(address, {"invitation": invitation.pk})

    assert len(changes(invitation)) == 1


def test_a_photo_is_taken_off_after_it_was_asked(client, invitation):
    address = page_of(invitation, "photo_off")
    seen = hidden(client.get(address), "seen")

    done = client.post(address, {"invitation": invitation.pk, "seen": seen}, follow=True)

    assert "The photo is off the statement." in text(done)
    assert not PolicyStatement.objects.get().photo
    assert client.get(page_of(invitation, "photo")).status_code == 404
    assert changes(invitation) == [("removed", ["photo"])]


def test_a_photo_that_another_has_put_in_its_place_stays(client, invitation):
    address = page_of(invitation, "photo_off")
    seen = hidden(client.get(address), "seen")
    client.post(page_of(invitation, "files"), {"invitation": invitation.pk, "photo": photo("red")})

    refused = client.post(address, {"invitation": invitation.pk, "seen": seen})

    assert "Another photo was filed in the meantime" in text(refused)
    assert PolicyStatement.objects.get().photo


def test_what_is_on_file_of_the_statement_is_a_pdf_to_keep(client, invitation):
    page = client.get(page_of(invitation, "statement"))
    address = page_of(invitation, "statement_record")
    assert f'href="{address}"' in page.content.decode()

    receipt = client.get(address)

    assert receipt["Content-Type"] == "application/pdf"
    words = " ".join(ask(receipt.content, "pdftotext", "-", "-").split())
    for said in ("Policy statement", "Ruritania", "Speaker: Flavia Elphberg", "wrong.txt"):
        assert said in words
    assert "As on file on 10 February 2027, 10:00 (Geneva time)" in words


def test_without_a_statement_there_is_nothing_to_keep(invitation):
    assert browser(invitation).get(page_of(invitation, "statement_record")).status_code == 404
