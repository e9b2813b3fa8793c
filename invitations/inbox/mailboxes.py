"""Read the in-tray and the bounce mailbox over IMAP; each mail is recorded, then set aside.

A mail stays in its mailbox until it is on file: after a crash it is read again, and filed once. One
that has ended three workers is filed as it came, so that it keeps no other away.
"""

import datetime as dt
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any, NamedTuple

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext as _
from imapclient import SEEN, IMAPClient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError
from redis.exceptions import RedisError

from invitations.files.frozen import StoreUnavailable
from invitations.inbox.bounces import record_report, settle_bounced
from invitations.inbox.filing import file_mail, file_unread
from invitations.mail.incoming import sha256_of
from invitations.outbox.arming import why_mute
from invitations.setbacks import (
    ENDS_THE_TICK,
    MOST_ATTEMPTS,
    each_apart,
    note_setback,
    place_of_error,
    setback_of,
)
from invitations.times.jobs import Job

logger = logging.getLogger(__name__)

ANSWER_WITHIN = 30  # seconds
# A scan of 20 MB in a mail is a third longer, and has line ends.
LARGEST = 30 * 1024 * 1024
BATCH = 50
FILED = "Filed"
# Longer than any task may take: whoever began a mail before that has vanished over it.
LONGEST = dt.timedelta(minutes=6)
REMEMBERED = 24 * 3600  # seconds
# How often a mail was begun may stay unknown: it is read without the cache too.
CACHE_AWAY = (RedisError, OSError)


class Unreadable(Exception):
    """A mailbox could not be read to its end; the words are the server's or the system's."""


class Reading(NamedTuple):
    """The number of mails taken, and the mailboxes that could not be read."""

    taken: int
    faults: list[str]


def read_mailboxes(within: dt.timedelta | None = None) -> Reading:
    """Take up to 50 mails of each mailbox; one that cannot be read does not stop the other.

    A mail that cannot be read is filed as it came, and waits for a person.

    A restored copy reads none: it would take the mail away from the deployment in force.
    """
    settle_bounced()
    if mute := why_mute():
        logger.warning(mute)
        return Reading(0, [mute])
    stop_at = time.monotonic() + within.total_seconds() if within else None
    faults: list[str] = []
    boxes = {"INTRAY_URL": settings.INTRAY, "BOUNCES_URL": settings.BOUNCES}
    jobs = [
        (name, partial(read_or_say_why, name, box, stop_at, faults))
        for name, box in boxes.items()
        if box and not (name == "BOUNCES_URL" and box == settings.INTRAY)
    ]
    taken = each_apart(Job.READ_MAILBOXES, jobs, told_by_others=(Unreadable, StoreUnavailable))
    return Reading(taken, faults)


def read_or_say_why(name: str, box: Any, stop_at: float | None, faults: list[str]) -> int:
    try:
        with open_mailbox(box) as line:
            return read(line, stop_at)
    except (Unreadable, StoreUnavailable) as fault:
        faults.append(f"{name}: {fault}")
        raise


def receive(content: bytes, received_at: dt.datetime | None = None, remark: str = "") -> None:
    """Record a report of a bounce, whichever mailbox it came to; file all other mail."""
    if not record_report(content):
        file_mail(content, received_at, remark)


@contextmanager
def open_mailbox(box: Any) -> Iterator[IMAPClient]:
    """Open the mailbox's folder; raise errors of the server or connection as Unreadable."""
    is_tls = box.security == "tls"
    try:
        with IMAPClient(box.host, box.port, ssl=is_tls, timeout=ANSWER_WITHIN) as line:
            line.normalise_times = False  # an hour of arrival keeps its zone
            line._imap.debug = 0  # else each mail is written out for the log, eightfold
            if box.security == "starttls":
                line.starttls()
            line.login(box.user, box.password)
            line.select_folder(box.folder)
            yield line
    except (OSError, IMAPClientError, ValueError) as error:
        raise Unreadable(str(error)[:300]) from error


def read(line: IMAPClient, stop_at: float | None) -> int:
    """Take the oldest waiting mails, each recorded before it is set aside; return how many."""
    taken = 0
    for uid, size, received_at in waiting(line):
        if taken == BATCH or (stop_at and time.monotonic() > stop_at):
            break
        taken += take(line, uid, size, received_at)
    return taken


def waiting(line: IMAPClient) -> Iterator[tuple[int, int, dt.datetime | None]]:
    """Yield UID, size and hour of arrival of the waiting mails, the oldest first.

    If the server can move mails, all that are here wait: people may have opened one before. If not,
    those wait that nobody has seen.
    """
    uids = line.search("UNDELETED" if line.has_capability("MOVE") else "UNSEEN")
    for start in range(0, len(uids), BATCH):
        told = line.fetch(uids[start : start + BATCH], ["RFC822.SIZE", "INTERNALDATE"])
        for uid, mail in sorted(told.items()):
            if size := mail.get(b"RFC822.SIZE"):
                yield uid, size, mail.get(b"INTERNALDATE")


def take(line: IMAPClient, uid: int, size: int, received_at: dt.datetime | None) -> bool:
    """Record one mail, or only the head of one that is too large, and set it aside."""
    is_whole = size <= LARGEST
    content = fetch(line, uid, "" if is_whole else "HEADER")
    if content is None:
        return False
    remark = "" if is_whole else _("Too large to be filed: read it in the mailbox itself.")
    mark = f"mail-{sha256_of(content)}"
    if (vanished := begin(mark)) is None:
        return False
    try:
        is_filed = vanished < MOST_ATTEMPTS and is_received(uid, content, received_at, remark)
        if not (is_filed or is_filed_unread(uid, content, received_at)):
            return False
        set_mail_aside(line, uid)
    finally:
        with suppress(*CACHE_AWAY):
            cache.delete(mark)
    return True


def begin(mark: str) -> int | None:
    """Return how many workers have vanished over the mail; None while another one reads it."""
    now = time.time()
    try:
        times, began_at = cache.get(mark, (0, 0.0))
        if abs(now - began_at) < LONGEST.total_seconds():
            return None
        cache.set(mark, (times + 1, now), REMEMBERED)
    except CACHE_AWAY:
        return 0
    return int(times)


def is_received(uid: int, content: bytes, received_at: dt.datetime | None, remark: str) -> bool:
    try:
        receive(content, received_at, remark)
    except ENDS_THE_TICK:
        raise
    except Exception as error:  # noqa: BLE001 -- the mails after it are read
        logger.error("The mail with UID %s could not be read: %s", uid, place_of_error(error))  # noqa: TRY400 -- a trace would show whose mail it is
        return False
    return True


def is_filed_unread(uid: int, content: bytes, received_at: dt.datetime | None) -> bool:
    """File the mail as it came; one that cannot be filed either stays, and is a setback."""
    try:
        file_unread(content, received_at, _("This mail could not be read: open it as it came."))
    except ENDS_THE_TICK:
        raise
    except Exception as error:  # noqa: BLE001 -- the mails after it are read
        note_setback(
            setback_of(Job.READ_MAILBOXES, f"UID {uid}"), place_of_error(error), pauses=False
        )
        return False
    return True


def fetch(line: IMAPClient, uid: int, part: str) -> bytes | None:
    """Return that part of the mail, or None if the mail has gone meanwhile."""
    return line.fetch(uid, [f"BODY.PEEK[{part}]"]).get(uid, {}).get(f"BODY[{part}]".encode())


def set_mail_aside(line: IMAPClient, uid: int) -> None:
    """Mark the mail as seen, and move it if the server can."""
    line.add_flags(uid, SEEN, silent=True)
    if not line.has_capability("MOVE"):
        return
    for folder in (FILED, f"INBOX.{FILED}"):
        for _try in range(2):
            try:
                line.move(uid, folder)
            except IMAPClientAbortError:
                raise
            except IMAPClientError:
                with suppress(IMAPClientError):
                    line.create_folder(folder)
            else:
                return
    raise Unreadable(_("The mailbox has no folder “%s”, and none can be made.") % FILED)
