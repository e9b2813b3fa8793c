"""Outgoing mail whose headers arrive exactly as they were written.

The folding of ``email.policy`` drops or adds a space at the end of a line; ``Header`` does not.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from email.header import Header
from email.headerregistry import (
    BaseHeader,
    HeaderRegistry,
    UniqueAddressHeader,
    UniqueUnstructuredHeader,
)
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime, make_msgid
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from invitations.mail.transport import ascii_or_refused
from invitations.text.lines import without_unstorable

# RFC 2047: 76 signs to a line with encoded words, of which Header leaves two uncounted.
LINE = 74
LONGEST_WORD = 60


def new_mail() -> EmailMessage:
    return EmailMessage(policy=WORD_FOR_WORD)


def new_message(
    subject: str,
    addresses: Mapping[str, Iterable[str]],
    at: dt.datetime | None = None,
    automatic: str = "",
) -> EmailMessage:
    """Return a message with its headers and no content; ``addresses`` are keyed by header.

    Without ``at`` it has no date yet: it gets one when it first leaves.
    """
    message = new_mail()
    message["From"] = settings.DEFAULT_FROM_EMAIL
    for header, emails in addresses.items():
        with fault_in(header):
            if written := ", ".join(ascii_or_refused(email) for email in emails):
                message[header] = written
    with fault_in("Subject"):
        message["Subject"] = without_unstorable(subject)
    if at:
        message["Date"] = format_datetime(at)
    message["Message-ID"] = make_msgid(domain=urlsplit(settings.SITE_URL).hostname)
    if automatic:
        message["Auto-Submitted"] = automatic
    return message


def with_date(content: bytes, at: dt.datetime) -> bytes:
    """Return the written message with its date before it, unless it was written with one."""
    head, _blank, _body = content.partition(b"\r\n\r\n")
    if b"\r\nDate: " in head or head.startswith(b"Date: "):
        return content
    return f"Date: {format_datetime(at)}\r\n".encode() + content


@contextmanager
def fault_in(header: str) -> Iterator[None]:
    """Add the header's name to an error: it says where to look, but not whose letter it is."""
    try:
        yield
    except Exception as error:  # any error: it is raised again
        error.add_note(header)
        raise


def name_languages(mail: EmailMessage, *languages: str) -> None:
    """Set Content-Language; call this last, since setting the content drops the header."""
    mail["Content-Language"] = ", ".join(filter(None, languages))


# HeaderRegistry combines the two classes in the same way; typeshed gives them different attributes.
class WordsHeader(UniqueUnstructuredHeader, BaseHeader):  # type: ignore[misc]  # as above
    @classmethod
    def parse(cls, value: str, kwds: dict[str, Any]) -> None:
        super().parse(value, kwds)
        # What looks like encoded words was typed so.
        kwds["decoded"] = value

    def fold(self, *, policy: Policy) -> str:
        written = encoded_header(self.name, str(self)).encode(linesep=policy.linesep)
        return f"{self.name}: {written}{policy.linesep}"


class Mailboxes(UniqueAddressHeader, BaseHeader):  # type: ignore[misc]  # as above
    def fold(self, *, policy: Policy) -> str:
        if str(self).isascii() or not all(one.addr_spec.isascii() for one in self.addresses):
            return super().fold(policy=policy)
        boxes = []
        for address in self.addresses:
            box = encoded_header(self.name, address.display_name)
            box.append(f"<{address.addr_spec}>", "us-ascii")
            boxes.append(box.encode(linesep=policy.linesep))
        return f"{self.name}: {f',{policy.linesep} '.join(boxes)}{policy.linesep}"


def encoded_header(name: str, text: str) -> Header:
    """Return the text as it is, if possible; else in encoded words that split no character."""
    has_short_words = max(map(len, text.split()), default=0) <= LONGEST_WORD
    # What looks like an encoded word would be read as one.
    plain = text.isascii() and has_short_words and "=?" not in text
    return Header(text, "us-ascii" if plain else "utf-8", maxlinelen=LINE, header_name=name)


HEADERS = HeaderRegistry()
HEADERS.map_to_type("subject", WordsHeader)
HEADERS.map_to_type("from", Mailboxes)
WORD_FOR_WORD = SMTP.clone(header_factory=HEADERS)
