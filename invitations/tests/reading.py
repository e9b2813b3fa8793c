"""Letters and PDFs as a person reads them."""

import subprocess
from email import message_from_bytes, policy

from invitations.files.frozen import thaw


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
