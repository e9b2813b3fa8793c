"""Mail as nobody should write it: what can be read of it is read, and nothing stops its filing."""

import itertools
import time
from base64 import b64encode
from types import SimpleNamespace

import pytest
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from invitations.admin.replies.filed_mail import mail_text
from invitations.files.frozen import thaw
from invitations.inbox.bounces import record_provider_event, record_report
from invitations.inbox.filing import file_mail
from invitations.inbox.mailboxes import LARGEST
from invitations.mail import incoming
from invitations.mail.parsing import parse_mail
from invitations.models import Bounce
from invitations.tests.databases import AS_DEPLOYED, examples_of

WORDS = "The Minister will come: Élisabeth, министр, 部长."
UNREAD = "Parts of it could not be read: open the mail itself."
NO_CHARSETS = [
    'charset="x\0y"',
    "charset=undefined",
    "charset=punycode",
    "charset=idna",
    "charset=klingon",
    "charset=hex",
    "charset=rot13",
    "charset=\xff\xfe",
    "charset*=undefined''%ff%fe",
    "charset*0*=punycode''%ff; charset*1=x",
    "charset*0=a; charset*0=b",
]
ODD_CHARSETS = [*NO_CHARSETS, "charset*=idna''utf-8", "charset*=''", "charset*x=utf-8"]
BODIES = [WORDS.encode(), WORDS.encode("utf-16"), b"\xff\xfe\xfd", b"=FF=00", b"/w==", b"", b"\0\0"]
ENCODINGS = ["7bit", "8bit", "base64", "quoted-printable", "x-uuencode", "klingon", "\xff", ""]


def odd(kind="text/plain", params="", encoding="8bit", body=BODIES[0], more=""):
    head = (
        f"From: office@example.org\r\nSubject: Re: Invitation\r\n{more}"
        f"Content-Type: {kind}; {params}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    )
    return head.encode("latin-1") + body


def in_two_parts(params, body):
    return (
        b"Return-Path: <>\r\nSubject: report\r\n"
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b1\r\n\r\n"
        b"--b1\r\n" + odd(params=params, body=body) + b"\r\n--b1\r\n"
        b"Content-Type: message/delivery-status; " + params.encode("latin-1") + b"\r\n\r\n"
        b"Reporting-MTA: dns; mx.example.org\r\n\r\n"
        b"Final-Recipient: rfc822;" + body + b"@example.org\r\nAction: failed\r\n\r\n--b1--\r\n"
    )


@pytest.mark.django_db
@pytest.mark.parametrize("params", ODD_CHARSETS)
def test_mail_of_any_charset_is_filed_byte_for_byte(params):
    each = list(enumerate(itertools.product(ENCODINGS, BODIES)))
    # Elsewhere than where a deployment runs a quarter of them, another one for each charset.
    some = each if AS_DEPLOYED else each[ODD_CHARSETS.index(params) % 4 :: 4]
    for number, (encoding, body) in some:
        content = odd(params=params, encoding=encoding, body=body, more=f"X-Number: {number}\r\n")

        filed = file_mail(content)

        assert filed.summary.startswith("Re: Invitation")
        assert thaw(filed.message.name, filed.message_sha256) == content
        mail_text(content)


@pytest.mark.django_db
@pytest.mark.parametrize("params", ODD_CHARSETS)
def test_a_report_of_any_charset_is_recorded(params):
    for body in BODIES:
        content = in_two_parts(params, body)
        assert record_report(content) or file_mail(content)


@pytest.mark.django_db
@pytest.mark.parametrize("params", NO_CHARSETS)
def test_words_in_no_known_charset_are_read_as_utf_8_and_the_summary_says_so(params):
    filed = file_mail(odd(params=params))

    assert filed.summary == f"Re: Invitation\n{UNREAD}\n{WORDS}"


@pytest.mark.django_db
@pytest.mark.parametrize("params", ["charset=utf-8", "charset*=utf-8''utf-8", "format=flowed"])
def test_words_that_can_be_read_are_not_doubted(params):
    assert file_mail(odd(params=params)).summary == f"Re: Invitation\n{WORDS}"


@pytest.mark.django_db
def test_words_that_are_neither_have_gaps_and_are_doubted():
    filed = file_mail(odd(params="charset=klingon", body="Élisabeth".encode("latin-1")))

    assert filed.summary == f"Re: Invitation\n{UNREAD}\n\ufffdlisabeth"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "params", ["boundary*=undefined''%ff", "boundary*=idna''%ff%ff", 'boundary="x\0y"', "boundary="]
)
def test_mail_whose_parts_cannot_be_told_apart_is_filed(params):
    filed = file_mail(odd("multipart/mixed", params))

    assert filed.summary.startswith("Re: Invitation")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "params", ["*=undefined''%ff", "*=x%00y''%ff", "*0*=idna''%ff; filename*1=x"]
)
def test_an_attachment_whose_name_cannot_be_read_keeps_no_mail_away(params):
    content = (
        b"Subject: Re: Invitation\r\nContent-Type: multipart/mixed; boundary=b1\r\n\r\n--b1\r\n\r\n"
        b"We come.\r\n--b1\r\nContent-Type: application/pdf\r\n"
        b"Content-Disposition: attachment; filename" + params.encode() + b"\r\n\r\n\xff\r\n--b1--"
    )

    assert file_mail(content).summary == "Re: Invitation\nWe come."
    assert mail_text(content) == "We come.\n\nAttached: a file whose name cannot be read"


names = st.sampled_from(["charset", "boundary", "name", "filename", "report-type", "type"])
stars = st.sampled_from(["", "*", "*0", "*0*", "*1*", "*x", "**"])
charsets = st.sampled_from(["utf-8", "undefined", "punycode", "idna", "hex", "x\0y", "\xff", ""])
values = st.one_of(
    charsets,
    st.tuples(charsets, st.text(st.characters(max_codepoint=255), max_size=9)).map("''%ff".join),
    st.text(st.characters(max_codepoint=255, exclude_characters="\r\n"), max_size=12),
)
params = st.lists(
    st.tuples(names, stars, values).map(lambda p: f'{p[0]}{p[1]}="{p[2]}"'), max_size=4
)
kinds = st.sampled_from(
    ["text/plain", "text/html", "multipart/mixed", "multipart/report", "message/rfc822",
     "message/delivery-status", "message/partial", "application/pdf", "text", "/", "\xff/\0", ""]
)  # fmt: skip
noise = st.text(st.characters(max_codepoint=255), max_size=40)
headers = st.lists(
    st.tuples(
        st.sampled_from(
            ["From", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "To",
             "Return-Path",
             "Auto-Submitted", "Precedence", "Content-Disposition", "Content-Type", "MIME-Version",
             "Authentication-Results", "X-Failed-Recipients"]
        ),
        st.one_of(noise, values, charsets.map("=?{}?b?////?=".format), params.map("; ".join)),
    ).map(": ".join),
    max_size=5,
)  # fmt: skip


@st.composite
def hostile(draw, depth=0):
    lines = draw(headers)
    parts = ["; ".join([draw(kinds), *draw(params)]), draw(st.sampled_from(ENCODINGS))]
    lines += [f"Content-Type: {parts[0]}", f"Content-Transfer-Encoding: {parts[1]}"]
    body = draw(st.one_of(st.sampled_from(BODIES), st.binary(max_size=80)))
    if depth < 2 and draw(st.booleans()):
        lines.append("Content-Type: multipart/mixed; boundary=b")
        lines.reverse()
        body = b"--b\r\n" + draw(hostile(depth=depth + 1)) + b"\r\n--b--\r\n"
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


class HostileMail(TestCase):
    @settings(max_examples=examples_of(150))
    @given(hostile())
    def test_whatever_comes_is_recorded_or_filed_and_can_be_looked_at(self, content):
        record_report(content)
        file_mail(content)

        mail_text(content)

    @settings(max_examples=examples_of(150))
    @given(st.integers(0, 300), st.binary(max_size=40))
    def test_a_report_with_anything_in_it_is_recorded_or_filed(self, place, noise):
        content = in_two_parts("charset=utf-8", b"office")

        record_report(content[:place] + noise + content[place:])
        file_mail(content[:place] + noise + content[place:])


@pytest.mark.parametrize("charset", ["punycode", "utf-7", "idna", "unicode_escape", "utf-16"])
def test_no_charset_keeps_the_reader_busy(charset):
    before = time.monotonic()

    incoming.text_of_mail(parse_mail(odd(params=f"charset={charset}", body=b"x.-ab9" * 100_000)))

    assert time.monotonic() - before < 1


@pytest.mark.django_db
@pytest.mark.parametrize("params", ['charset="x\0y"', "charset*=undefined''%ff%fe"])
def test_the_page_of_a_filed_mail_opens_whatever_it_holds(admin_client, params):
    filed = file_mail(odd(params=params))

    page = admin_client.get(reverse("admin:invitations_correspondence_change", args=[filed.pk]))

    assert page.status_code == 200
    assert WORDS in page.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("named", ["<a\0b@example.org>", "<\ud800@example.org>", None])
def test_a_provider_s_event_may_hold_what_no_database_takes(named):
    event = SimpleNamespace(
        event_type="bounced",
        event_id="1\0",
        message_id=named,
        recipient="a\0@example.org",
        mta_response="550\0 no",
        description="",
        reject_reason="",
        esp_event={},
    )

    record_provider_event(event, "Mailgun")

    assert Bounce.objects.get().server_words == "550 no"


def test_what_an_html_mail_quotes_is_not_taken_for_its_own_words():
    mail = parse_mail(
        b"Content-Type: text/html; charset=utf-8\r\n\r\n"
        b"<div>Sapt wrote:</div><blockquote type=cite><style>p { }</style><table><tr><td>Union"
        b"<p>Excellency,<br>please reply<blockquote>before</blockquote>soon</td></tr></table>"
        b"</blockquote></blockquote><p>The Minister will come."
    )

    text = incoming.text_of_mail(mail)

    assert incoming.first_own_words(text) == "Sapt wrote:\nThe Minister will come."
    assert "> Excellency,\n> please reply\n> before\n> soon" in text


# Words and files, wherever they lie

PDF = (
    'Content-Type: application/pdf\r\nContent-Disposition: attachment; filename="note.pdf"'
    "\r\n\r\n%PDF"
)


def plain(words):
    return f"Content-Type: text/plain; charset=utf-8\r\n\r\n{words}"


def page(words):
    return f"Content-Type: text/html; charset=utf-8\r\n\r\n{words}"


def parts(kind, *each, mark="a"):
    between = "".join(f"--{mark}\r\n{one}\r\n" for one in each)
    return f"Content-Type: multipart/{kind}; boundary={mark}\r\n\r\n{between}--{mark}--\r\n"


def shown(mail):
    return mail_text(mail.encode())


def test_words_below_an_attachment_are_read_too():
    mail = parts("mixed", plain("Excellency,"), PDF, plain("the Minister is prevented."))

    assert shown(mail) == "Excellency,\nthe Minister is prevented.\n\nAttached: note.pdf"


def test_a_page_is_read_where_its_plain_words_are_empty():
    mail = parts("alternative", plain(" \r\n"), page("<p>The Minister will come.</p>"))

    assert shown(mail) == "The Minister will come."


def test_a_page_is_read_once_where_its_words_stand_beside_it():
    mail = parts("alternative", page("<p>As a page.</p>"), plain("As words."))

    assert shown(mail) == "As words."


def test_the_file_in_a_signed_mail_is_named():
    signature = "Content-Type: application/pkcs7-signature; name=smime.p7s\r\n\r\nMII="
    mail = parts("signed", parts("mixed", plain("See the note."), PDF, mark="b"), signature)

    assert shown(mail) == "See the note.\n\nAttached: note.pdf, smime.p7s"


@pytest.mark.parametrize("name", ["=?utf-8?B?0L3QvtGC0LAucGRm?=", "=?koi8-r?B?zs/UwS5wZGY=?="])
def test_a_file_is_named_as_its_sender_reads_the_name(name):
    assert shown(PDF.replace("note.pdf", name)) == "Attached: нота.pdf"


def test_a_mail_that_is_attached_is_named_by_its_subject():
    forwarded = "Content-Type: message/rfc822\r\n\r\nSubject: =?utf-8?q?R=C3=A9ponse?=\r\n\r\nYes."

    assert (
        shown(parts("mixed", plain("See below."), forwarded)) == "See below.\n\nAttached: Réponse"
    )


def test_a_mail_that_is_a_file_and_nothing_else_names_it():
    assert shown(PDF) == "Attached: note.pdf"


ARMS = "Content-Type: image/png; name=arms.png\r\nContent-ID: <arms@1>"


@pytest.mark.parametrize("named", ['"cid:arms@1"', "cid:arms%401", "'CID:arms&#64;1'"])
def test_the_arms_below_a_signature_are_no_file(named):
    words = page(f"<p>We come.</p><img src={named}>")

    assert shown(parts("related", words, f"{ARMS}\r\n\r\n-")) == "We come."


@pytest.mark.parametrize(
    "head",
    [
        f"{ARMS}\r\nContent-Disposition: attachment",
        ARMS.replace("image/png", "image/tiff"),
        ARMS.replace("<arms@1>", "<of-web-mail>"),
    ],
)
def test_a_picture_that_is_a_file_is_named_though_it_has_a_content_id(head):
    words = page("<p>See the letter.</p><img src=cid:arms@1>")

    assert shown(parts("mixed", words, f"{head}\r\n\r\n-")) == (
        "See the letter.\n\nAttached: arms.png"
    )


@pytest.mark.parametrize("width", [60, 76])
def test_a_scan_of_twenty_megabytes_is_read_whole(width):
    scan = b64encode(bytes(20 * 1024 * 1024))
    lines = b"\r\n".join(scan[at : at + width] for at in range(0, len(scan), width))
    words = b"Content-Type: text/plain\r\n\r\nWe come."
    head = b"Content-Type: application/pdf; name=note.pdf\r\nContent-Transfer-Encoding: base64"
    whole = b"\r\n--x\r\n".join([b"", words, head + b"\r\n\r\n" + lines])
    content = PARTED % (b"Content-Type: multipart/mixed; boundary=x", whole + b"\r\n--x--\r\n")

    assert len(content) < LARGEST
    assert mail_text(content) == "We come.\n\nAttached: note.pdf"


# Mail that is built to keep its reader busy: its mailbox would be read no further

MANY = 600_000
PARTED = b"From: office@example.org\r\nSubject: Re: Invitation\r\n%s\r\n\r\n%s"
BOMBS = {
    "parts": PARTED % (b"Content-Type: multipart/mixed; boundary=a", b"--a\n\n\n" * MANY),
    "parts by CR": PARTED % (b"Content-Type: multipart/mixed; boundary=a", b"--a\r\r\r" * MANY),
    "mails": PARTED % (b"Content-Type: multipart/digest; boundary=a", b"--a\n\n\n" * MANY),
    "headers": PARTED % (b"X:\n" * MANY, b""),
    "folds": PARTED % (b"Subject: x" + b"\n " * MANY, b""),
    "parameters": PARTED % (b"Content-Type: multipart/mixed; " + b"a=b;" * MANY, WORDS.encode()),
    "depth": PARTED
    % (
        b"Content-Type: multipart/mixed; boundary=b0",
        b"".join(
            b"--b%d\nContent-Type: multipart/mixed; boundary=b%d\n\n" % (depth, depth + 1)
            for depth in range(200)
        )
        + b"x\n" * 400_000,
    ),
}


@pytest.mark.django_db
@pytest.mark.parametrize("bomb", BOMBS)
def test_no_mail_keeps_its_reader_busy(bomb):
    content = BOMBS[bomb]

    began_at = time.process_time()
    assert not record_report(content)
    filed = file_mail(content)
    mail_text(content)

    assert filed.summary.startswith("Re: Invitation")
    assert time.process_time() - began_at < 30
