"""Children that fill the database with a million invitations, and plan and claim among them.

A State has one principal invitation in an edition, so the others belong to editions long over, each
with its letter, delivery, event and reply. What is due stays the same: the letters of 2020.
"""

import datetime as dt

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Model, QuerySet
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
from invitations.outbox import queue
from invitations.outbox.queue import IN_TURN, claim_batch
from invitations.reminders.planning import queue_reminders

from .measuring import measure_often
from .rounds import of_size

DUE = of_size(500, 20)
AT_ONCE = of_size(50, 10)
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


def remind() -> None:
    """Measure one day's reminders; the silent offices are as many for any number of invitations."""

    def plan() -> int:
        with transaction.atomic():
            queued = queue_reminders(REMINDED_AT)
            transaction.set_rollback(True)
        return queued

    measure_often(plan)


def find() -> None:
    """Measure finding the next 500 due deliveries, with the partial indexes and without them."""
    now = timezone.now()
    wait(DUE, now)
    found = due(now)
    (settings.VAR_DIR / "plan.txt").write_text(found.explain(analyze=True))
    measure_often(lambda: len(list(found.all())), "with")
    with transaction.atomic(), connection.cursor() as cursor:
        for index in Delivery._meta.indexes:
            if index.condition:
                cursor.execute(f"DROP INDEX {index.name}")
        measure_often(lambda: len(list(found.all())), "without")
        transaction.set_rollback(True)


def wait(number: int, now: dt.datetime) -> None:
    """Let the last deliveries be due, and nothing else."""
    last = Delivery.objects.order_by("-pk").values("pk")[:number]
    Delivery.objects.filter(pk__in=last).update(
        state=Delivery.State.QUEUED,
        not_before=now,
        handed_over_at=None,
        leave_before=now + dt.timedelta(days=5),
    )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE invitations_delivery")


def due(now: dt.datetime) -> "QuerySet[Delivery, int]":
    return Delivery.objects.due(now).order_by(*IN_TURN).values_list("pk", flat=True)[:DUE]


def claim() -> None:
    """Measure claiming fifty due deliveries, in one batch and in fifty."""
    measure_often(lambda: claimed(at_once=AT_ONCE), "at once", give_back)
    measure_often(lambda: claimed(at_once=1), "one by one", give_back)


def give_back() -> None:
    Delivery.objects.filter(state=Delivery.State.CLAIMED).update(
        state=Delivery.State.QUEUED, claim=None, lease_ends_at=None
    )


def claimed(at_once: int) -> int:
    queue.BATCH = at_once
    return sum(len(claim_batch(timezone.now())) for _batch in range(AT_ONCE // at_once))
