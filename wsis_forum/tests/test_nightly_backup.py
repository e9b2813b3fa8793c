"""Each night a backup: the oldest goes once the new one is whole, and who watches sees its age."""

import os
import pwd
import re
import signal
import struct
import subprocess
import time
from contextlib import contextmanager, suppress
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from delegations.desk.binder.closing import closed
from invitations.tests.databases import address_of, run
from invitations.tests.factories import InvitationFactory
from invitations.tests.gnupg import opened, pair_of_keys
from scripts.peers.ports import listening
from scripts.peers.programs import wait_until
from wsis_forum.health import backup_is_missing, seconds_since_backup
from wsis_forum.tests import restored
from wsis_forum.tests.restored import rows_of

pytestmark = pytest.mark.program

NIGHTLY = settings.BASE_DIR / "deploy/nightly-backup"
AWAY = "postgres://nobody@127.0.0.1:9/nothing"
HOUR = 3600
needs_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="The scripts are PostgreSQL's."
)


@pytest.fixture
def private(tmp_path):
    """The private key; the public one lies in the folder of keys."""
    (tmp_path / "keys").mkdir()
    with pair_of_keys(tmp_path) as (public, private):
        public.rename(tmp_path / "keys/first")
        yield private


@pytest.fixture
def backups(tmp_path, settings):
    settings.VAR_DIR = tmp_path
    (tmp_path / "backups").mkdir()
    return tmp_path / "backups"


def of_night(backups, day, size=1):
    file = backups / f"backup-{day}T033000Z"
    file.touch()
    os.truncate(file, size)
    return file.name


def command(backups, number=14):
    return [NIGHTLY, backups.parent / "keys", backups, str(number)]


def written(backups, number=14, address=AWAY):
    return run(*command(backups, number), **variables(address))


def variables(address):
    Path(settings.MEDIA_ROOT).mkdir(parents=True, exist_ok=True)
    return {"DATABASE_URL": address, "STORAGE_URL": settings.MEDIA_ROOT.as_uri()}


@contextmanager
def being_written(backups):
    """One that has begun, and waits for a database that says nothing; in the end it is killed."""
    with listening() as silent:
        silent.listen()
        address = AWAY.replace(":9/", f":{silent.getsockname()[1]}/")
        begun = subprocess.Popen(
            command(backups), env=os.environ | variables(address), start_new_session=True
        )
        wait_until(lambda: names(backups), "it has begun")
        try:
            yield
        finally:
            os.killpg(begun.pid, signal.SIGKILL)
            begun.wait()
            wait_until(lambda: is_free(backups), "all of its programs have ended")


def is_free(backups):
    return run("flock", "--nonblock", backups, "true").returncode == 0


def here():
    return address_of(connection.settings_dict["NAME"])


def names(backups):
    return sorted(file.name for file in backups.iterdir())


@pytest.fixture
def empty_database():
    with restored.empty_database() as address:
        yield address


# What is written, and what is removed


@needs_postgresql
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_night_adds_a_backup_that_opens_and_the_oldest_goes(
    private, backups, empty_database, tmp_path
):
    InvitationFactory()
    _oldest, *kept = (of_night(backups, f"2020-02-0{day}") for day in range(1, 5))

    made = written(backups, number=4, address=here())

    assert made.returncode == 0, made.stderr
    (tonight,) = set(names(backups)) - {*kept}
    assert f"{tonight}, {(backups / tonight).stat().st_size} bytes" in made.stdout
    assert len(names(backups)) == 4
    read = run(settings.BASE_DIR / "deploy/restore", private, backups / tonight, empty_database,
               tmp_path / "restored")  # fmt: skip
    assert read.returncode == 0, read.stderr
    assert rows_of(empty_database) == rows_of(here())
    assert seconds_since_backup(timezone.now()) < HOUR


@needs_postgresql
@pytest.mark.django_db(transaction=True)
def test_what_a_clock_that_ran_ahead_has_written_takes_nobodys_place(private, backups):
    _oldest, last = of_night(backups, "2020-02-01"), of_night(backups, "2020-02-02")
    ahead = of_night(backups, "2099-01-01")

    made = written(backups, number=2, address=here())

    assert made.returncode == 0, made.stderr
    (_tonight,) = set(names(backups)) - {last, ahead}
    assert len(names(backups)) == 3


def test_a_night_that_fails_removes_nothing_and_leaves_nothing(private, backups):
    old = [of_night(backups, f"2020-02-0{day}") for day in range(1, 5)]

    failed = written(backups, number=1)

    assert failed.returncode != 0
    assert "Connection refused" in failed.stderr
    assert names(backups) == old


@pytest.mark.parametrize("kind", ["none", "private", "two in one file", "unreadable"])
def test_a_file_that_is_not_one_public_key_stops_the_backup(private, backups, kind):
    first, second = backups.parent / "keys/first", backups.parent / "keys/second"
    if kind == "unreadable":
        second.mkdir()
    else:
        public = first.read_bytes()
        files = {"none": b"no key", "private": private.read_bytes(), "two in one file": public * 2}
        second.write_bytes(files[kind])

    failed = written(backups)

    assert failed.returncode != 0
    assert f"{second} is not one public key" in failed.stderr
    assert names(backups) == []


def test_without_a_key_none_is_written(backups):
    (backups.parent / "keys").mkdir()

    failed = written(backups)

    assert (failed.returncode, names(backups)) == (1, [])
    assert "there is no public key" in failed.stderr


@pytest.mark.parametrize("others", [[], ["2020-01-01", "2099-01-01"]])
def test_a_disk_without_room_is_left_to_the_database(private, backups, others):
    of_night(backups, "2020-02-01", size=4 * 10**12)
    for day in others:
        of_night(backups, day)
    before = names(backups)

    failed = written(backups)

    assert (failed.returncode, names(backups)) == (1, before)
    assert "bytes left" in failed.stderr


def test_a_disk_that_is_not_mounted_is_named(private, backups):
    backups.rmdir()
    backups.symlink_to(backups.parent / "disk/backups")

    failed = written(backups)

    assert failed.returncode == 1
    assert "is its disk there?" in failed.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="Only root may go on as somebody else.")
def test_a_disk_that_still_belongs_to_root_is_told(open_to_all):
    for name in ("keys", "backups"):
        (open_to_all / name).mkdir()
    (open_to_all / "keys/first").write_text("a key")
    script = open_to_all / NIGHTLY.name
    script.write_bytes(NIGHTLY.read_bytes())
    script.chmod(0o755)

    failed = run("setpriv", "--reuid", "nobody", "--clear-groups", script,
                 *command(open_to_all / "backups")[1:])  # fmt: skip

    assert failed.returncode == 1
    assert "nobody may not write into" in failed.stderr


@needs_postgresql
@pytest.mark.django_db(transaction=True)
def test_one_that_can_be_written_no_further_leaves_nothing_and_the_older_ones(private, backups):
    old = of_night(backups, "2020-02-01")
    words = " ".join(str(word) for word in command(backups, number=1))

    failed = run("bash", "-c", f"ulimit -f 8; {words}", **variables(here()))

    assert failed.returncode != 0
    assert "File size limit exceeded" in failed.stderr
    assert names(backups) == [old]


# Two at once, and one that was killed


def test_while_one_is_written_no_other_begins(private, backups):
    with being_written(backups):
        (of_the_first,) = names(backups)

        second = written(backups)

        assert second.returncode == 1
        assert "another one is being written" in second.stderr
        assert names(backups) == [of_the_first]


@needs_postgresql
@pytest.mark.django_db(transaction=True)
def test_what_one_that_was_killed_has_left_is_removed_by_the_next(private, backups):
    with being_written(backups):
        pass
    (left,) = names(backups)

    made = written(backups, address=here())

    assert made.returncode == 0, made.stderr
    assert len(names(backups)) == 1
    assert left not in names(backups)


# The database's password


@contextmanager
def asked_for_its_password(backups, address):
    """One that has begun: the lines of its programs, and what it tells a database that asks."""
    with listening() as server:
        place = variables(address.format(port=server.getsockname()[1]))
        begun = subprocess.Popen(command(backups), env=os.environ | place, start_new_session=True)
        line, _address = server.accept()
        try:
            # What it asks first is whether there is TLS.
            line.recv(8)
            line.sendall(b"N")
            line.recv(1000)
            programs = lines_of_programs()
            line.sendall(struct.pack("!cii", b"R", 8, 3))
            yield programs, line.recv(1000)[5:].rstrip(b"\0").decode()
        finally:
            line.close()
            begun.wait()


def lines_of_programs():
    lines = []
    for line in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(FileNotFoundError, ProcessLookupError):
            lines.append(line.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
    return "\n".join(lines)


def test_the_databases_password_stands_in_the_line_of_no_program(private, backups):
    address = "postgres://clerk:s%3Acret%40of\\the%20house@127.0.0.1:{port}/forum"

    with asked_for_its_password(backups, address) as (programs, password):
        assert "pg_dump --format custom postgres://clerk@127.0.0.1" in programs
        assert "s%3Acret" not in programs
        assert password == "s:cret@of\\the house"


# The keys


@pytest.mark.parametrize("page", ["deploy", "records"])
def test_a_pair_made_as_the_page_says_opens_what_is_encrypted_for_it(tmp_path, page):
    told = (settings.BASE_DIR / f"docs/{page}.md").read_text()
    made = re.findall(r"^    gpg (--quick-generate-key .*|--output \w+ --export .*)$", told, re.M)
    gpg = ["gpg", "--batch", "--quiet", "--homedir", tmp_path / "home", "--passphrase", ""]
    (tmp_path / "home").mkdir(mode=0o700)
    for line in made:
        done = subprocess.run([*gpg, *line.split()], cwd=tmp_path, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr

    (public,) = (file for file in tmp_path.iterdir() if file.is_file())
    assert opened(tmp_path, closed(b"A letter", str(public))) == b"A letter"
    subprocess.run(["gpgconf", "--homedir", tmp_path / "home", "--kill", "gpg-agent"], check=True)


# Who watches


def age(backups, name, hours):
    at = time.time() - hours * HOUR
    os.utime(backups / name, (at, at))


def test_the_youngest_backup_counts_and_none_of_the_future(backups):
    age(backups, of_night(backups, "2020-02-01"), hours=50)
    age(backups, of_night(backups, "2020-02-02"), hours=25)
    age(backups, of_night(backups, "2099-01-01"), hours=-10_000)

    assert 25 * HOUR <= seconds_since_backup(timezone.now()) < 25 * HOUR + 60


@pytest.mark.parametrize(("hours", "missing"), [(25, False), (27, True)])
def test_a_night_without_a_backup_is_told(backups, hours, missing):
    age(backups, of_night(backups, "2020-02-01"), hours)

    assert backup_is_missing(timezone.now()) is missing


def test_backups_of_which_none_was_ever_written_are_told(private, backups):
    written(backups)

    assert seconds_since_backup(timezone.now()) == inf
    assert backup_is_missing(timezone.now())


def test_a_host_that_writes_none_tells_nothing_by_itself(backups):
    backups.rmdir()

    assert seconds_since_backup(timezone.now()) == inf
    assert not backup_is_missing(timezone.now())


def test_a_disk_of_backups_that_is_not_mounted_is_told(backups):
    backups.rmdir()
    backups.symlink_to(backups.parent / "disk/backups")

    assert seconds_since_backup(timezone.now()) == inf
    assert backup_is_missing(timezone.now())


@pytest.mark.parametrize(
    ("hidden", "mode"), [("disk", 0o000), ("disk/backups", 0o000), ("disk/backups", 0o400)]
)
def test_backups_that_the_site_cannot_look_at_are_told(open_to_all, settings, hidden, mode):
    settings.VAR_DIR = open_to_all
    (open_to_all / "disk/backups").mkdir(parents=True)
    (open_to_all / "backups").symlink_to("disk/backups")
    of_night(open_to_all / "backups", "2020-02-01")

    (open_to_all / hidden).chmod(mode)

    with as_nobody():
        told = seconds_since_backup(timezone.now()), backup_is_missing(timezone.now())

    assert told == (inf, True)


@pytest.fixture
def open_to_all():
    """A folder as tmp_path, but that any user may come in."""
    with TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)
        for folder in Path(name).glob("disk/**"):
            folder.chmod(0o700)


@contextmanager
def as_nobody():
    """Root may look at everything; who is not root, stays."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(pwd.getpwnam("nobody").pw_uid)
    try:
        yield
    finally:
        os.seteuid(before)


@pytest.mark.django_db
def test_a_night_without_a_backup_stands_in_the_probe(backups, client, settings):
    settings.METRICS_TOKEN = "of-this-test-alone"
    bearer = {"headers": {"Authorization": "Bearer of-this-test-alone"}}
    without = client.get("/healthz", **bearer).content.decode().splitlines()
    of_night(backups, "2020-02-01")

    told = client.get("/healthz", **bearer).content.decode().splitlines()

    assert "backup" in without
    assert "backup" not in told
