"""Work the outbox: several connections to the mail server, which claim and deliver batches.

The machine sends nothing twice: a delivery that may have arrived is *uncertain*, and a person
decides.
"""

import datetime as dt
import logging
import math
import time
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings
from django.db import connection
from django.db.models import Exists
from django.utils import timezone

from invitations.files.frozen import StoreUnavailable, ask_the_store
from invitations.job_errors import place_of_error
from invitations.mail.transport import Carrier, Unreachable, configured_carrier
from invitations.models import Delivery, Outage
from invitations.outbox.arming import count_batch, reason_sending_is_off
from invitations.outbox.queue import (
    BATCH,
    begun_lately,
    claim_batch,
    due_now,
    is_resting_reminder,
    tidy_queue,
)
from invitations.outbox.sending import deliver, settle_after_fault
from invitations.outbox.transitions import State, transit, transit_each

logger = logging.getLogger(__name__)


class Run:
    """The result of one connection: how many it handed over, and what ended it early."""

    def __init__(self) -> None:
        self.handed_over = 0
        self.batches = 0
        self.reached = False
        self.outage: Outage | None = None
        self.fault: Exception | None = None


def dispatch_outbox(within: dt.timedelta | None = None) -> int:
    """Deliver what is due over a few kept connections; return how many were handed over."""
    if mute := reason_sending_is_off():
        logger.warning(mute)
        return 0
    now = timezone.now()
    tidy_queue(now)
    stop_at = time.monotonic() + within.total_seconds() if within else None
    at_rest = is_resting_reminder(now)
    runs = by_lines(lines_wanted(now, at_rest), stop_at, at_rest)
    if any(run.batches for run in runs):
        # A backup of meanwhile counts fewer than what left after it.
        count_batch()
    faults = [run.fault for run in runs if run.fault]
    if faults and len(faults) == len(runs):
        raise faults[0]
    note_outages(runs, at_rest)
    return sum(run.handed_over for run in runs)


def lines_wanted(now: dt.datetime, at_rest: Exists) -> int:
    """Return how many connections to open: one for each due batch, or one to end an outage."""
    most = connections_at_once()
    wanted = math.ceil(due_now(now, at_rest)[: BATCH * most].count() / BATCH)
    return wanted or int(Outage.objects.of_the_outbox().standing().exists())


def connections_at_once() -> int:
    # Writers of SQLite queue up, and no other thread sees an open transaction.
    if connection.vendor != "postgresql" or connection.in_atomic_block:
        return 1
    return int(settings.SMTP_CONNECTIONS)


def by_lines(lines: int, stop_at: float | None, at_rest: Exists) -> list[Run]:
    if lines <= 1:
        return [work(stop_at, at_rest) for _line in range(lines)]
    with ThreadPoolExecutor(lines) as threads:
        return list(threads.map(work_apart, [stop_at] * lines, [at_rest] * lines))


def work_apart(stop_at: float | None, at_rest: Exists) -> Run:
    try:
        return work(stop_at, at_rest)
    finally:
        connection.close()


def work(stop_at: float | None, at_rest: Exists) -> Run:
    """Open one connection, then claim and deliver batch after batch over it."""
    run = Run()
    try:
        with configured_carrier() as line:
            reach(line)
            run.reached = True
            while batch := claim_batch(timezone.now(), at_rest):
                count_batch()
                run.batches += 1
                deliver_batch(batch, line, run)
                if stop_at and time.monotonic() > stop_at:
                    break
    except (Unreachable, StoreUnavailable) as no:
        run.outage = outage_of(no)
    except Exception as fault:  # noqa: BLE001 -- the other lines go on, and what left is counted
        logger.error("A line of the outbox broke off: %s", place_of_error(fault))  # noqa: TRY400 -- no address
        run.fault = fault
    return run


def deliver_batch(batch: list[Delivery], line: Carrier, run: Run) -> None:
    """Deliver one by one; give the rest back if the connection or the file store is lost."""
    for done, delivery in enumerate(batch):
        try:
            line.connect()
            run.handed_over += deliver(delivery, line)
        except (Unreachable, StoreUnavailable) as no:
            return_deliveries(batch[done:], outage_of(no))
            raise
        except Exception as fault:  # one delivery never stops another
            if not connection.is_usable():
                raise
            settle_after_fault(delivery, fault)


# Outages


def reach(line: Carrier) -> None:
    """Connect before anything is claimed.

    Raise Unreachable or StoreUnavailable if nothing can leave.
    """
    line.connect()
    outages = Outage.objects.of_the_outbox().standing()
    known = list(outages.values_list("of", flat=True))
    if Outage.Of.STORE in known:
        ask_the_store()
    if known and outages.update(ended_at=timezone.now()):
        logger.info("The outbox is under way again.")


def return_deliveries(waiting: list[Delivery], outage: Outage) -> None:
    """Leave what was not begun to another line: no attempt is counted, and it is still due."""
    for delivery in waiting:
        transit(
            delivery,
            State.CLAIMED,
            State.DEFERRED,
            reason=Outage.Of(outage.of).label,
            words=outage.words,
        )


def outage_of(no: Unreachable | StoreUnavailable) -> Outage:
    if isinstance(no, Unreachable):
        return Outage(of=Outage.Of.MAIL_SERVER, words=no.words)
    return Outage(of=Outage.Of.STORE, words=str(no))


def note_outages(runs: list[Run], at_rest: Exists) -> None:
    """Record once that nothing can leave, and since when; defer what is due.

    No attempt is counted and no hour moves: the first line that gets through takes it.
    """
    now = timezone.now()
    found = {run.outage.of: run.outage for run in runs if run.outage}
    on_the_line = Delivery.objects.filter(begun_lately(now))
    if any(run.reached for run in runs) or (found and on_the_line.exists()):
        # The mail server only takes no further connection: this is no outage.
        found.pop(Outage.Of.MAIL_SERVER, None)
    for outage in found.values():
        outage.began_at = now
        Outage.objects.bulk_create([outage], ignore_conflicts=True)
        reason, words = Outage.Of(outage.of).label, outage.words
        logger.warning("Nothing can leave: %s: %s", reason, words)
        transit_each(due_now(now, at_rest), State.QUEUED, State.DEFERRED, reason, words)
