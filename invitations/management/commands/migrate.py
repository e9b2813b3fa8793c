from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

# The number of an advisory lock, which holds for one database; only this command takes it.
LOCK = 0x6D696772617465  # "migrate"


OURS = ("invitations", "delegations")
OTHER = (
    "Another version before 1.0 made this database (%(made)s), and no way leads from there to this"
    " one. Nothing was applied. %(begin)s"
)


def refuse_other(connection: BaseDatabaseWrapper) -> None:
    """Refuse a database that was made by first migrations other than those here.

    Django would take these for new, and fail after it has applied those of others.
    """
    ours = {one for one in MigrationRecorder(connection).applied_migrations() if one[0] in OURS}
    if others := sorted(ours - MigrationLoader(None).disk_migrations.keys()):
        made, begin = ".".join(others[0]), how_to_begin(connection)
        raise CommandError(OTHER % {"made": made, "begin": begin})


def how_to_begin(connection: BaseDatabaseWrapper) -> str:
    if connection.vendor != "sqlite":
        return "Let DATABASE_URL name an empty one."
    folder = settings.VAR_DIR
    return f"Put its folder aside, and an empty one is made: mv {folder} {folder}-before"


class Command(migrate.Command):
    """Django's migrate, on PostgreSQL one at a time: a second one waits and finds nothing to do."""

    def handle(self, *args: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        with self.alone(connection):
            refuse_other(connection)
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
