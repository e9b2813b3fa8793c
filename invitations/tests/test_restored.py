"""A dump restored elsewhere, or a copied file, run by a real process of its own."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection

from invitations.dispatch import dispatch_outbox
from invitations.models import Delivery

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def run(*command, **variables):
    return subprocess.run(
        command,
        cwd=settings.BASE_DIR,
        env=os.environ | variables,
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.fixture
def copy(tmp_path):
    """Copy the test's database as it stands, and return the address of the copy."""
    if connection.vendor == "sqlite":
        yield lambda: copied_file(tmp_path / "copy.sqlite3")
        return
    name = f"copy_{uuid4().hex[:12]}"
    try:
        yield lambda: restored_dump(name, tmp_path / "dump")
    finally:
        done = postgresql("dropdb", "--if-exists", "--force", name)
        assert done.returncode == 0, done.stderr


def copied_file(path):
    with closing(sqlite3.connect(path)) as target:
        connection.connection.backup(target)
    return f"sqlite:///{path}"


def restored_dump(name, file):
    database = connection.settings_dict
    for command in (
        ("pg_dump", "--format=custom", f"--file={file}", database["NAME"]),
        ("createdb", name),
        ("pg_restore", "--exit-on-error", "--no-owner", f"--dbname={name}", str(file)),
    ):
        done = postgresql(*command)
        assert done.returncode == 0, done.stderr
    return address_of(name)


def address_of(name):
    database = connection.settings_dict
    password = f":{database['PASSWORD']}" if database["PASSWORD"] else ""
    place = f"{database['HOST'] or '127.0.0.1'}:{database['PORT'] or 5432}"
    return f"postgres://{database['USER']}{password}@{place}/{name}"


def postgresql(program, *arguments):
    database = connection.settings_dict
    return run(
        program,
        *arguments,
        PGHOST=database["HOST"] or "127.0.0.1",
        PGPORT=str(database["PORT"] or 5432),
        PGUSER=database["USER"],
        PGPASSWORD=database["PASSWORD"],
    )


@pytest.fixture
def manage(peer, copy):
    """Run a command of ``manage.py`` on a copy, with the same mail server and files."""

    def command(url, name, **variables):
        return run(
            sys.executable,
            "manage.py",
            name,
            DATABASE_URL=url,
            EMAIL_URL=f"smtp://127.0.0.1:{peer.port}/",
            **variables,
        )

    return command


@pytest.mark.parametrize("deployment", ["tests", "restored"])
def test_a_copy_sends_nothing_whatever_its_environment_says(peer, queued, copy, manage, deployment):
    delivery = queued()
    url = copy()

    done = manage(url, "dispatch_outbox", DEPLOYMENT=deployment)

    assert (done.returncode, done.stdout) == (1, "")
    assert "this is a copy" in done.stderr
    assert peer.taken == []
    # Where it was armed, the same delivery leaves.
    assert dispatch_outbox() == 1
    assert [taken.addresses for taken in peer.taken] == [[delivery.address]]


def test_a_copy_that_takes_the_place_is_armed_by_a_person(peer, queued, copy, manage):
    delivery = queued()
    url = copy()

    armed = manage(url, "arm_sending")
    sent = manage(url, "dispatch_outbox")

    assert "Sending is armed for tests" in armed.stdout, armed.stderr
    assert "1 deliveries handed over" in sent.stdout, sent.stderr
    assert [taken.addresses for taken in peer.taken] == [[delivery.address]]
    assert Delivery.objects.get().state == Delivery.State.QUEUED
