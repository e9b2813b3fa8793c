"""What planning, the desk, its search and its exports cost as the database grows.

A State has one principal invitation in an edition, so the others belong to editions long over, each
with its letter, delivery, event, reply, fax, call and delegate. What is due stays the same.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import partial
from importlib import import_module
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Model, QuerySet, Value
from django.db.models.fields import CharField
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from delegations.models import Delegate, Delegation
from invitations.models import (
    Circular,
    Correspondence,
    Delivery,
    ForumEdition,
    Invitation,
    Letter,
    LetterEvent,
    Minister,
    Reply,
    TelephoneCall,
)
from invitations.models.insert_select import insert_select

from . import tables
from .edition import DATES
from .measuring import Costs, Job, of_size, run
from .sending import approve

STORED = (of_size(1_000, 24), of_size(10_000, 48), of_size(100_000, 96))
# Days before the last day for a reply, when the first reminders fall due.
REMINDED = 21
# Of the invitations, one in so many had a minister of its own.
NEWCOMERS = 5

# The key of the copy n of a row is n strides higher.
STRIDE = 100_000
HIGHER = f"{{}} + n * {STRIDE}"
EARLIER = "{} - make_interval(years => 1 + (n % 18)::int)"
COPIES: dict[type[Model], dict[str, str]] = {
    ForumEdition: {"symbol": "'e' || n"} | dict.fromkeys(DATES, EARLIER),
    Circular: {"edition_id": HIGHER, "reference": "{} || '-' || n"},
    Invitation: {
        "edition_id": HIGHER,
        "focal_point_name": f"'Anton Bersonin ' || id + n * {STRIDE}",
        "focal_point_email": f"'focal' || id + n * {STRIDE} || '@example.org'",
    },
    # The words of letters would fill the disk, and nothing here reads them.
    Letter: {
        "invitation_id": HIGHER,
        "circular_id": HIGHER,
        "check_code": "NULL",
        "message_id": f"'<l' || id + n * {STRIDE} || '@forum.example.org>'",
    }
    | dict.fromkeys(("paper", "mail", "addressee"), "''"),
    Delivery: {
        "letter_id": HIGHER,
        "envelope": "NULL",
        "address": f"'minister' || id + n * {STRIDE} || '@example.org'",
    },
}


def main(parts: list[str]) -> None:
    """Fill the database once, measure each part at each size, and print the parts in turn."""
    run(approve)
    run(settle)
    modules = {part: import_module(f".{part}", __package__) for part in parts}
    found: dict[str, list[Costs]] = {part: [] for part in parts}
    for stored in STORED:
        run(partial(store, stored))
        for part, module in modules.items():
            found[part].append(costs_of(module.JOBS))
    for part, module in modules.items():
        module.show(found[part])


def costs_of(jobs: Sequence[Job]) -> Costs:
    return {what: cost for job in jobs for what, cost in run(job).items()}


def print_growth(title: str, found: list[Costs], within: Mapping[str, int]) -> None:
    """Print a row for each page; ``within`` says how many ms the largest may take.

    Beside the clock stands what this process and that of the database worked for the largest.
    """
    sizes = (f"{size:,}" for size in STORED)
    columns = ("CPU ms", "database", "", "target")
    tables.heading(f"{title}, ms, at so many invitations", *sizes, *columns)
    for name, largest in found[-1].items():
        measured = [tables.number(costs[name].wall) for costs in found]
        target = tables.below(largest.wall, within[name])[1:] if name in within else ()
        worked = map(tables.number, (largest.worked, largest.worked_by_database))
        tables.row(name, *measured, *worked, "", *target)


# In processes of their own


def reminded_at() -> dt.datetime:
    """Return the moment at which the reminders of the edition's silent offices are due."""
    last = ForumEdition.objects.get(pk__lt=STRIDE).reply_before or dt.date.max
    return dt.datetime.combine(last - dt.timedelta(days=REMINDED), dt.time(12), dt.UTC)


def settle() -> None:
    """Mark every letter as handed over, to one address each; half of the offices have answered."""
    LetterEvent.objects.all().delete()
    Letter.objects.exclude(kind=Letter.Kind.INVITATION).delete()
    Reply.objects.all().delete()
    first = Delivery.objects.order_by("letter_id", "pk").distinct("letter_id")
    Delivery.objects.exclude(pk__in=[delivery.pk for delivery in first]).delete()
    now = timezone.now()
    Delivery.objects.update(state=Delivery.State.HANDED_OVER, handed_over_at=now, sending_at=now)
    # Mails that need a person.
    bounced = Delivery.objects.order_by("pk").values("pk")[:10]
    Delivery.objects.filter(pk__in=bounced).update(state=Delivery.State.BOUNCED)
    invited = Invitation.objects.all()
    fill(invited, answered=invited.annotate(half=F("pk") % 2).filter(half=0))


def store(invitations: int) -> None:
    """Copy the edition with its letters until about that many invitations are stored."""
    each = Invitation.objects.filter(pk__lt=STRIDE).count()
    first, last = Invitation.objects.count() // each, invitations // each - 1
    with transaction.atomic(), connection.cursor() as cursor:
        # Without the triggers that look up each foreign key.
        cursor.execute("SET LOCAL session_replication_role = replica")
        for model, changes in COPIES.items():
            copy(model, changes, first, last)
        copied = {"pk__gte": first * STRIDE}
        left = Delivery.objects.filter(**copied)
        insert_select(left, LetterEvent, letter=F("letter"), delivery=F("pk"), state=F("state"))
        invited = Invitation.objects.filter(**copied)
        fill(invited, answered=invited)
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


def numbered(before: str, after: str = "") -> Concat:
    return Concat(Value(before), Cast("pk", CharField()), Value(after))


def fill(invited: "QuerySet[Invitation]", answered: "QuerySet[Any]") -> None:
    """Give each office a call and a delegate, and an answer and its fax, with words of its own.

    A fax nobody has read yet keeps reminders back.
    """
    office, cabinet = (numbered(name, "@example.org") for name in ("office", "cabinet"))
    insert_select(
        answered, Reply,
        invitation=F("pk"), answer="in_person", status="standing",
        respondent_name=numbered("Detchard "), respondent_email=office,
    )  # fmt: skip
    insert_select(
        answered, Correspondence,
        invitation=F("pk"), channel="fax", reference=numbered("MFA/"), sender=cabinet,
    )  # fmt: skip
    whom = numbered("Fritz von Tarlenheim ")
    insert_select(invited, TelephoneCall, invitation=F("pk"), outcome="reached", whom=whom)
    whose = {"edition": F("edition"), "member_state": F("member_state")}
    insert_select(invited.filter(is_principal=True), Delegation, **whose)
    coming, rupert = Delegation.objects.filter(delegates=None), numbered("Rupert Hentzau ")
    email = numbered("rupert", "@example.org")
    insert_select(coming, Delegate, delegation=F("pk"), name=rupert, email=email)
    add_predecessors(invited)


def add_predecessors(invited: "QuerySet[Invitation]") -> None:
    """Put as many ministers on file as so many invitations would have had."""
    insert_select(
        invited.annotate(part=F("pk") % NEWCOMERS).filter(part=0), Minister,
        member_state=F("member_state"), ref=Cast("pk", CharField()), language="en",
        given_name=numbered("Anton "), family_name="Bersonin",
        name_key=numbered("anton ", " bersonin"), to_emails=numbered("bersonin", "@example.org"),
        successor=F("minister"),
    )  # fmt: skip
