"""The road of a database that was made at the first squashed migrations, with its rows.

``squashed.*.sql.xz`` are dumps of two, one of SQLite, one of PostgreSQL: ``manage.py demo`` of that
version, all persons invented, with the beginning of its histories.
"""

import lzma
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
from django.conf import settings
from django.db import connection

from invitations.tests.databases import address_of, postgresql

VENDOR = connection.vendor
MADE = Path(__file__).with_name(f"squashed.{VENDOR}.sql.xz")
# Shipped words and forms, which a later version adds to and corrects.
SHIPPED = {
    "delegations_notice",
    *(f"invitations_{name}" for name in ("formofaddress", "lettertemplate", "rank", "term")),
}
KEYS = {"id", "code"}
# The United Arab Emirates have their formal name in Arabic since.
CORRECTED = {"invitations_memberstate": {"formal_name_ar"}}
# Notes of calls are rows of their own since.
MOVED = {"called_at", "note", "called_by_id"}
TABLES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table'",
    "postgresql": "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
}
# PostgreSQL lets no row name one that is not there, unless a migration told it not to look.
DANGLING = {
    "sqlite": "PRAGMA foreign_key_check",
    "postgresql": "SELECT conname FROM pg_constraint WHERE NOT convalidated",
}


def manage(address, *words):
    own = {"DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "wsis_forum.settings"}
    return subprocess.run(
        [sys.executable, *words],
        cwd=settings.BASE_DIR, env=os.environ | own,
        capture_output=True, text=True, timeout=300, check=True,
    ).stdout  # fmt: skip


def two_files(folder, made):
    for name in ("before", "upgraded"):
        with closing(sqlite3.connect(folder / name)) as database:
            database.executescript(made.read_text())
        yield f"sqlite:///{folder / name}"


def two_databases(made):
    before = f"wsis_forum_before{os.getenv('PYTEST_XDIST_WORKER', '')}"
    upgraded = before.replace("before", "upgraded")
    try:
        for name in (before, upgraded):
            postgresql("dropdb", "--if-exists", "--force", name)
            created = postgresql("createdb", name)
            assert created.returncode == 0, created.stderr
            read = postgresql("psql", "--quiet", "--set", "ON_ERROR_STOP=1", "--file", made, name)
            assert read.returncode == 0, read.stderr
            yield address_of(name)
    finally:
        for name in (before, upgraded):
            postgresql("dropdb", "--if-exists", "--force", name)


@pytest.fixture(scope="module")
def databases(tmp_path_factory):
    """The addresses of the database as it was, and of the upgraded one."""
    folder = tmp_path_factory.mktemp("upgrade")
    made = folder / "made.sql"
    made.write_bytes(lzma.decompress(MADE.read_bytes()))
    two = two_files(folder, made) if VENDOR == "sqlite" else two_databases(made)
    before, upgraded = next(two), next(two)
    manage(upgraded, "manage.py", "migrate", "--verbosity", "0")
    yield before, upgraded
    two.close()


@pytest.fixture
def cursors(databases):
    connect = psycopg2.connect
    if VENDOR == "sqlite":
        databases = [address.removeprefix("sqlite:///") for address in databases]
        connect = sqlite3.connect
    before, upgraded = map(connect, databases)
    with closing(before), closing(upgraded):
        yield before.cursor(), upgraded.cursor()


def asked(cursor, question):
    cursor.execute(question)
    return cursor.fetchall()


def rows(cursor, table, columns):
    named = ", ".join(f'CAST("{column}" AS text)' for column in sorted(columns))
    return asked(cursor, f'SELECT {named} FROM "{table}"')


def columns_of(cursor, table):
    asked(cursor, f'SELECT * FROM "{table}" LIMIT 0')
    return {column[0] for column in cursor.description}


def tables_of(cursor):
    ours = ("invitations_", "delegations_", "auth_user")
    return {name for (name,) in asked(cursor, TABLES[VENDOR]) if name.startswith(ours)}


def test_each_row_is_there_as_it_was(cursors):
    old, new = cursors
    assert asked(old, "SELECT count(*) FROM invitations_reply") == [(81,)]

    assert tables_of(old) <= tables_of(new)
    for table in tables_of(old):
        columns = columns_of(old, table)
        assert columns - columns_of(new, table) <= MOVED
        kept = columns & columns_of(new, table) & (columns if table not in SHIPPED else KEYS)
        kept -= CORRECTED.get(table, set())
        were, are = rows(old, table, kept), rows(new, table, kept)
        assert set(were) <= set(are), table
        if table not in SHIPPED:
            assert len(were) == len(are), table


def test_each_row_that_one_names_is_there(cursors):
    _old, new = cursors

    assert asked(new, DANGLING[VENDOR]) == []


def test_the_site_serves_it(databases):
    _before, upgraded = databases
    asked = "import django; django.setup(); from django.test import Client; c = Client()\n"
    asked += "print(c.get('/healthz', headers={'Host': 'localhost'}).status_code)\n"
    asked += "from invitations.models import Reply\n"
    asked += "print(Reply.objects.standing().count() > 0)"

    assert manage(upgraded, "-c", asked).split() == ["200", "True"]
    planned = manage(upgraded, "manage.py", "migrate", "--plan")
    assert "No planned migration operations." in planned
