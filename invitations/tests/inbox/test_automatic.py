"""What programs send: most of it needs nobody, and what brings a document does."""

import base64

import pytest

from invitations.inbox.filing import file_mail
from invitations.models import Invitation
from invitations.tests.factories import InvitationFactory, LetterFactory
from invitations.tests.reports import written

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    return InvitationFactory(minister__to_emails="office@example.org")


def with_a_file(head, body="-"):
    more = 'Auto-Submitted: auto-generated\nContent-Type: multipart/mixed; boundary="f"'
    return written(
        f"--f\nContent-Type: text/plain\n\nA fax came in.\n--f\n{head}\n\n{body}\n--f--\n",
        more=more,
    )


PICTURE = base64.encodebytes(bytes(20_000)).decode()
IN_BASE64 = "Content-Transfer-Encoding: base64"


@pytest.mark.parametrize(
    "head",
    [
        'Content-Type: application/pdf; name="note.pdf"',
        "Content-Type: image/tiff\nContent-Disposition: inline; filename=fax.tif",
        "Content-Type: image/tiff\nContent-Disposition: inline\nContent-ID: <fax>",
        "Content-Type: application/octet-stream; name=Note.DOCX\nContent-Disposition: attachment",
        'Content-Type: application/octet-stream; name="=?utf-8?B?0L3QvtGC0LAuZG9jeA==?="',
        "Content-Type: message/rfc822\n\nSubject: Reply\nContent-Type: application/pdf",
        "Content-Type: message/rfc822\n\nContent-Type: message/rfc822\n\nContent-Type: image/tiff",
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
        "Content-Type: image/png; name=logo.png\nContent-Disposition: inline",
        "Content-Type: image/png; name=logo.png\nContent-Disposition: attachment",
        "Content-Type: text/vcard; name=office.vcf\nContent-Disposition: attachment",
        "Content-Type: text/plain; name=disclaimer.txt\nContent-Disposition: attachment",
        "Content-Type: application/ms-tnef; name=winmail.dat",
        "Content-Type: application/pkcs7-mime; name=smime.p7m; smime-type=signed-data",
    ],
)
def test_arms_and_a_signature_make_no_document_of_an_automatic_mail(office, head):
    assert file_mail(with_a_file(head)).is_automatic


def test_a_file_of_a_name_that_cannot_be_read_is_known_by_its_first_bytes(office):
    head = "Content-Type: application/octet-stream; name*0=a; name*0=b"

    assert not file_mail(with_a_file(head, "%PDF-1.7")).is_automatic


@pytest.mark.parametrize("kept", ["attachment", "inline"])
def test_a_photograph_of_a_letter_waits_for_a_person_where_it_is_attached(office, kept):
    head = f"Content-Type: image/jpeg; name=letter.jpg\nContent-Disposition: {kept}\n{IN_BASE64}"

    assert file_mail(with_a_file(head, PICTURE)).is_automatic == (kept == "inline")


def test_our_own_letter_that_a_program_sends_back_is_no_document(office):
    LetterFactory(invitation=office, message_id="<letter-1@forum.example.org>")
    returned = "Message-ID: <letter-1@forum.example.org>\nContent-Type: application/pdf"

    assert file_mail(
        with_a_file("Content-Type: message/rfc822", f"{returned}\n\n%PDF")
    ).is_automatic


@pytest.mark.parametrize("kind", ["tlsrpt", "feedback-report", "disposition-notification"])
def test_a_report_that_is_not_of_a_letter_that_failed_needs_nobody(office, kind):
    more = f'Content-Type: multipart/report; boundary="r"; report-type={kind}'

    filed = file_mail(written("--r\n\nA report.\n--r--\n", more=more))

    assert filed.is_automatic


@pytest.mark.parametrize("kind", ["", "; report-type=delivery-status"])
def test_a_report_that_names_no_letter_of_ours_waits_and_stops_nobody_s_reminders(office, kind):
    more = f'Content-Type: multipart/report; boundary="r"{kind}'

    filed = file_mail(written("--r\n\nIt did not arrive.\n--r--\n", more=more))

    assert (filed.invitation, filed.dealt_with_at) == (None, None)
    assert not Invitation.objects.unheard().exists()


@pytest.mark.parametrize("kind", ["message/rfc822", "text/rfc822-headers", "text/plain"])
def test_a_report_is_of_the_office_whose_letter_it_sends_back(office, kind):
    LetterFactory(invitation=office, message_id="<letter-1@forum.example.org>")
    more = 'Return-Path: <>\nContent-Type: multipart/report; boundary="r"'
    returned = (
        f"--r\nContent-Type: {kind}\n\nMessage-ID: <letter-1@forum.example.org>\n\n-\n--r--\n"
    )

    filed = file_mail(written(returned, sender="postmaster@example.net", more=more))

    assert (filed.invitation, filed.dealt_with_at) == (office, None)


def test_automatic_mail_that_was_too_large_waits_for_a_person(office):
    filed = file_mail(written("", more="Precedence: bulk"), remark="Too large to be filed.")

    assert (filed.is_automatic, filed.dealt_with_at) == (False, None)
