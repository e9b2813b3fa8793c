from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

# The number of an advisory lock, which holds for one database; only this command takes it.
LOCK = 0x6D696772617465  # "migrate"


OURS = ("invitations", "delegations")
OLDER = (
    "This database is older than the squashed migrations: it lacks %(lacking)s. Nothing was"
    " applied. Bring it there first by migrate of the last version before, commit %(commit)s."
)
# The last version that has the migrations which were squashed.
BEFORE = "093db0d5ca80"


def refuse_older(connection: BaseDatabaseWrapper) -> None:
    """Refuse a database that has some of our migrations, but not all that were squashed.

    Django would take the squashed ones for new, and fail after it has applied those of others.
    """
    applied = set(MigrationRecorder(connection).applied_migrations())
    for (app, _name), squashed in MigrationLoader(None).replacements.items():
        is_new = not any(known == app for known, _name in applied)
        lacking = sorted(set(squashed.replaces) - applied)
        if app in OURS and lacking and not is_new:
            named = {"lacking": ".".join(lacking[-1]), "commit": BEFORE}
            raise CommandError(OLDER % named)


class Command(migrate.Command):
    """Django's migrate, on PostgreSQL one at a time: a second one waits and finds nothing to do."""

    def handle(self, *args: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        with self.alone(connection):
            refuse_older(connection)
            super().handle(*args, **options)

    @contextmanager
    def alone(self, connection: BaseDatabaseWrapper) -> Iterator[None]:
        if connection.vendor != "postgresql":
            yield
            return
        if connection.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS"):
            raise CommandError(
                "A pooler would give the lock to another connection: let DATABASE_URL name "
                "PostgreSQL itself for this command, without pooled=yes."
            )
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
            if cursor.fetchone() == (False,):
                self.stderr.write("Another migrate is at work on this database: waiting for it.")
                cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        try:
            yield
        finally:
            # With a lost connection the lock is gone too.
            if connection.is_usable():
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
