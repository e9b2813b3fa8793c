"""Delete what is kept for a day: saved forms and pages, files that no row names.

The notice on privacy promises it, so it depends on no other job.
"""

import datetime as dt
from collections.abc import Iterator
from functools import partial

from django.utils import timezone

from invitations.files.frozen import remove_old_drafts
from invitations.job_errors import each_apart
from invitations.models.deleted_files import DeletedFile, remove_deleted_file
from invitations.models.saved_forms import KEPT_FOR, delete_expired_forms
from invitations.outbox.arming import reason_sending_is_not_on
from invitations.times.jobs import Job


def delete_expired() -> int:
    """Delete what was kept for its day, and return how many rows and files that were.

    What lies in the database goes first: a file store that does not answer ends the run.
    """
    now = timezone.now()
    items = [
        ("saved forms", partial(delete_expired_forms, now)),
        *deleted_files(now),
        ("drafts", partial(remove_old_drafts, now - KEPT_FOR)),
    ]
    return each_apart(Job.DELETE_EXPIRED, items)


def deleted_files(now: dt.datetime) -> Iterator[tuple[str, partial[int]]]:
    """Yield the files that a row let go a day ago; a copy of the database removes none."""
    expired = DeletedFile.objects.expired(now).order_by("pk").values_list("pk", flat=True)
    if expired and not reason_sending_is_not_on():
        yield from ((f"file {pk}", partial(remove_deleted_file, pk)) for pk in expired)
