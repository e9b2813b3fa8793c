"""Read the in-tray and the bounce mailbox over IMAP; each mail is recorded, then set aside.

A mail stays where it is until it is on file, so a crash reads it again, and on file it is once.
"""

import datetime as dt
import imaplib
import logging
import re
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from django.conf import settings
from django.utils.translation import gettext as _

from invitations.arming import why_mute
from invitations.bounces import record_report, settle_bounced
from invitations.intray import file_mail

logger = logging.getLogger(__name__)

ANSWER_WITHIN = 30  # seconds
LARGEST = 25 * 1024 * 1024
BATCH = 50
FILED = "Filed"
SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
UID = re.compile(rb"\bUID (\d+)")


class Unreadable(Exception):
    """A mailbox could not be read to its end; the words are the server's or the system's."""


class Reading(NamedTuple):
    """How many mails were taken, and which mailboxes could not be read."""

    taken: int
    faults: list[str]


def read_mailboxes(within: dt.timedelta | None = None) -> Reading:
    """Read up to 50 mails of each mailbox; one that cannot be read does not keep the other.

    A restored copy reads none: it would take the mail away from the deployment in force.
    """
    settle_bounced()
    if mute := why_mute():
        logger.warning(mute)
        return Reading(0, [mute])
    stop_at = time.monotonic() + within.total_seconds() if within else None
    taken, faults = 0, []
    boxes = {"INTRAY_URL": settings.INTRAY, "BOUNCES_URL": settings.BOUNCES}
    for name, box in boxes.items():
        if box is None or (name == "BOUNCES_URL" and box == settings.INTRAY):
            continue
        try:
            with session(box) as line:
                taken += read(line, stop_at)
        except Unreadable as fault:
            logger.warning("%s cannot be read: %s", name, fault)
            faults.append(f"{name}: {fault}")
    return Reading(taken, faults)


def receive(content: bytes, received_at: dt.datetime | None = None, remark: str = "") -> None:
    """Record a report of a bounce as such, whichever mailbox it came to; file all other mail."""
    if not record_report(content):
        file_mail(content, received_at, remark)


@contextmanager
def session(box: Any) -> Iterator[imaplib.IMAP4]:
    """An open folder; what the server or the line says against it is raised as Unreadable."""
    try:
        line = connect(box)
        try:
            answer(line.login(box.user, box.password))
            # What a server offers it often says only to those whom it knows.
            _done, offered = line.capability()
            line.capabilities = tuple(offered[0].decode("ascii", "replace").upper().split())
            answer(line.select(f'"{box.folder}"'))
            yield line
        finally:
            end(line)
    except (OSError, imaplib.IMAP4.error) as error:
        raise Unreadable(words_of(error)) from error


def connect(box: Any) -> imaplib.IMAP4:
    context = ssl.create_default_context()
    if box.security == "tls":
        return imaplib.IMAP4_SSL(box.host, box.port, ssl_context=context, timeout=ANSWER_WITHIN)
    line = imaplib.IMAP4(box.host, box.port, timeout=ANSWER_WITHIN)
    if box.security == "starttls":
        line.starttls(context)
    return line


def end(line: imaplib.IMAP4) -> None:
    try:
        line.logout()
    except (OSError, imaplib.IMAP4.error):
        line.shutdown()


def read(line: imaplib.IMAP4, stop_at: float | None) -> int:
    """Take the oldest mails that wait, each recorded before it is set aside."""
    taken = 0
    for uid, size, received_at in waiting(line):
        if stop_at and time.monotonic() > stop_at:
            break
        taken += take(line, uid, size, received_at)
    return taken


def waiting(line: imaplib.IMAP4) -> list[tuple[str, int, dt.datetime | None]]:
    """UID, size and hour of arrival of the oldest mails.

    Where mails can be moved, all that are here wait: people may have opened one before. Elsewhere
    those wait that nobody has seen.
    """
    wanted = "UNDELETED" if can_move(line) else "UNSEEN"
    uids = (answer(line.uid("SEARCH", wanted))[0] or b"").split()[:BATCH]
    if not uids:
        return []
    told = answer(line.uid("FETCH", b",".join(uids).decode(), "(UID RFC822.SIZE INTERNALDATE)"))
    lines = [one for one in told if isinstance(one, bytes)]
    found = [(UID.search(one), SIZE.search(one), arrival(one)) for one in lines]
    mails = [(uid[1].decode(), int(size[1]), at) for uid, size, at in found if uid and size]
    return sorted(mails, key=lambda mail: int(mail[0]))


def arrival(told: bytes) -> dt.datetime | None:
    """When the mail server got it: that is when the organization got it."""
    at = imaplib.Internaldate2tuple(told)
    return dt.datetime.fromtimestamp(time.mktime(at), dt.UTC) if at else None


def take(line: imaplib.IMAP4, uid: str, size: int, received_at: dt.datetime | None) -> bool:
    """Record one mail and set it aside; of one that is too large, its head alone."""
    is_whole = size <= LARGEST
    content = fetch(line, uid, "BODY.PEEK[]" if is_whole else "BODY.PEEK[HEADER]")
    if content is None:
        return False
    remark = "" if is_whole else _("Too large to be filed: read it in the mailbox itself.")
    try:
        receive(content, received_at, remark)
    except Exception as error:  # noqa: BLE001 -- one mail that cannot be filed keeps no other waiting
        logger.error("The mail with UID %s could not be filed: %s", uid, type(error).__name__)  # noqa: TRY400 -- a trace would show whose mail it is
        return False
    set_aside(line, uid)
    return True


def fetch(line: imaplib.IMAP4, uid: str, what: str) -> bytes | None:
    """None where the mail has gone meanwhile."""
    told = answer(line.uid("FETCH", uid, f"({what})"))
    return next((part[1] for part in told if isinstance(part, tuple)), None)


def set_aside(line: imaplib.IMAP4, uid: str) -> None:
    """Mark it as seen, and move it where the server can."""
    answer(line.uid("STORE", uid, "+FLAGS.SILENT", r"(\Seen)"))
    if not can_move(line):
        return
    for folder in (FILED, f"INBOX.{FILED}"):
        for _try in range(2):
            done, _words = line.uid("MOVE", uid, folder)
            if done == "OK":
                return
            line.create(folder)
    raise Unreadable(_("The mailbox has no folder “%s”, and none can be made.") % FILED)


def can_move(line: imaplib.IMAP4) -> bool:
    return "MOVE" in line.capabilities


def answer(told: tuple[str, list[Any]]) -> list[Any]:
    """What the server says, where it says OK."""
    done, words = told
    if done != "OK":
        raise Unreadable(str(words[0] or b"", "utf-8", "replace") if words else done)
    return words


def words_of(error: Exception) -> str:
    said = error.args[0] if error.args and isinstance(error.args[0], bytes) else str(error)
    return (said.decode("utf-8", "replace") if isinstance(said, bytes) else said)[:300]
