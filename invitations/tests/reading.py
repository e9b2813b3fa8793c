"""Letters and PDFs as a person reads them."""

import re
import subprocess
from email import message_from_bytes, policy
from email.header import decode_header, make_header

from invitations.files.frozen import thaw
from invitations.models import LetterTemplate


def message_of(letter):
    content = thaw(letter.message.name, letter.message_sha256)
    return message_from_bytes(content, policy=policy.default)


def text_of(letter):
    return message_of(letter).get_body(("plain",)).get_content()


def ask(pdf, *command):
    return subprocess.run(command, input=pdf, capture_output=True, check=True).stdout.decode()


def printed(letter):
    pdf = thaw(letter.pdf.name, letter.sha256)
    return " ".join(ask(pdf, "pdftotext", "-", "-").split())


def assert_says(content, subject):
    assert {*readings(content, "Subject")} == {subject}
    lines = head_of(content, "Subject")
    assert max(map(len, lines)) <= 76


def texts_in(language):
    newest = LetterTemplate.objects.filter(language=language).order_by("-pk")
    return {(one.kind, one.variant): one for one in newest}.values()


def head_of(content, name):
    """The header's lines as they are written, its name with them."""
    head = content.partition(b"\r\n\r\n")[0].decode("ascii")
    return re.search(rf"(?m)^{name}: [^\r]*(?:\r\n[ \t][^\r]*)*", head)[0].split("\r\n")


def readings(content, name):
    """What three readers make of it."""
    raw = "\r\n".join(head_of(content, name)).partition(": ")[2]
    return [
        str(message_from_bytes(content, policy=policy.default)[name]),
        str(make_header(decode_header(raw.replace("\r\n", "")))),
        str(make_header(decode_header(re.sub("[\r\n]", "", message_from_bytes(content)[name])))),
    ]
