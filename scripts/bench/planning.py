"""The part ``planning``: reminders, and finding and claiming what is due."""

import datetime as dt
import sys
from collections.abc import Callable

from django.db import connection, transaction
from django.utils import timezone

from invitations.models import Delivery
from invitations.outbox.queue import IN_TURN, claim_batch
from invitations.reminders.planning import queue_reminders

from .growing import print_growth, reminded_at
from .measuring import Costs, measure_often, of_size

DUE = of_size(500, 20)


def plan() -> None:
    """Measure a day's reminders, and finding and claiming what is due; all of it is undone.

    Silent offices and what is due are as many for any number of invitations.
    """
    measure_undone("a day's reminders", lambda: queue_reminders(reminded_at()))
    with transaction.atomic(), connection.cursor() as cursor:
        now = timezone.now()
        last = Delivery.objects.order_by("-pk").values("pk")[:DUE]
        Delivery.objects.filter(pk__in=last).update(
            state=Delivery.State.QUEUED,
            not_before=now,
            handed_over_at=None,
            leave_before=now + dt.timedelta(days=5),
        )
        cursor.execute("ANALYZE invitations_delivery")
        due = Delivery.objects.due(now).order_by(*IN_TURN).values_list("pk", flat=True)
        measure_undone(f"{DUE} due found", lambda: len(due.all()[:DUE]))
        measure_undone("a batch claimed", lambda: len(claim_batch(now)))
        transaction.set_rollback(True)


def measure_undone(what: str, act: Callable[[], int]) -> None:
    """Measure the act, which must do something each time, and take it back."""

    def act_and_undo() -> int:
        with transaction.atomic():
            done = act()
            transaction.set_rollback(True)
        if not done:
            sys.exit(f"Nothing was done: {what}.")
        return 1

    measure_often(act_and_undo, what)


JOBS = [plan]


def show(found: list[Costs]) -> None:
    print_growth("Planning", found, {})
