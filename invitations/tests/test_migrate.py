"""Two deployments of one release that start at the same moment, on one empty database."""

import os
import subprocess
import sys
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from invitations.management.commands.migrate import LOCK
from invitations.tests.databases import address_of, postgresql

pytestmark = [
    pytest.mark.program,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql",
        reason="Two migrate at once need PostgreSQL: set DATABASE_URL.",
    ),
]


@pytest.fixture
def empty():
    name = f"empty_{uuid4().hex[:12]}"
    for program, *more in (["createdb"], ["dropdb", "--if-exists", "--force"]):
        done = postgresql(program, *more, name)
        assert done.returncode == 0, done.stderr
        if program == "createdb":
            yield address_of(name)


def migrate(url):
    return subprocess.Popen(
        [sys.executable, "manage.py", "migrate"],
        cwd=settings.BASE_DIR, env=os.environ | {"DATABASE_URL": url}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def test_of_two_migrate_at_once_the_second_finds_nothing_to_do(empty):
    both = [migrate(empty), migrate(empty)]
    told = [process.communicate(timeout=300) for process in both]

    assert [process.returncode for process in both] == [0, 0], told
    assert sorted("No migrations to apply." in out for out, _err in told) == [False, True]
    assert sorted("waiting for it" in err for _out, err in told) == [False, True]


def test_migrate_leaves_no_lock_behind(capsys):
    call_command("migrate", verbosity=0)

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        assert cursor.fetchone() == (True,)
        cursor.execute("SELECT pg_advisory_unlock(%s), pg_advisory_unlock(%s)", [LOCK, LOCK])
        assert cursor.fetchone() == (True, False), "a session counts how often it locked"
