"""Mail that a program wrote: a report of a mail server, or what nobody has to read."""

import re
from email.message import Message

from invitations.mail.incoming import (
    header_addresses,
    is_decoration,
    own_parts,
    parts_of_mail,
    raw_header,
    shown_in_pages,
)

NO_HUMAN_PRECEDENCE = ("bulk", "junk", "auto_reply")
MACHINES = ("mailer-daemon", "postmaster")
# By RFC 3464: it arrived, or left the world in which such reports are written.
ARRIVED = ("delivered", "relayed", "expanded")


def needs_nobody(mail: Message) -> bool:
    """Tell whether a program wrote the mail, and no person has to read it.

    A fax server too, or the registry of a ministry, marks as automatic what it sends along.
    """
    return is_automatic_mail(mail) and not (brings_a_file(mail) or may_be_a_refusal(mail))


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


def brings_a_file(mail: Message) -> bool:
    shown = shown_in_pages(mail)
    return any(is_file(part, shown) for part in own_parts(mail))


def is_file(part: Message, shown: set[str]) -> bool:
    """Whether the part is a document: no words, no mail, no signature, no picture in a page.

    Parts that cannot be told apart may hold one.
    """
    kind = part.get_content_maintype()
    if kind in ("multipart", "message"):
        return kind == "multipart" and part.get_content_subtype() != "report"
    if part.get_content_disposition() == "attachment":
        return True
    is_signature = part.get_content_subtype().endswith("-signature")
    return not (kind == "text" or is_signature or is_decoration(part, shown))


def may_be_a_refusal(mail: Message) -> bool:
    """Whether a mail server wrote it, and does not say in the standard form that mail arrived."""
    is_report = mail.get_content_type() == "multipart/report"
    if is_report and "disposition-notification" in raw_header(mail, "Content-Type").lower():
        return False
    blocks = status_blocks(mail)
    actions = [raw_header(block, "Action").lower() for block in blocks if "Action" in block]
    has_arrived = bool(actions) and all(action.startswith(ARRIVED) for action in actions)
    return (is_report or comes_from_a_server(mail)) and not has_arrived


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
