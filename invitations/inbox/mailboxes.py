"""Read the in-tray and the bounce mailbox over IMAP; each mail is recorded, then set aside.

A mail stays in its mailbox until it is on file: after a crash it is read again, and filed once. One
that has ended three workers is filed as it came, so that it keeps no other away.
"""

import datetime as dt
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext as _
from imapclient import SEEN, IMAPClient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from invitations.files.frozen import StoreUnavailable
from invitations.inbox.bounces import record_report, settle_bounced
from invitations.inbox.filing import file_mail, file_unread
from invitations.job_errors import (
    ENDS_THE_TICK,
    MOST_ATTEMPTS,
    each_apart,
    job_error_of,
    note_job_error,
    place_of_error,
)
from invitations.mail.incoming import sha256_of
from invitations.outbox.arming import reason_sending_is_off
from invitations.times.jobs import Job

logger = logging.getLogger(__name__)

ANSWER_WITHIN = 10  # seconds
# A mailbox that was silent is left alone for so long: other jobs wait behind it.
LEFT_ALONE = 300  # seconds
# A scan of 20 MB in a mail is a third longer, and has line ends.
LARGEST = 30 * 1024 * 1024
BATCH = 50
FILED = "Filed"
# Longer than any task may take: whoever began a mail before that has vanished over it.
LONGEST = dt.timedelta(minutes=6)
REMEMBERED = 24 * 3600  # seconds


class Unreadable(Exception):
    """A mailbox could not be read to its end; the words are the server's or the system's."""


class Opened(NamedTuple):
    """A folder that is open, where its numbers hold, and why mails stay there that are on file."""

    line: IMAPClient
    place: str
    stays: list[str]


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
    if mute := reason_sending_is_off():
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
    taken = each_apart(Job.READ_MAILBOXES, jobs, reported_by_others=(Unreadable, StoreUnavailable))
    return Reading(taken, faults)


def read_or_say_why(name: str, box: Any, stop_at: float | None, faults: list[str]) -> int:
    silent = f"silent-mailbox-{name}"
    try:
        refuse_while_silent(silent)
        with open_mailbox(box) as line:
            validity = line.select_folder(box.folder)[b"UIDVALIDITY"]
            opened = Opened(line, folder_key(box, validity), [])
            taken = read(opened, stop_at)
    except (Unreadable, StoreUnavailable) as fault:
        faults.append(f"{name}: {fault}")
        if isinstance(fault.__cause__, TimeoutError):
            cache.set(silent, str(fault), LEFT_ALONE)
        raise
    report_mails_that_stay(name, opened.stays)
    faults += [f"{name}: {why}" for why in opened.stays[:1]]
    return taken


def refuse_while_silent(silent: str) -> None:
    """Raise Unreadable for some minutes after the mailbox did not answer, in the same words."""
    if said := cache.get(silent):
        raise Unreadable(said)


def folder_key(box: Any, validity: int) -> str:
    """Return where numbers of mails hold: with many servers, another mailbox has the same."""
    return sha256_of(repr([box.host, box.port, box.user, box.folder, validity]).encode())


def report_mails_that_stay(name: str, whys: list[str]) -> None:
    """Let a person read why mails that are on file stay in the mailbox, until they do no more."""
    job_error = job_error_of(Job.READ_MAILBOXES, f"{name}: {FILED}")
    if whys:
        note_job_error(job_error, whys[0], pauses=False)
    elif job_error.pk:
        job_error.delete()


def receive_mail(content: bytes, received_at: dt.datetime | None = None, remark: str = "") -> None:
    """Record a report of a bounce, whichever mailbox it came to; file all other mail."""
    if not record_report(content):
        file_mail(content, received_at, remark)


@contextmanager
def open_mailbox(box: Any) -> Iterator[IMAPClient]:
    """Sign in to the mailbox; raise errors of the server or connection as Unreadable."""
    is_tls = box.security == "tls"
    try:
        with IMAPClient(box.host, box.port, ssl=is_tls, timeout=ANSWER_WITHIN) as line:
            line.normalise_times = False  # an hour of arrival keeps its zone
            line._imap.debug = 0  # else each mail is written out for the log, eightfold
            if box.security == "starttls":
                line.starttls()
            line.login(box.user, box.password)
            yield line
    except (OSError, IMAPClientError, ValueError) as error:
        raise Unreadable(str(error)[:300]) from error


def read(opened: Opened, stop_at: float | None) -> int:
    """Take the oldest waiting mails, each recorded before it is set aside; return how many.

    Those that are on file and could not be moved are tried once more, and keep no other waiting.
    """
    uids = waiting_uids(opened.line)
    on_file = those_on_file(opened, uids)
    if on_file:
        mark_as_read(opened, on_file[:BATCH])
    taken = 0
    for uid, size, received_at in arrivals_of(
        opened.line, [uid for uid in uids if uid not in on_file]
    ):
        if taken == BATCH or (stop_at and time.monotonic() > stop_at):
            break
        taken += take_mail(opened, uid, size, received_at)
    return taken


def waiting_uids(line: IMAPClient) -> list[int]:
    """Return the UIDs of the waiting mails.

    If the server can move mails, all that are here wait: people may have opened one before. If not,
    those wait that nobody has seen.
    """
    return list(line.search("UNDELETED" if line.has_capability("MOVE") else "UNSEEN"))


def arrivals_of(line: IMAPClient, uids: list[int]) -> Iterator[tuple[int, int, dt.datetime | None]]:
    """Yield UID, size and hour of arrival of the mails, the oldest first."""
    for start in range(0, len(uids), BATCH):
        told = line.fetch(uids[start : start + BATCH], ["RFC822.SIZE", "INTERNALDATE"])
        for uid, mail in sorted(told.items()):
            if size := mail.get(b"RFC822.SIZE"):
                yield uid, size, mail.get(b"INTERNALDATE")


def take_mail(opened: Opened, uid: int, size: int, received_at: dt.datetime | None) -> bool:
    """Record one mail, or only the head of one that is too large, and set it aside."""
    is_whole = size <= LARGEST
    content = fetch(opened.line, uid, "" if is_whole else "HEADER")
    if content is None:
        return False
    remark = "" if is_whole else _("Too large to be filed: read it in the mailbox itself.")
    mark = f"mail-{sha256_of(content)}"
    if (vanished := begin_reading(mark)) is None:
        return False
    try:
        is_filed = vanished < MOST_ATTEMPTS and is_received(uid, content, received_at, remark)
        if not (is_filed or is_filed_unread(uid, content, received_at)):
            return False
        mark_as_read(opened, [uid])
    finally:
        cache.delete(mark)
    return True


def begin_reading(mark: str) -> int | None:
    """Return how many workers have vanished over the mail; None while another one reads it."""
    now = time.time()
    times, began_at = cache.get(mark, (0, 0.0))
    if abs(now - began_at) < LONGEST.total_seconds():
        return None
    cache.set(mark, (times + 1, now), REMEMBERED)
    return int(times)


def is_received(uid: int, content: bytes, received_at: dt.datetime | None, remark: str) -> bool:
    try:
        receive_mail(content, received_at, remark)
    except ENDS_THE_TICK:
        raise
    except Exception as error:  # noqa: BLE001 -- the mails after it are read
        logger.error("The mail with UID %s could not be read: %s", uid, place_of_error(error))  # noqa: TRY400 -- a trace would show whose mail it is
        return False
    return True


def is_filed_unread(uid: int, content: bytes, received_at: dt.datetime | None) -> bool:
    """File the mail as it came; one that cannot be filed either stays, and is a job error."""
    try:
        file_unread(content, received_at, _("This mail could not be read: open it as it came."))
    except ENDS_THE_TICK:
        raise
    except Exception as error:  # noqa: BLE001 -- the mails after it are read
        note_job_error(
            job_error_of(Job.READ_MAILBOXES, f"UID {uid}"), place_of_error(error), pauses=False
        )
        return False
    return True


def fetch(line: IMAPClient, uid: int, part: str) -> bytes | None:
    """Return that part of the mail, or None if the mail has gone meanwhile."""
    return line.fetch(uid, [f"BODY.PEEK[{part}]"]).get(uid, {}).get(f"BODY[{part}]".encode())


def mark_as_read(opened: Opened, uids: list[int]) -> None:
    """Mark mails as seen, and move them if the server can; else remember that they are on file.

    What is forgotten is read again, and filed once.
    """
    if why := reason_mailbox_is_refused(opened.line, uids):
        words = {"folder": FILED, "words": why}
        opened.stays.append(
            _("What is on file stays in the mailbox and cannot be moved to “%(folder)s”: %(words)s")
            % words
        )
        cache.set_many(dict.fromkeys(flags_of(opened, uids), True), REMEMBERED)


def those_on_file(opened: Opened, uids: list[int]) -> list[int]:
    marks = flags_of(opened, uids)
    known = cache.get_many(marks)
    return [uid for mark, uid in marks.items() if mark in known]


def flags_of(opened: Opened, uids: list[int]) -> dict[str, int]:
    return {f"on-file-{opened.place}-{uid}": uid for uid in uids}


def reason_mailbox_is_refused(line: IMAPClient, uids: list[int]) -> str:
    """Return the words with which the server refuses to mark or to move mails; empty if it does."""
    words = [refusal_of_act(line.add_flags, uids, SEEN, silent=True)]
    if not line.has_capability("MOVE"):
        return words[0]
    for folder in (FILED, f"INBOX.{FILED}"):
        for _try in range(2):
            refused = refusal_of_act(line.move, uids, folder)
            if not refused:
                return ""
            words += [refused, refusal_of_act(line.create_folder, folder)]
    return "; ".join(dict.fromkeys(filter(None, words)))


def refusal_of_act(act: Callable[..., Any], *given: Any, **named: Any) -> str:
    """Do it, and return with which words the server refuses; a lost line stays an error."""
    try:
        act(*given, **named)
    except IMAPClientAbortError:
        raise
    except IMAPClientError as error:
        return str(error)
    return ""
