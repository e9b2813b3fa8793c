"""Mail that a program wrote: a report of a mail server, or what nobody has to read."""

import re
from collections.abc import Callable, Iterator
from email.message import Message

from invitations.files.uploads import kind_by_first_bytes
from invitations.mail.incoming import (
    DEEPEST,
    attached_name,
    header_addresses,
    message_ids_in,
    octets,
    own_message_id,
    own_parts,
    parameter_of,
    part_text,
    parts_of_mail,
    raw_header,
)

NO_HUMAN_PRECEDENCE = ("bulk", "junk", "auto_reply")
MACHINES = ("mailer-daemon", "postmaster")
# By RFC 3464: it arrived, or left the world in which such reports are written.
ARRIVED = ("delivered", "relayed", "expanded")
# What else is reported, and no letter failed to arrive: a reader's, abuse, encryption on the way.
OTHER_REPORTS = ("disposition-notification", "feedback-report", "tlsrpt")
# By its type or its name: a paper of an office, no card, disclaimer or part of a mail program.
DOCUMENT_TYPE = re.compile(
    r"application/(?:pdf|x-pdf|rtf|msword|vnd\.ms-(?:word|excel|powerpoint).*"
    r"|vnd\.openxmlformats-officedocument\..*|vnd\.oasis\.opendocument\..*)|image/tiff|text/rtf"
)
DOCUMENT_NAME = re.compile(r"(?i)\.(?:pdf|tiff?|docx?|docm|rtf|xlsx?|xlsm|pptx?|od[tsp])$")
# A photograph or scan of a page has more bytes, and the sign of a ministry hardly ever has.
SMALLEST_SCAN = 20_000


def needs_nobody(mail: Message, is_ours: Callable[[str], bool]) -> bool:
    """Tell whether a program wrote the mail, and no person has to read it.

    A fax server too, or the registry of a ministry, marks as automatic what it sends along.
    ``is_ours`` tells by its Message-ID whether a mail in it is a letter of ours that came back.
    """
    return is_automatic_mail(mail) and not (
        may_be_a_refusal(mail) or brings_a_document(mail, is_ours)
    )


def is_automatic_mail(mail: Message) -> bool:
    """Whether a program wrote the mail, so that nobody waits for an answer."""
    submitted = re.split(r"[;\s]", raw_header(mail, "Auto-Submitted").lower())[0]
    return (
        submitted not in ("", "no")
        or raw_header(mail, "Precedence").lower() in NO_HUMAN_PRECEDENCE
        or "X-Autoreply" in mail
        or has_empty_return_path(mail)
        or mail.get_content_type() == "multipart/report"
    )


def has_empty_return_path(mail: Message) -> bool:
    return "Return-Path" in mail and raw_header(mail, "Return-Path") in ("", "<>")


def brings_a_document(mail: Message, is_ours: Callable[[str], bool]) -> bool:
    return any(is_document(part) for part in brought_parts(mail, is_ours))


def brought_parts(
    mail: Message, is_ours: Callable[[str], bool], depth: int = 0
) -> Iterator[Message]:
    """Yield the parts of the mail, and of the mails attached to it that are no letters of ours."""
    for part in own_parts(mail):
        if part.get_content_maintype() != "message":
            yield part
            continue
        for attached in parts_of_mail(part) if depth < DEEPEST else []:
            if not is_ours(own_message_id(attached)):
                yield from brought_parts(attached, is_ours, depth + 1)


def is_document(part: Message) -> bool:
    """Whether the part is a document; parts that cannot be told apart may hold one."""
    if part.get_content_maintype() == "multipart":
        return part.get_content_subtype() != "report"
    if DOCUMENT_TYPE.fullmatch(part.get_content_type()) or DOCUMENT_NAME.search(
        attached_name(part)
    ):
        return True
    content = octets(part)
    is_attached = part.get_content_disposition() == "attachment"
    if part.get_content_maintype() == "image":
        return is_attached and len(content) >= SMALLEST_SCAN
    return kind_by_first_bytes(content[:8]) in ("pdf", "tiff")


def may_be_a_refusal(mail: Message) -> bool:
    """Whether a mail server wrote it, and does not say in the standard form that mail arrived."""
    is_report = mail.get_content_type() == "multipart/report"
    if is_report and parameter_of(mail, "report-type").lower() in OTHER_REPORTS:
        return False
    blocks = status_blocks(mail)
    actions = [raw_header(block, "Action").lower() for block in blocks if "Action" in block]
    has_arrived = bool(actions) and all(action.startswith(ARRIVED) for action in actions)
    return (is_report or comes_from_a_server(mail)) and not has_arrived


def returned_ids(mail: Message) -> list[str]:
    """Return the Message-IDs of the mails that the report sends back, whole or as words."""
    found: list[str] = []
    for part in own_parts(mail):
        found += map(own_message_id, parts_of_mail(part))
        found += message_ids_in(part_text(part)) if part.get_content_maintype() == "text" else []
    return list(filter(None, found))


def comes_from_a_machine(mail: Message) -> bool:
    """Tell whether the mail may be a report: a person may quote or forward one."""
    return (
        has_empty_return_path(mail)
        or comes_from_a_server(mail)
        or mail.get_content_type() == "multipart/report"
    )


def comes_from_a_server(mail: Message) -> bool:
    writer = next(iter(header_addresses(mail, "From")), "").partition("@")[0]
    return writer in MACHINES or "X-Failed-Recipients" in mail


def status_blocks(mail: Message) -> list[Message]:
    """Return the blocks of the mail's own report, not of one attached to a mail in it."""
    for part in parts_of_mail(mail) if mail.get_content_maintype() == "multipart" else []:
        if part.get_content_type() == "message/delivery-status" and part.is_multipart():
            return parts_of_mail(part)
    return []
