"""Job errors: an item of a job that fails gets a reason and a pause, and the others go on.

A lost database or file store is no fault of an item: it ends the tick.
"""

import datetime as dt
import logging
import random
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from invitations.files.frozen import StoreUnavailable
from invitations.mail.transport import legible_words
from invitations.models import JobError
from invitations.times.clocks import CLOCKS_APART
from invitations.times.jobs import Job

logger = logging.getLogger(__name__)

FIRST_PAUSE = dt.timedelta(minutes=5)
LONGEST_PAUSE = dt.timedelta(hours=4)
ENDS_THE_TICK = (OperationalError, InterfaceError, StoreUnavailable)
# After so many attempts, a pause that doubles each time is longer than LONGEST_PAUSE.
ENOUGH = 10
# So often is tried what may end each worker that takes it up.
MOST_ATTEMPTS = 3
# A random pause is at most so many times as long as its shortest.
SPREAD = 3


def pause_after(attempts: int, at_most: dt.timedelta = LONGEST_PAUSE) -> dt.timedelta:
    """Return 5, 10, 20 minutes and so on, and at most four hours."""
    return min(FIRST_PAUSE * 2 ** (min(attempts, ENOUGH) - 1), at_most)


def spread_pause_after(attempts: int) -> dt.timedelta:
    """Return a random pause: 5 to 15 minutes first, for greylisting; later up to LONGEST_PAUSE."""
    shortest = pause_after(attempts, LONGEST_PAUSE / SPREAD)
    return shortest * random.uniform(1, SPREAD)  # noqa: S311 -- it spreads load, and is no secret


def pause_at(now: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
    """Return the two instants between which the end of a current pause lies.

    A later end was set by a clock that ran ahead: such an item is tried.
    """
    return now, now + LONGEST_PAUSE + CLOCKS_APART


def place_of_error(error: BaseException) -> str:
    """Return the type of the error and its place in our code.

    Its message is left out, since it may show whose letter it is.
    """
    kind = ", ".join([type(error).__name__, *getattr(error, "__notes__", [])])
    ours = str(settings.BASE_DIR)
    frames = traceback.extract_tb(error.__traceback__)
    own = [
        one
        for one in frames
        if one.filename.startswith(ours) and "site-packages" not in one.filename
    ]
    if not own:
        return kind
    last = own[-1]
    return f"{kind} in {Path(last.filename).name}, {last.name}, {last.lineno}"


def each_apart(
    job: Job,
    items: Iterable[tuple[str, Callable[[], int]]],
    reported_by_others: tuple[type[Exception], ...] = (),
) -> int:
    """Do the job for each named item, and return the sum of what was done.

    An item that fails pauses, longer each time, and stops no other. The exceptions of
    ``reported_by_others`` carry the words of a server or the system; their items are tried again
    at each tick.
    """
    now = timezone.now()
    after, until = pause_at(now)
    known = {job_error.item: job_error for job_error in JobError.objects.filter(job=job)}
    done = 0
    for item, act in items:
        job_error = known.get(item) or JobError(job=job, item=item, again_at=now)
        if after < job_error.again_at <= until:
            continue
        try:
            done += act()
        except reported_by_others as fault:
            note_job_error(job_error, str(fault), pauses=False)
        except ENDS_THE_TICK:
            raise
        except Exception as error:  # noqa: BLE001 -- a failure of one item must not stop the others
            note_job_error(job_error, place_of_error(error))
        else:
            if job_error.pk:
                job_error.delete()
    return done


def job_error_of(job: Job, item: str) -> JobError:
    known = JobError.objects.filter(job=job, item=item).first()
    return known or JobError(job=job, item=item)


def note_vanished_worker(job: Job, item: str) -> None:
    """Note that a worker left the item unfinished: an item may do the same to each."""
    note_job_error(job_error_of(job, item), "A worker vanished.", pauses=False)


def has_failed_often(job: Job, item: str) -> bool:
    """Whether an item that somebody waits for is given up, and says so."""
    return job_error_of(job, item).attempts >= MOST_ATTEMPTS


def note_job_error(job_error: JobError, reason: str, *, pauses: bool = True) -> None:
    """Save the reason and when the item is tried again; it is logged even if saving fails."""
    reason = legible_words(reason)[:300]
    logger.error("%s, %s: %s", job_error.job, job_error.item, reason)
    now = timezone.now()
    attempts = job_error.attempts + 1
    kept = {
        "attempts": attempts,
        "reason": reason,
        "at": now,
        "again_at": now + pause_after(attempts) if pauses else now,
    }
    try:
        with transaction.atomic():
            JobError.objects.update_or_create(job=job_error.job, item=job_error.item, defaults=kept)
    except ENDS_THE_TICK:
        raise
    except Exception as error:  # noqa: BLE001 -- the next item is not affected
        logger.error("%s, %s: not kept: %s", job_error.job, job_error.item, place_of_error(error))  # noqa: TRY400 -- the place is enough
