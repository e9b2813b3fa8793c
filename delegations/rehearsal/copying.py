"""Copy what a rehearsal begins with; what left, came in or was counted stays behind.

The database in force is read as it is at one moment, and nothing is written to it.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.apps import apps
from django.contrib.auth.models import User
from django.core import serializers
from django.core.management.sql import emit_post_migrate_signal
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction
from django.utils import translation

from delegations.models import HighLevelSession
from invitations.links import new_link
from invitations.models import (
    Circular,
    DateChange,
    FormOfAddress,
    ForumEdition,
    HeldChange,
    Invitation,
    LetterTemplate,
    MemberState,
    Minister,
    Mission,
    QuietPeriod,
    Rank,
    ReminderStep,
    SessionHours,
    Term,
)

Rows = models.QuerySet[Any]
# What waits for a second person comes last: what is loaded before it makes rows of the kind.
COPIED: dict[type[models.Model], Callable[[Rows, ForumEdition], Rows]] = {
    User: lambda rows, _edition: rows,
    ForumEdition: lambda rows, edition: rows.filter(pk=edition.pk),
    QuietPeriod: lambda rows, edition: rows.filter(edition=edition),
    MemberState: lambda rows, _edition: rows,
    Mission: lambda rows, _edition: rows,
    Rank: lambda rows, _edition: rows,
    FormOfAddress: lambda rows, _edition: rows,
    Minister: lambda rows, _edition: rows,
    LetterTemplate: lambda rows, _edition: rows,
    Term: lambda rows, _edition: rows,
    ReminderStep: lambda rows, edition: rows.filter(edition=edition),
    # The letters of a rehearsal name the dates in force: no office reads there that they moved.
    Circular: lambda rows, edition: rows.filter(edition=edition).exclude(
        pk__in=DateChange.objects.filter(notice__isnull=False).values("notice")
    ),
    SessionHours: lambda rows, edition: rows.filter(edition=edition),
    HighLevelSession: lambda rows, edition: rows.filter(edition=edition),
    Invitation: lambda rows, edition: rows.filter(edition=edition).exclude(status="withdrawn"),
    HeldChange: lambda rows, _edition: rows,
}
# Of a person with an account the copy has the name alone, which approvals refer to.
COLUMNS: dict[type[models.Model], list[str]] = {User: ["username", "is_active", "is_staff"]}
# Everything is to happen once more: a letter that left is a draft again, and none to come is older
# than a move of dates.
SET_BACK: dict[type[models.Model], dict[str, Any]] = {
    ForumEdition: {"moved_at": None},
    Invitation: {"status": Invitation.Status.DRAFT, "issued_at": None},
    Circular: {"original_scan": "", "chosen": []},
    HeldChange: {"letters": []},
}


def write_copy(edition: ForumEdition, path: Path) -> None:
    """Write what the edition's rehearsal begins with into the file."""
    with as_of_one_moment(), translation.override("en"):
        rows = [row for model in COPIED for row in copied_rows(model, edition)]
    path.write_text(json.dumps(rows, cls=DjangoJSONEncoder), encoding="utf-8")


def copied_rows(model: type[models.Model], edition: ForumEdition) -> list[dict[str, Any]]:
    rows = serializers.serialize(
        "python",
        COPIED[model](model._base_manager.order_by("pk"), edition),
        fields=COLUMNS.get(model),
        use_natural_foreign_keys=True,
    )
    set_back = SET_BACK.get(model, {})
    return [{**row, "fields": row["fields"] | set_back} for row in rows]


@contextmanager
def as_of_one_moment() -> Iterator[None]:
    """Let all that is read be as it was when the block began; PostgreSQL refuses any writing."""
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        if is_outermost and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


def make_tables() -> None:
    """Make the empty tables of the copy, as the models of this version say.

    To migrate would take longer, step by step, and load rows that the copy replaces.
    """
    with connection.schema_editor() as schema:
        for model in apps.get_models():
            if model._meta.can_migrate(connection):
                schema.create_model(model)
    emit_post_migrate_signal(verbosity=0, interactive=False, db=connection.alias)


def load_copy(path: Path) -> ForumEdition:
    """Load the file into the empty database of the copy, with links that nobody has seen."""
    rows = json.loads(path.read_text(encoding="utf-8"))
    held = HeldChange._meta.label_lower
    with translation.override("en"), connection.constraint_checks_disabled(), transaction.atomic():
        load([row for row in rows if row["model"] != held])
        HeldChange.objects.all().delete()
        load([row for row in rows if row["model"] == held])
        for invitation in Invitation.objects.order_by("pk"):
            new_link(invitation).save()
    connection.check_constraints()
    return ForumEdition.objects.get()


def load(rows: list[dict[str, Any]]) -> None:
    for row in serializers.deserialize("python", rows):
        row.save()
