"""What programs send: most of it needs nobody, and what brings a document does."""

import pytest

from invitations.inbox.filing import file_mail
from invitations.tests.factories import InvitationFactory
from invitations.tests.reports import written

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    return InvitationFactory(minister__to_emails="office@example.org")


def with_a_file(head):
    more = 'Auto-Submitted: auto-generated\nContent-Type: multipart/mixed; boundary="f"'
    return written(
        f"--f\nContent-Type: text/plain\n\nA fax came in.\n--f\n{head}\n\n-\n--f--\n", more=more
    )


@pytest.mark.parametrize(
    "head",
    [
        'Content-Type: application/pdf; name="note.pdf"',
        "Content-Type: image/tiff\nContent-Disposition: inline; filename=fax.tif",
        "Content-Type: image/tiff\nContent-Disposition: inline\nContent-ID: <fax>",
        'Content-Type: text/plain\nContent-Disposition: attachment; filename="note.txt"',
    ],
)
def test_a_fax_that_a_server_sends_along_waits_for_a_person(office, head):
    filed = file_mail(with_a_file(head))

    assert (filed.invitation, filed.is_automatic, filed.dealt_with_at) == (office, False, None)
    assert "A program sent it, with a file: look at what it is." in filed.summary


@pytest.mark.parametrize(
    "head",
    [
        "Content-Type: text/html\n\n<img src=cid:arms>\n--f\n"
        "Content-Type: image/png; name=arms.png\nContent-ID: <arms>",
        "Content-Type: application/pkcs7-signature; name=smime.p7s",
        "Content-Type: message/rfc822",
        "Content-Type: text/calendar",
    ],
)
def test_arms_and_a_signature_make_no_document_of_an_automatic_mail(office, head):
    assert file_mail(with_a_file(head)).is_automatic


def test_automatic_mail_that_was_too_large_waits_for_a_person(office):
    filed = file_mail(written("", more="Precedence: bulk"), remark="Too large to be filed.")

    assert (filed.is_automatic, filed.dealt_with_at) == (False, None)
