from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.commands import migrate
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

# Of one database, and of this command alone.
LOCK = 0x6D696772617465  # "migrate"


class Command(migrate.Command):
    """On PostgreSQL one at a time: of two at once, the second finds nothing to do."""

    def handle(self, *args: Any, **options: Any) -> None:
        with self.alone(connections[options["database"]]):
            super().handle(*args, **options)

    @contextmanager
    def alone(self, connection: BaseDatabaseWrapper) -> Iterator[None]:
        if connection.vendor != "postgresql":
            yield
            return
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
            if cursor.fetchone() == (False,):
                self.stderr.write("Another migrate is at work on this database: waiting for it.")
                cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        try:
            yield
        finally:
            # Where the connection is lost, so is the lock.
            if connection.is_usable():
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
