"""What is printed on letters: codes, and the letters themselves."""

import hashlib
import re

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from delegations.office.throttle import WRONG_FROM_ALL, WRONG_FROM_ONE, count_wrong
from invitations.links import grouped_code
from invitations.models import Letter
from invitations.tests.factories import LetterFactory

OPENS_NOTHING = "This code opens nothing"
CHECK_CODE = "4821903577162048"
PDF = b"%PDF-1.7 Sire, the Forum is annual."


def printed_code_of(invitation):
    return grouped_code(invitation.links.latest("version").code)


def issued_letter(**fields):
    now = timezone.now()
    issued = {"state": Letter.State.APPROVED, "approved_at": now, "composed_at": now}
    frozen = {"sha256": hashlib.sha256(PDF).hexdigest(), "message_sha256": "0" * 64}
    return LetterFactory(**({"check_code": CHECK_CODE} | issued | frozen | fields))


def as_file(content=PDF, name="letter.pdf"):
    return {"letter": SimpleUploadedFile(name, content)}


def words_of(response):
    """What the page says, but for what its fields hold."""
    return re.sub(r'value="[^"]*"', "", response.content.decode())


def over_the_limits(address):
    """A guesser behind the same address, and many more elsewhere."""
    for page in ("code", "check"):
        for number in range(WRONG_FROM_ALL):
            count_wrong(page, f"192.0.2.{number % 30}")
        for _time in range(WRONG_FROM_ONE):
            count_wrong(page, address)
