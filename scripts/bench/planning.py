"""Children that fill the database with a million invitations, and plan and claim among them.

A State has one principal invitation in an edition, so the others belong to editions long over, each
with its letter, delivery, event and reply. What is due stays the same: the letters of 2020.
"""

import datetime as dt
import sys
from collections.abc import Callable

from django.db import connection, transaction
from django.db.models import F, Model
from django.utils import timezone

from invitations.models import (
    Circular,
    Delivery,
    ForumEdition,
    Invitation,
    Letter,
    LetterEvent,
    Reply,
)
from invitations.models.insert_select import insert_select
from invitations.outbox.queue import IN_TURN, claim_batch
from invitations.reminders.planning import queue_reminders

from .children.desk import measure_page
from .rounds import of_size

DUE = of_size(500, 20)
ARRIVED_AT = dt.datetime(2019, 12, 6, 12, tzinfo=dt.UTC)
REMINDED_AT = dt.datetime(2019, 12, 23, 12, tzinfo=dt.UTC)

# The key of the copy n of a row is n strides higher.
STRIDE = 100_000
HIGHER = "{} + n * 100000"
EARLIER = "{} - make_interval(years => 1 + (n % 18)::int)"
DATES = ("opens_on", "closes_on", "track_opens_on", "track_closes_on", "reply_before")
COPIES: dict[type[Model], dict[str, str]] = {
    ForumEdition: {"symbol": "'e' || n"} | dict.fromkeys(DATES, EARLIER),
    Circular: {"edition_id": HIGHER, "reference": "{} || '-' || n"},
    Invitation: {"edition_id": HIGHER},
    # The words of letters would fill the disk, and nothing here reads them.
    Letter: {"invitation_id": HIGHER, "circular_id": HIGHER, "check_code": "NULL"}
    | dict.fromkeys(("paper", "mail", "addressee"), "''"),
    Delivery: {"letter_id": HIGHER, "envelope": "NULL"},
}


def settle() -> None:
    """Mark every letter of 2020 as handed over, to one address each, and unanswered."""
    LetterEvent.objects.all().delete()
    first = Delivery.objects.order_by("letter_id", "pk").distinct("letter_id")
    Delivery.objects.exclude(pk__in=[delivery.pk for delivery in first]).delete()
    Delivery.objects.update(
        state=Delivery.State.HANDED_OVER, handed_over_at=ARRIVED_AT, sending_at=ARRIVED_AT
    )


def store(invitations: str) -> None:
    """Copy the edition with all its rows until about that many invitations are stored."""
    each = Invitation.objects.filter(pk__lt=STRIDE).count()
    first, last = Invitation.objects.count() // each, int(invitations) // each - 1
    with transaction.atomic(), connection.cursor() as cursor:
        # Without the triggers that look up each foreign key.
        cursor.execute("SET LOCAL session_replication_role = replica")
        for model, changes in COPIES.items():
            copy(model, changes, first, last)
        above = {"pk__gte": first * STRIDE}
        answered = Invitation.objects.filter(**above)
        said = {"answer": "in_person", "status": "standing"}
        insert_select(answered, Reply, invitation=F("pk"), **said)
        left = Delivery.objects.filter(**above)
        insert_select(left, LetterEvent, letter=F("letter"), delivery=F("pk"), state=F("state"))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def copy(model: type[Model], changes: dict[str, str], first: int, last: int) -> None:
    table = model._meta.db_table
    columns = [f'"{field.column}"' for field in model._meta.concrete_fields]
    changed = {f'"{name}"': change for name, change in ({"id": HIGHER} | changes).items()}
    copied = [changed.get(column, "{}").format(column) for column in columns]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(copied)}"  # noqa: S608
            f" FROM {table}, generate_series({first}, {last}) n WHERE id < {STRIDE}"
        )
        # New rows come after the copies.
        cursor.execute(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"  # noqa: S608
        )


def plan() -> None:
    """Measure a day's reminders, and finding and claiming what is due; all of it is undone.

    Silent offices and what is due are as many for any number of invitations.
    """
    measure_undone("a day's reminders", lambda: queue_reminders(REMINDED_AT))
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

    measure_page(act_and_undo, what)
