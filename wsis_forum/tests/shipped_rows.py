"""The tables with which each test begins: made once in a run, and whole again once emptied."""

import fcntl
import io
import sqlite3
from contextlib import closing, suppress
from functools import partial

import pytest
from django.apps import apps
from django.core.management.color import no_style
from django.db import IntegrityError, connection, transaction
from django.test import TransactionTestCase

from conftest import RUN
from invitations.management.commands import migrate

KEPT = RUN / "shipped.sqlite3"


@pytest.fixture(scope="session")
def django_db_setup(request, django_db_blocker):
    """Make the tables, and let each test that commits leave them as they were made.

    So tests may come in any order, and none has to bring the shipped rows back before it begins.
    """
    with pytest.MonkeyPatch.context() as patch:
        # Django would write all rows down here, and read them again before each such test.
        patch.setattr(connection.creation, "serialize_db_to_string", lambda: "[]")
        if connection.vendor == "sqlite":
            patch.setattr(migrate.Command, "handle", migrated_once(migrate.Command.handle))
        request.getfixturevalue("django_db_setup")
    with pytest.MonkeyPatch.context() as patch:
        with django_db_blocker.unblock():
            bring_back = take_kept if KEPT.exists() else partial(bring_rows_back, rows_now())
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda test: bring_back())
        yield


def migrated_once(migrate_all):
    """Migrate, or take the tables that another process of this run has migrated."""

    def handle(command, *args, **options):
        with KEPT.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if KEPT.exists():
                take_kept()
                return
            migrate_all(command, *args, **options)
            with closing(sqlite3.connect(KEPT)) as kept:
                connection.connection.backup(kept)

    return handle


def take_kept():
    """Replace the whole database, which stands in memory, by the one that is kept."""
    connection.ensure_connection()
    with closing(sqlite3.connect(KEPT)) as kept:
        kept.backup(connection.connection)


def rows_now():
    """Return the rows of each table, as PostgreSQL copies them."""
    rows = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.django_table_names(only_existing=True):
            cursor.copy_expert(f'COPY "{table}" TO STDOUT', lines := io.StringIO())
            rows[table] = lines.getvalue()
    return rows


def bring_rows_back(rows):
    """Fill the tables again, once more where a server that the test started still wrote."""
    for _again in range(4):
        with suppress(IntegrityError):
            return fill_again(rows)
    return fill_again(rows)


def fill_again(rows):
    """Fill each table in which other rows stand now with these again.

    To truncate them all writes the files of each table and index anew, and waits for the disk.
    """
    now = rows_now()
    changed = {table: lines for table, lines in rows.items() if now[table] != lines}
    # Rows may refer to each other: foreign keys are looked at when all are back.
    with transaction.atomic(), connection.cursor() as cursor:
        for table in changed:
            cursor.execute(f'DELETE FROM "{table}"')
        for table, lines in changed.items():
            cursor.copy_expert(f'COPY "{table}" FROM STDIN', io.StringIO(lines))
        # Serials go on after the keys of these rows, whatever was drawn meanwhile.
        models = apps.get_models(include_auto_created=True)
        cursor.execute("".join(connection.ops.sequence_reset_sql(no_style(), models)))
