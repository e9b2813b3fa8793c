"""Scans dropped at once: each becomes correspondence of which a person says whose it is.

A worker reads them: a picture of each page, blank pages, whose it may be. What fails with one
says so, and stops no other.
"""

import datetime as dt
from functools import partial
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone

from invitations.audit import Act, save_new
from invitations.files.frozen import Frozen, freeze, thaw
from invitations.files.scans import ScanRead, read_scan
from invitations.inbox.proposals import proposal
from invitations.job_errors import each_apart
from invitations.models import Correspondence, DroppedScan
from invitations.times.clocks import by_this_clock
from invitations.times.jobs import Job

State = DroppedScan.State


class Scan(NamedTuple):
    """A file as it came: its name, its content and its kind; or why it is not taken."""

    file_name: str
    content: bytes
    kind: str
    refused: str = ""


def drop_scan(
    scan: Scan,
    by: User,
    channel: str,
    received_at: dt.datetime,
    dropped_at: dt.datetime | None = None,
) -> DroppedScan:
    """Put a scan on file as correspondence whose reply nobody has recorded yet.

    The row says what became of it: the same file is on file once, and what was refused is not.
    ``dropped_at`` is the same hour for all that were dropped at once: they are one pile.
    """
    now = timezone.now()
    received_at = by_this_clock(received_at, now)
    row = DroppedScan(file_name=scan.file_name[:200], dropped_by=by, dropped_at=dropped_at or now)
    if scan.refused:
        row.state, row.told = State.REFUSED, scan.refused[:300]
        row.save()
        return row
    frozen = freeze(scan.content, "scans", scan.kind)
    row.sha256 = frozen.sha256
    try:
        with transaction.atomic():
            save_scan(row, frozen, channel, received_at)
    except IntegrityError:
        # Somebody drops the same file at the same moment, and was first.
        save_scan(row, frozen, channel, received_at)
    return row


def save_scan(row: DroppedScan, frozen: Frozen, channel: str, received_at: dt.datetime) -> None:
    """Save the row with its correspondence: a new one, or that of the same file."""
    same = Correspondence.objects.filter(scan_sha256=frozen.sha256).order_by("pk").first()
    row.correspondence, row.state = same, State.TWICE if same else State.WAITING
    if same:
        row.told = same.called[:300]
    else:
        filed = Correspondence(
            channel=channel,
            received_at=received_at,
            recorded_by=row.dropped_by,
            scan=frozen.name,
            scan_sha256=frozen.sha256,
        )
        filed.full_clean(exclude=["recorded_by", "scan"])
        save_new(filed, Act.FILED, row.dropped_by)
        row.correspondence = filed
    row.save()


def read_scans() -> int:
    """Read the scans that wait; return their number."""
    due = DroppedScan.objects.to_read().order_by("pk").values_list("pk", flat=True)
    return each_apart(Job.READ_SCANS, [(str(pk), partial(read_dropped, pk)) for pk in due])


def read_dropped(pk: int) -> int:
    """Read one scan, and keep what its pages show; 0 if another worker did so meanwhile."""
    scan = DroppedScan.objects.to_read().select_related("correspondence").filter(pk=pk).first()
    if scan is None or scan.correspondence is None:
        return 0
    filed = scan.correspondence
    read = read_scan(thaw(filed.scan.name, filed.scan_sha256))
    now = timezone.now()
    kept = {"state": State.UNREAD} if read is None else scan_values(read)
    codes = [code for page in read.pages for code in page.codes] if read else []
    proposed, found = proposal(codes, read.words if read else "", scan.file_name)
    return (
        DroppedScan.objects.to_read()
        .filter(pk=pk)
        .update(read_at=now, proposed=proposed, found=found, **kept)
    )


def scan_values(read: ScanRead) -> dict[str, Any]:
    """Return what is kept of a scan: its pages' pictures under their hashes. No code is kept."""
    pages = []
    for page in read.pages:
        kept = freeze(page.picture, "scans", "jpg")
        pages.append({"name": kept.name, "sha256": kept.sha256, "is_blank": page.is_blank})
    return {"state": State.READ, "pages": pages, "total_pages": read.total}
