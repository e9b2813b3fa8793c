"""What goes wrong with one item of a job is that item's alone: a reason, a pause, and on it goes.

A lost database or file store is nobody's own: it ends the tick.
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
from invitations.models import Setback
from invitations.times.clocks import CLOCKS_APART
from invitations.times.jobs import Job

logger = logging.getLogger(__name__)

FIRST_PAUSE = dt.timedelta(minutes=5)
LONGEST_PAUSE = dt.timedelta(hours=4)
ENDS_THE_TICK = (OperationalError, InterfaceError, StoreUnavailable)
# The attempt after which a pause doubled each time is longer than the longest one anyway.
ENOUGH = 10
# A pause that is spread by chance is so many times as long at most.
SPREAD = 3


def pause_after(attempts: int, at_most: dt.timedelta = LONGEST_PAUSE) -> dt.timedelta:
    """5, 10, 20 minutes …, and four hours at most."""
    return min(FIRST_PAUSE * 2 ** (min(attempts, ENOUGH) - 1), at_most)


def spread_pause_after(attempts: int) -> dt.timedelta:
    """5 to 15 minutes at first, for greylisting; then up to LONGEST_PAUSE, not all at once."""
    shortest = pause_after(attempts, LONGEST_PAUSE / SPREAD)
    return shortest * random.uniform(1, SPREAD)  # noqa: S311 -- to be spread, not to be secret


def pause_at(now: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
    """After and until when an item may be tried again that pauses now; what pauses for longer was
    put off by a clock that ran ahead, and is tried.
    """
    return now, now + LONGEST_PAUSE + CLOCKS_APART


def place_of_error(error: BaseException) -> str:
    """What went wrong, in what, and where in the code: its own words may show whose it is."""
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
    told_by_others: tuple[type[Exception], ...] = (),
) -> int:
    """Do the job for each of the items, under its name, and return how much was done.

    What goes wrong with an item makes it pause, longer each time, and keeps no other. Exceptions
    ``told_by_others`` say what a server or the system says; these items are tried by each tick.
    """
    now = timezone.now()
    after, until = pause_at(now)
    known = {setback.item: setback for setback in Setback.objects.filter(job=job)}
    done = 0
    for item, act in items:
        setback = known.get(item) or Setback(job=job, item=item, again_at=now)
        if after < setback.again_at <= until:
            continue
        try:
            done += act()
        except told_by_others as fault:
            note_setback(setback, str(fault), pauses=False)
        except ENDS_THE_TICK:
            raise
        except Exception as error:  # noqa: BLE001 -- whatever one item meets keeps no other waiting
            note_setback(setback, place_of_error(error))
        else:
            if setback.pk:
                setback.delete()
    return done


def setback_of(job: Job, item: str) -> Setback:
    known = Setback.objects.filter(job=job, item=item).first()
    return known or Setback(job=job, item=item)


def note_setback(setback: Setback, because: str, *, pauses: bool = True) -> None:
    """Keep what went wrong, and when it is tried again; the log has it in any case."""
    because = legible_words(because)[:300]
    logger.error("%s, %s: %s", setback.job, setback.item, because)
    now = timezone.now()
    attempts = setback.attempts + 1
    kept = {
        "attempts": attempts,
        "because": because,
        "at": now,
        "again_at": now + pause_after(attempts) if pauses else now,
    }
    try:
        with transaction.atomic():
            Setback.objects.update_or_create(job=setback.job, item=setback.item, defaults=kept)
    except ENDS_THE_TICK:
        raise
    except Exception as error:  # noqa: BLE001 -- the next item is none the worse for it
        logger.error("%s, %s: not kept: %s", setback.job, setback.item, place_of_error(error))  # noqa: TRY400 -- the place is enough
