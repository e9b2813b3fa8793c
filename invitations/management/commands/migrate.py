from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

# The number of an advisory lock, which holds for one database; only this command takes it.
LOCK = 0x6D696772617465  # "migrate"


class Command(migrate.Command):
    """Django's migrate, on PostgreSQL one at a time: a second one waits and finds nothing to do."""

    def handle(self, *args: Any, **options: Any) -> None:
        with self.alone(connections[options["database"]]):
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
