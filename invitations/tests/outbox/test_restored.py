"""A dump restored elsewhere or in place, a physical copy, a copied file, by a real process."""

import os
import shutil
import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.db import connection

from invitations.models import Delivery
from invitations.outbox.dispatch import dispatch_outbox
from invitations.tests.databases import address_of, postgresql, run
from scripts.peers.ports import free_port
from scripts.peers.servers import PostgreSQL, ProgramMissing
from wsis_forum.tests.shipped_rows import KEPT

pytestmark = [
    pytest.mark.program,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]


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


def restored_dump(name, file, **server):
    """Restore a dump of the test's database, beside it or on another server."""
    database = connection.settings_dict
    done = postgresql("pg_dump", "--format=custom", f"--file={file}", database["NAME"])
    assert done.returncode == 0, done.stderr
    for command in (
        ("createdb", name),
        ("pg_restore", "--exit-on-error", "--no-owner", f"--dbname={name}", str(file)),
    ):
        done = postgresql(*command, **server)
        assert done.returncode == 0, done.stderr
    return address_of(name)


@pytest.fixture
def manage(peer, settings):
    """Run a command of ``manage.py`` on a database, with the same mail server, files and key."""

    def command(url, *words, **variables):
        here = {
            "DATABASE_URL": url,
            "EMAIL_URL": f"smtp://127.0.0.1:{peer.port}/",
            "ARMING_KEY": settings.ARMING_KEY,
        }
        return run(sys.executable, "manage.py", *words, **here | variables)

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
    said, key = armed.stdout.splitlines()
    sent = manage(url, "dispatch_outbox", ARMING_KEY=key)

    assert "Sending is armed for tests" in said, armed.stderr
    assert "1 delivery handed over" in sent.stdout, sent.stderr
    assert [taken.addresses for taken in peer.taken] == [[delivery.address]]
    assert Delivery.objects.get().state == Delivery.State.QUEUED


@pytest.fixture
def cluster():
    """Two places for clusters of the test's own, the first of which runs."""
    if connection.vendor != "postgresql":
        pytest.skip("A physical copy needs PostgreSQL: set DATABASE_URL to one.")
    folder, running = Path(tempfile.mkdtemp(prefix="wsis-forum-clusters-")), []
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    try:
        running.append(PostgreSQL(folder / "original"))
        running.append(PostgreSQL(folder / "copy", free_port()))
        yield running
    except ProgramMissing as missing:
        pytest.skip(str(missing))
    finally:
        for server in running:
            if (server.folder / "postmaster.pid").exists():
                server.stop("immediate")
        shutil.rmtree(folder)


def test_a_physical_copy_without_the_key_of_its_hosts_sends_nothing(
    peer, queued, cluster, manage, tmp_path
):
    delivery, (original, copied) = queued(), cluster
    restored_dump("forum", tmp_path / "dump", PGPORT=str(original.port), PGUSER="postgres")
    first, second = (
        f"postgres://postgres@127.0.0.1:{server.port}/forum" for server in (original, copied)
    )
    _said, key = manage(first, "arm_sending").stdout.splitlines()
    place = ["--host", "127.0.0.1", "--port", str(original.port), "--username", "postgres"]
    copied.call("pg_basebackup", *place, "--checkpoint", "fast")
    copied.start()

    without = manage(second, "dispatch_outbox", ARMING_KEY="")
    wrong = manage(second, "dispatch_outbox", ARMING_KEY="0" * 48)

    assert (without.returncode, without.stdout) == (wrong.returncode, wrong.stdout) == (1, "")
    assert "this host has no ARMING_KEY" in without.stderr
    assert "is not the one" in wrong.stderr
    assert peer.taken == []
    # Where it was armed, the same delivery leaves.
    sent = manage(first, "dispatch_outbox", ARMING_KEY=key)
    assert "1 delivery handed over" in sent.stdout, sent.stderr
    assert [taken.addresses for taken in peer.taken] == [[delivery.address]]


@pytest.fixture(scope="module")
def earlier(tmp_path_factory, django_db_setup):
    """A database in a file, armed by an earlier version: without a key."""
    path = tmp_path_factory.mktemp("earlier") / "forum.sqlite3"
    if KEPT.exists():
        shutil.copy(KEPT, path)
    else:
        migrate = [sys.executable, "manage.py", "migrate"]
        assert run(*migrate, DATABASE_URL=f"sqlite:///{path}").returncode == 0
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(
            "INSERT INTO invitations_arming (id, deployment, database, key_sha256, armed_at,"
            " batches) VALUES (1, 'last', 'x', '', '2020-03-01', 0)"
        )
    return path


def test_a_database_armed_by_an_earlier_version_says_what_to_run(manage, earlier):
    done = manage(f"sqlite:///{earlier}", "dispatch_outbox")

    assert (done.returncode, done.stdout) == (1, "")
    assert "armed by an earlier version" in done.stderr
    assert "manage.py arm_sending" in done.stderr


def test_a_copy_in_the_place_of_the_file_sends_nothing_though_it_has_the_key(
    manage, earlier, tmp_path
):
    original, elsewhere = tmp_path / "forum.sqlite3", tmp_path / "elsewhere.sqlite3"
    shutil.copy(earlier, original)
    url = f"sqlite:///{original}"
    _said, key = manage(url, "arm_sending").stdout.splitlines()
    original.rename(elsewhere)
    shutil.copy(elsewhere, original)

    copied = manage(url, "dispatch_outbox", ARMING_KEY=key)

    assert (copied.returncode, copied.stdout) == (1, "")
    assert "this is a copy" in copied.stderr
    # Put back in its place, the file that was armed may send, and so it may after a VACUUM.
    elsewhere.replace(original)
    with closing(sqlite3.connect(original)) as database:
        database.execute("VACUUM")
    sent = manage(url, "dispatch_outbox", ARMING_KEY=key)
    assert "0 deliveries handed over" in sent.stdout, sent.stderr


# In place


def backed_up(url, folder):
    """Back up the database at ``url``; return what puts it back in the same place."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        # Written over, a file keeps its inode.
        live, backup = Path(parts.path), folder / "backup.sqlite3"
        shutil.copyfile(live, backup)
        return lambda: shutil.copyfile(backup, live)
    name, file = parts.path[1:], str(folder / "backup")
    done = postgresql("pg_dump", "--format=custom", f"--file={file}", name)
    assert done.returncode == 0, done.stderr

    def put_back():
        done = postgresql("pg_restore", "--clean", "--if-exists", f"--dbname={name}", file)
        assert done.returncode == 0, done.stderr

    return put_back


def test_a_backup_put_back_in_place_sends_nothing_again(peer, queued, copy, manage, tmp_path):
    for _number in range(3):
        queued()
    url = copy()
    _said, key = manage(url, "arm_sending").stdout.splitlines()
    put_back = backed_up(url, tmp_path)
    assert "3 deliveries" in manage(url, "dispatch_outbox", ARMING_KEY=key).stdout

    put_back()
    again = manage(url, "dispatch_outbox", ARMING_KEY=key)

    assert (again.returncode, again.stdout, len(peer.taken)) == (1, "", 3)
    assert "was put back as it was earlier" in again.stderr
    # A person who has looked at what would leave arms it: the way out is one command.
    armed = manage(url, "arm_sending", "--by", "Fritz von Tarlenheim")
    key = armed.stdout.splitlines()[1]
    assert "3 deliveries" in manage(url, "dispatch_outbox", ARMING_KEY=key).stdout
