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
from invitations.models import ForumEdition
from invitations.setbacks import each_apart
from invitations.times.jobs import Job

# With what a worker that was killed had written of one.
NAMED = re.compile(r"binder-.+-(\d{4}-\d\d-\d\d)\.pdf\.gpg(?:\.\d+\.part)?")
# By the clock of the forum's place, when nobody works and the day's backup may follow.
FROM_HOUR = 2


def write_binder(now: dt.datetime | None = None, *, by_hand: bool = False) -> int:
    """Write this night's binder where it is missing, remove those kept long enough.

    By hand it is written at any hour, in place of today's. Return how many were written: none
    without a key, or without an edition.
    """
    now = now or timezone.now()
    edition = ForumEdition.objects.current()
    if edition is None or not (by_hand or is_due(edition, now)):
        return 0
    forget_before(day_of(edition, now) - dt.timedelta(days=settings.BINDER_DAYS))
    act = partial(write, edition, now)
    if by_hand:
        return act()
    return each_apart(Job.WRITE_BINDER, [(edition.symbol, act)], told_by_others=(CannotClose,))


def write_apart() -> int:
    """Write this night's binder in a process of its own, if it is missing.

    A worker would keep the memory that some fifty pages take while they are set.
    """
    edition, now = ForumEdition.objects.current(), timezone.now()
    if edition is None or not is_due(edition, now):
        return 0
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "write_binder", "--nightly"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 -- a file of ours
    return int(not is_due(edition, now))


def is_due(edition: ForumEdition, now: dt.datetime) -> bool:
    """Whether the night has come, there is a key, and this host has not written its binder."""
    is_night = now.astimezone(edition.zone).hour >= FROM_HOUR
    return bool(settings.BINDER_KEY) and is_night and not place_of(edition, now).exists()


def place_of(edition: ForumEdition, now: dt.datetime) -> Path:
    folder: Path = settings.BINDER_FOLDER
    return folder / f"binder-{edition.symbol}-{day_of(edition, now)}.pdf.gpg"


def day_of(edition: ForumEdition, now: dt.datetime) -> dt.date:
    return now.astimezone(edition.zone).date()


def write(edition: ForumEdition, now: dt.datetime) -> int:
    """Write the pages closed; they appear under their name when they are whole."""
    # Before the pages are set: a key that is refused is refused at once.
    closed(b"", settings.BINDER_KEY)
    content = closed(binder_of(edition, now), settings.BINDER_KEY)
    file = place_of(edition, now)
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
