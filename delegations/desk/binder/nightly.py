"""Each night's binder: written once into a folder, and kept for some days."""

import datetime as dt
import os
import re
import subprocess
import sys
from functools import partial
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from delegations.desk.binder.closing import CannotClose, closed
from delegations.desk.binder.printing import binder_of
from invitations.job_errors import each_apart
from invitations.models import ForumEdition
from invitations.times.jobs import Job

# With what a worker that was killed had written of one.
NAMED = re.compile(r"binder-.+-(\d{4}-\d\d-\d\d)\.pdf\.gpg(?:\.\d+\.part)?")
# By the clock of the forum's place, when nobody works and the day's backup may follow.
FROM_HOUR = 2


def write_binder(now: dt.datetime | None = None, *, by_hand: bool = False) -> int:
    """Write this night's binders where they are missing, remove those kept long enough.

    By hand they are written at any hour, in place of today's. Return how many were written: none
    without a key, or without an edition.
    """
    now = now or timezone.now()
    editions = [one for one in editions_at_hand(now) if by_hand or binder_is_due(one, now)]
    if not editions:
        return 0
    first = min(day_of_binder(one, now) for one in editions)
    forget_before(first - dt.timedelta(days=settings.BINDER_DAYS))
    acts = [(one.symbol, partial(write_pages, one, now)) for one in editions]
    if by_hand:
        return sum(act() for _symbol, act in acts)
    return each_apart(Job.WRITE_BINDER, acts, reported_by_others=(CannotClose,))


def editions_at_hand(now: dt.datetime) -> list[ForumEdition]:
    """Return the editions that have invited and are not over, and the current one in any case."""
    announced = ForumEdition.objects.announced().at_hand()
    found = {one.pk: one for one in announced if one.is_ahead(now)}
    if current := ForumEdition.objects.current():
        found.setdefault(current.pk, current)
    return [*found.values()]


def write_apart() -> int:
    """Write this night's binders in a process of their own, if any is missing.

    A worker would keep the memory that some fifty pages take while they are set.
    """
    now = timezone.now()
    due = [edition for edition in editions_at_hand(now) if binder_is_due(edition, now)]
    if not due:
        return 0
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "write_binder", "--nightly"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 -- a file of ours
    return sum(not binder_is_due(edition, now) for edition in due)


def binder_is_due(edition: ForumEdition, now: dt.datetime) -> bool:
    """Whether the night has come, there is a key, and this host has not written its binder."""
    is_night = now.astimezone(edition.zone).hour >= FROM_HOUR
    return bool(settings.BINDER_KEY) and is_night and not path_of_binder(edition, now).exists()


def path_of_binder(edition: ForumEdition, now: dt.datetime) -> Path:
    folder: Path = settings.BINDER_FOLDER
    return folder / f"binder-{edition.symbol}-{day_of_binder(edition, now)}.pdf.gpg"


def day_of_binder(edition: ForumEdition, now: dt.datetime) -> dt.date:
    return now.astimezone(edition.zone).date()


def write_pages(edition: ForumEdition, now: dt.datetime) -> int:
    """Write the pages closed; they appear under their name when they are whole."""
    # Before the pages are set: a key that is refused is refused at once.
    closed(b"", settings.BINDER_KEY)
    content = closed(binder_of(edition, now), settings.BINDER_KEY)
    file = path_of_binder(edition, now)
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = file.with_name(f"{file.name}.{os.getpid()}.part")
    part.touch(0o600)
    part.write_bytes(content)
    part.replace(file)
    return 1


def forget_before(day: dt.date) -> None:
    """Remove the binders of earlier days; files of other names stay."""
    for file in settings.BINDER_FOLDER.glob("binder-*"):
        named = NAMED.fullmatch(file.name)
        if named and dt.date.fromisoformat(named[1]) < day:
            file.unlink(missing_ok=True)
