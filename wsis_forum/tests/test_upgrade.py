"""The road of a database that was made at the first squashed migrations, with its rows.

``squashed.sql.xz`` is the dump of one: ``manage.py demo`` of that version, all persons invented,
with the beginning of its histories.
"""

import lzma
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from django.conf import settings

MADE = Path(__file__).with_name("squashed.sql.xz")
# Shipped words and forms, which a later version adds to and corrects.
SHIPPED = {f"invitations_{name}" for name in ("formofaddress", "lettertemplate", "rank", "term")}
# Notes of calls are rows of their own since.
MOVED = {"called_at", "note", "called_by_id"}


def manage(database, *words):
    own = {"DATABASE_URL": f"sqlite:///{database}", "DJANGO_SETTINGS_MODULE": "wsis_forum.settings"}
    return subprocess.run(
        [sys.executable, *words],
        cwd=settings.BASE_DIR, env=os.environ | own,
        capture_output=True, text=True, timeout=300, check=True,
    ).stdout  # fmt: skip


@pytest.fixture(scope="module")
def before(tmp_path_factory):
    """The database as it was; the upgraded one lies beside it."""
    folder = tmp_path_factory.mktemp("upgrade")
    for name in ("before", "upgraded"):
        with closing(sqlite3.connect(folder / name)) as database:
            database.executescript(lzma.decompress(MADE.read_bytes()).decode())
    manage(folder / "upgraded", "manage.py", "migrate", "--verbosity", "0")
    return folder / "before"


def rows(database, table, columns):
    named = ", ".join(f'"{column}"' for column in sorted(columns))
    return set(database.execute(f'SELECT {named} FROM "{table}"'))


def columns_of(database, table):
    return {row[1] for row in database.execute(f'PRAGMA table_info("{table}")')}


def tables_of(database):
    found = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    ours = ("invitations_", "delegations_", "auth_user")
    return {name for (name,) in found if name.startswith(ours)}


def test_each_row_is_there_as_it_was(before):
    with (
        closing(sqlite3.connect(before)) as old,
        closing(sqlite3.connect(before.with_name("upgraded"))) as new,
    ):
        assert old.execute("SELECT count(*) FROM invitations_reply").fetchone() == (81,)
        assert tables_of(old) <= tables_of(new)
        for table in tables_of(old):
            columns = columns_of(old, table)
            assert columns - columns_of(new, table) <= MOVED
            kept = (columns & columns_of(new, table)) if table not in SHIPPED else {"id"}
            assert rows(old, table, kept) <= rows(new, table, kept), table
            if table not in SHIPPED:
                assert len(rows(old, table, {"rowid"})) == len(rows(new, table, {"rowid"})), table
        assert new.execute("PRAGMA foreign_key_check").fetchall() == []


def test_the_site_serves_it(before):
    asked = "import django; django.setup(); from django.test import Client; c = Client()\n"
    asked += "print(c.get('/healthz', headers={'Host': 'localhost'}).status_code)\n"
    asked += "from invitations.models import Reply\n"
    asked += "print(Reply.objects.standing().count() > 0)"

    assert manage(before.with_name("upgraded"), "-c", asked).split() == ["200", "True"]
    planned = manage(before.with_name("upgraded"), "manage.py", "migrate", "--plan")
    assert "No planned migration operations." in planned
