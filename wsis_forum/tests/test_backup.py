"""What deploy/backup writes, deploy/restore reads: every row and every file, into another place."""

import os
import subprocess
import sys
import tarfile
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg2
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone

from invitations.files.frozen import freeze
from invitations.models import Outage, Reply
from invitations.outbox.arming import arm, reason_sending_is_off
from invitations.tests import seals
from invitations.tests.databases import address_of, postgresql, run
from invitations.tests.factories import (
    DeliveryFactory,
    InvitationFactory,
    LetterFactory,
    ReplyFactory,
    UserFactory,
)
from invitations.tests.gnupg import opened, pair_of_keys
from scripts.peers.disks import small_disk
from scripts.peers.programs import wait_until
from wsis_forum.env import Mailbox
from wsis_forum.tests import power, restored
from wsis_forum.tests.restored import name_beside, rows_of
from wsis_forum.tests.running import started

pytestmark = [
    pytest.mark.program,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="The scripts are PostgreSQL's."),
]
DEPLOY = settings.BASE_DIR / "deploy"


@pytest.fixture
def keys(tmp_path):
    Path(settings.MEDIA_ROOT).mkdir(parents=True, exist_ok=True)
    with pair_of_keys(tmp_path) as (public, private):
        yield public, private


@pytest.fixture
def empty_database():
    with restored.empty_database() as address:
        yield address


def files_of(folder):
    found = [path for path in Path(folder).rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest() for path in found}


def test_a_restored_backup_is_equal_in_every_row_and_file_and_writes_to_nobody(
    keys, empty_database, tmp_path
):
    public, private = keys
    letter = LetterFactory(invitation=InvitationFactory())
    ReplyFactory(invitation=letter.invitation)
    frozen = freeze(b"Subject: Invitation\r\n\r\nFlavia Elphberg\r\n", "messages", "eml")
    key = arm()
    here = address_of(connection.settings_dict["NAME"])
    backup, folder = tmp_path / "backup", tmp_path / "restored"

    made = run(DEPLOY / "backup", public, backup, DATABASE_URL=here,
               STORAGE_URL=settings.MEDIA_ROOT.as_uri())  # fmt: skip
    read = run(DEPLOY / "restore", private, backup, empty_database, folder)

    assert (made.returncode, read.returncode) == (0, 0), made.stderr + read.stderr
    assert "until it is armed" in read.stdout
    assert rows_of(empty_database) == rows_of(here)
    assert files_of(folder) == files_of(settings.MEDIA_ROOT)
    assert files_of(folder)[frozen.name] == frozen.sha256
    assert b"Elphberg" not in backup.read_bytes()
    sent = run(
        sys.executable, "manage.py", "dispatch_outbox", DATABASE_URL=empty_database,
        EMAIL_URL="smtp://127.0.0.1:9/", ARMING_KEY=key,
    )  # fmt: skip
    assert "this is a copy" in sent.stdout + sent.stderr


def test_a_backup_made_while_faxes_are_recorded_is_of_one_moment(keys, empty_database, tmp_path):
    public, private = keys
    approved_letter()
    UserFactory()
    here, folder = address_of(connection.settings_dict["NAME"]), tmp_path / "restored"
    at_work = {"DATABASE_URL": here, "STORAGE_URL": settings.MEDIA_ROOT.as_uri()}

    with started(tmp_path, "-m", f"{__package__}.busy", **at_work):
        wait_until(lambda: Reply.objects.count() > 2, "faxes are recorded")
        before = Reply.objects.count()
        made = run(DEPLOY / "backup", public, tmp_path / "backup", **at_work)
        after = Reply.objects.count()
    read = run(DEPLOY / "restore", private, tmp_path / "backup", empty_database, folder)

    assert (made.returncode, read.returncode) == (0, 0), made.stderr + read.stderr
    with closing(psycopg2.connect(empty_database)) as line, line.cursor() as cursor:
        cursor.execute(OF_EACH_REPLY)
        restored = cursor.fetchall()
    assert [row[0] for row in restored] == [f"{number}" for number in range(1, len(restored) + 1)]
    assert before <= len(restored) < after
    for _number, acknowledgements, scan, its_hash in restored:
        assert acknowledgements == 1
        assert sha256((folder / scan).read_bytes()).hexdigest() == its_hash


OF_EACH_REPLY = """
    SELECT reply.remarks, (SELECT count(*) FROM invitations_letter WHERE reply_id = reply.id),
           fax.scan, fax.scan_sha256
    FROM invitations_reply reply JOIN invitations_correspondence fax ON fax.id = correspondence_id
    ORDER BY reply.id
"""


def test_what_is_being_written_meanwhile_does_not_stop_the_backup(keys, empty_database, tmp_path):
    public, private = keys
    store = tmp_path / "store"
    for unfinished in ("probe/tmp1/ok.txt", "letters/ab/tmp2/abcd.pdf"):
        (store / unfinished).parent.mkdir(parents=True)
        (store / unfinished).write_bytes(b"half")
    over = threading.Event()

    with ThreadPoolExecutor() as threads:
        threads.submit(write_again_and_again, store / "probe/ok.txt", over)
        made = run(
            DEPLOY / "backup", public, tmp_path / "backup", STORAGE_URL=store.as_uri(),
            DATABASE_URL=address_of(connection.settings_dict["NAME"]),
        )  # fmt: skip
        over.set()
    read = run(
        DEPLOY / "restore", private, tmp_path / "backup", empty_database, tmp_path / "restored"
    )

    assert (made.returncode, read.returncode) == (0, 0), made.stderr + read.stderr
    assert files_of(tmp_path / "restored").keys() == {"probe/ok.txt"}


def write_again_and_again(file, over):
    """As the store's probe does, but larger: it changes while it is read."""
    draft = file.parent.parent.with_suffix(".draft")
    while not over.is_set():
        draft.write_bytes(bytes(4_000_000))
        draft.replace(file)


@pytest.mark.parametrize("by_files", [False, True])
def test_what_the_site_keeps_is_taken_from_where_the_site_finds_it(
    keys, empty_database, tmp_path, by_files
):
    public, private = keys
    store = tmp_path / "the store, 100% of it"
    (store / "letters").mkdir(parents=True)
    (store / "letters/abcd.pdf").write_bytes(b"A letter")
    here = address_of(connection.settings_dict["NAME"])
    named = {"STORAGE_URL": store.as_uri(), "DATABASE_URL": here, "VAR_DIR": str(tmp_path)}
    if by_files:
        named |= in_files(tmp_path, "STORAGE_URL", store.as_uri())
        named |= in_files(tmp_path, "DATABASE_URL", here)

    made = run(DEPLOY / "backup", public, tmp_path / "backup", **named)
    read = run(
        DEPLOY / "restore", private, tmp_path / "backup", empty_database, tmp_path / "restored"
    )

    assert (made.returncode, read.returncode) == (0, 0), made.stderr + read.stderr
    assert files_of(tmp_path / "restored") == files_of(store)


def in_files(folder, name, value):
    """The variable in a file, beside an earlier one that was forgotten."""
    (folder / name).write_text(f"{value}\n")
    return {f"{name}_FILE": str(folder / name), name: f"{folder.as_uri()}/forgotten"}


@pytest.mark.parametrize("store", ["file:/srv/files", "FILE:///srv/files", "ftp://share/files"])
def test_a_store_in_words_that_the_backup_does_not_know_is_not_left_out(keys, tmp_path, store):
    made = run(DEPLOY / "backup", keys[0], tmp_path / "backup", STORAGE_URL=store)

    assert (made.returncode, (tmp_path / "backup").exists()) == (1, False)
    assert "nothing is saved" in made.stderr


def back_up_share(keys, folder, **environment):
    """Back up this database with the store ``share`` in the folder."""
    here, store = address_of(connection.settings_dict["NAME"]), (folder / "share").as_uri()
    return run(DEPLOY / "backup", keys[0], folder / "backup",
               DATABASE_URL=here, STORAGE_URL=store, **environment)  # fmt: skip


def test_a_store_that_is_not_there_is_no_empty_one(keys, tmp_path):
    made = back_up_share(keys, tmp_path)

    assert made.returncode == 1
    assert "is its disk there?" in made.stderr
    assert not list(tmp_path.glob("backup*"))


def test_a_store_without_any_letter_of_its_database_is_none_of_it(keys, tmp_path):
    LetterFactory(pdf="letters/ab/abcd.pdf", sha256="a")
    (tmp_path / "share").mkdir()

    made = back_up_share(keys, tmp_path)

    assert made.returncode == 1
    assert "none of the last letters: is its disk there?" in made.stderr
    assert not list(tmp_path.glob("backup*"))


def test_where_nobody_can_tell_which_letters_there_are_nothing_is_saved(keys, tmp_path):
    (tmp_path / "psql").write_text("#!/bin/sh\nexit 2\n")
    (tmp_path / "psql").chmod(0o755)
    (tmp_path / "share").mkdir()

    made = back_up_share(keys, tmp_path, PATH=f"{tmp_path}:{os.environ['PATH']}")

    assert made.returncode != 0
    assert not list(tmp_path.glob("backup*"))


def test_one_letter_that_is_lost_stops_no_backup(keys, tmp_path):
    LetterFactory(pdf="letters/ab/abcd.pdf", sha256="a")
    LetterFactory(pdf="letters/cd/gone.pdf", sha256="b")
    (tmp_path / "share/letters/ab").mkdir(parents=True)
    (tmp_path / "share/letters/ab/abcd.pdf").write_bytes(b"A letter")

    made = back_up_share(keys, tmp_path)

    assert made.returncode == 0, made.stderr


def test_no_secret_of_the_deployment_is_in_a_backup(keys, tmp_path):
    here, key = address_of(connection.settings_dict["NAME"]), arm()
    DeliveryFactory(letter=approved_letter())
    at_work = {
        "DATABASE_URL": here,
        "VAR_DIR": str(tmp_path),
        "SECRET_KEY": "key-of-the-sessions",
        "EMAIL_URL": "smtp://protocol:password-of-the-mail@127.0.0.1:9/",
        "ARMING_KEY": key,
        "SEAL_FILE": str(tmp_path / "seal.p12"),
        "SEAL_PASSWORD": seals.PASSWORD,
        "METRICS_TOKEN": "token-of-the-figures",
    }
    seals.make_seal(tmp_path / "seal.p12")
    (tmp_path / "secret-key").write_text(at_work["SECRET_KEY"])
    run(sys.executable, "manage.py", "dispatch_outbox", **at_work)
    assert Outage.objects.get().of == "mail_server"

    run(DEPLOY / "backup", keys[0], tmp_path / "backup", **at_work)

    written = decrypted(tmp_path / "backup", tmp_path)
    secrets = [at_work["SECRET_KEY"], "password-of-the-mail", key, at_work["METRICS_TOKEN"]]
    assert b"COPY public.invitations_outage" in written
    assert not [secret for secret in [*secrets, seals.PASSWORD] if secret.encode() in written]
    assert (tmp_path / "seal.p12").read_bytes() not in written


def approved_letter():
    at = timezone.now()
    return LetterFactory(
        state="approved", sha256="a", message_sha256="b", composed_at=at, approved_at=at
    )


def decrypted(backup, folder):
    """All that the backup holds, as who has the private key reads it."""
    with tarfile.open(backup) as parts:
        closed = {part.name: parts.extractfile(part).read() for part in parts if part.isfile()}
    (folder / "dump").write_bytes(opened(folder, closed["./database.gpg"]))
    as_words = postgresql("pg_restore", "--file=-", folder / "dump")
    return as_words.stdout.encode() + opened(folder, closed["./files.gpg"])


@pytest.mark.skipif(not power.CAN_BE_CUT, reason="Only root mounts a disk.")
def test_what_is_written_or_restored_outlasts_a_power_cut(keys, empty_database, tmp_path):
    public, private = keys
    store, disk = tmp_path / "store", tmp_path / "disk"
    (store / "letters").mkdir(parents=True)
    (store / "letters/abcd.pdf").write_bytes(b"A letter")
    here = address_of(connection.settings_dict["NAME"])

    with power.disk_at(disk) as image:
        made = run(DEPLOY / "backup", public, disk / "backup", DATABASE_URL=here,
                   STORAGE_URL=store.as_uri())  # fmt: skip
        with power.after_a_power_cut(image) as found:
            read = run(DEPLOY / "restore", private, found / "backup", empty_database, disk / "all")
        with power.after_a_power_cut(image) as found:
            after = files_of(found / "all")

    assert (made.returncode, read.returncode) == (0, 0), made.stderr + read.stderr
    assert after == files_of(store)


def test_a_backup_larger_than_the_memory_is_restored(keys, empty_database, tmp_path):
    public, private = keys
    store, folder = tmp_path / "store", tmp_path / "restored"
    store.mkdir()
    (store / "scan.pdf").write_bytes(os.urandom(4 << 20))
    here = address_of(connection.settings_dict["NAME"])
    run(DEPLOY / "backup", public, tmp_path / "backup", DATABASE_URL=here,
        STORAGE_URL=store.as_uri())  # fmt: skip

    # GnuPG's agent listens there, whose path may have 108 signs.
    with TemporaryDirectory() as short, small_disk(Path(short, "tmp"), megabytes=1):
        read = run(DEPLOY / "restore", private, tmp_path / "backup", empty_database, folder,
                   TMPDIR=f"{short}/tmp")  # fmt: skip

    assert read.returncode == 0, read.stderr
    assert files_of(folder) == files_of(store)


def test_without_its_key_a_backup_opens_to_nobody_and_leaves_nothing(
    keys, empty_database, tmp_path
):
    public, _private = keys
    (tmp_path / "other").mkdir()
    InvitationFactory()
    here, folder = address_of(connection.settings_dict["NAME"]), tmp_path / "restored"
    run(DEPLOY / "backup", public, tmp_path / "backup", DATABASE_URL=here,
        STORAGE_URL=settings.MEDIA_ROOT.as_uri())  # fmt: skip

    with pair_of_keys(tmp_path / "other") as (_public, another):
        read = run(DEPLOY / "restore", another, tmp_path / "backup", empty_database, folder)

    assert read.returncode != 0
    assert "No secret key" in read.stderr
    assert read.stderr.endswith("the database is empty as before. Why stands above.\n")
    assert rows_of(empty_database) == {}
    assert not folder.exists()


@pytest.mark.parametrize("part", ["database", "files"])
def test_a_backup_that_was_damaged_is_refused_and_leaves_nothing(
    keys, empty_database, tmp_path, part
):
    public, private = keys
    freeze(b"A letter", "messages", "eml")
    backup, folder = tmp_path / "backup", tmp_path / "restored"
    run(DEPLOY / "backup", public, backup, STORAGE_URL=settings.MEDIA_ROOT.as_uri(),
        DATABASE_URL=address_of(connection.settings_dict["NAME"]))  # fmt: skip
    with tarfile.open(backup) as parts:
        damaged = parts.getmember(f"./{part}.gpg")
    # Behind all of the content, where only the seal of the whole stands.
    with backup.open("r+b") as file:
        file.seek(damaged.offset_data + damaged.size - 5)
        before = file.read(1)[0]
        file.seek(-1, 1)
        file.write(bytes([before ^ 1]))

    read = run(DEPLOY / "restore", private, backup, empty_database, folder)

    assert read.returncode != 0
    assert rows_of(empty_database) == {}
    assert not folder.exists()


def test_of_two_keys_each_opens_the_backup_alone(keys, empty_database, tmp_path):
    public, _private = keys
    (tmp_path / "other").mkdir()
    InvitationFactory()
    here = address_of(connection.settings_dict["NAME"])

    with pair_of_keys(tmp_path / "other") as (second, kept_elsewhere):
        run(DEPLOY / "backup", public, second, tmp_path / "backup", DATABASE_URL=here,
            STORAGE_URL=settings.MEDIA_ROOT.as_uri())  # fmt: skip
        folder = tmp_path / "restored"
        read = run(DEPLOY / "restore", kept_elsewhere, tmp_path / "backup", empty_database, folder)

    assert read.returncode == 0, read.stderr
    assert rows_of(empty_database) == rows_of(here)


@pytest.mark.parametrize(("given", "is_read"), [("of the safe", True), ("another", False)])
def test_a_key_with_a_passphrase_is_opened_by_what_is_typed(
    empty_database, tmp_path, given, is_read
):
    command = [DEPLOY / "restore", tmp_path / "private", tmp_path / "backup", empty_database,
               tmp_path / "restored"]  # fmt: skip
    Path(settings.MEDIA_ROOT).mkdir(parents=True, exist_ok=True)
    with pair_of_keys(tmp_path, passphrase="of the safe") as (public, _private):
        made = run(DEPLOY / "backup", public, tmp_path / "backup",
                   DATABASE_URL=address_of(connection.settings_dict["NAME"]),
                   STORAGE_URL=settings.MEDIA_ROOT.as_uri())  # fmt: skip
    assert made.returncode == 0, made.stderr

    read = subprocess.run(
        command, input=f"{given}\n", capture_output=True, text=True, timeout=60, check=False
    )

    assert (read.returncode == 0) is is_read, read.stderr
    assert bool(rows_of(empty_database)) is is_read
    assert (tmp_path / "restored").exists() is is_read


def test_a_restored_backup_opens_no_link_until_it_is_armed(
    keys, empty_database, tmp_path, settings, monkeypatch
):
    """In the restored database, by another SECRET_KEY: the old one was lost with the host."""
    public, private = keys
    invitation = InvitationFactory()
    link = f"/r/{invitation.links.get().token}/"
    settings.MAILBOX = Mailbox("smtp", "127.0.0.1", 9, "", "", "none")
    arm()
    here = address_of(connection.settings_dict["NAME"])
    run(DEPLOY / "backup", public, tmp_path / "backup", DATABASE_URL=here,
        STORAGE_URL=settings.MEDIA_ROOT.as_uri())  # fmt: skip
    read = run(
        DEPLOY / "restore", private, tmp_path / "backup", empty_database, tmp_path / "restored"
    )
    assert read.returncode == 0, read.stderr

    settings.SECRET_KEY = "made-anew-after-the-loss"
    with monkeypatch.context() as patch:
        connection.close()
        patch.setitem(connection.settings_dict, "NAME", name_beside())
        as_restored = Client().get(link, follow=True).status_code
        arm(links_only=True)
        once_armed = Client().get(link, follow=True).status_code
        told = reason_sending_is_off()
        connection.close()

    assert (as_restored, once_armed) == (503, 200)
    assert "somebody stopped all sending" in told


def test_nothing_is_restored_over_what_is_there(keys, tmp_path):
    _public, private = keys
    (tmp_path / "backup").touch()
    here = address_of(connection.settings_dict["NAME"])

    over_rows = run(DEPLOY / "restore", private, tmp_path / "backup", here, tmp_path / "new")
    over_files = run(DEPLOY / "restore", private, tmp_path / "backup", here, tmp_path)

    assert "tables already" in over_rows.stderr
    assert "name a new folder" in over_files.stderr
    assert not (tmp_path / "new").exists()


def test_a_backup_is_not_written_over(keys, tmp_path):
    (tmp_path / "backup").write_text("of yesterday")

    again = run(DEPLOY / "backup", keys[0], tmp_path / "backup", VAR_DIR=str(tmp_path))

    assert again.returncode == 1
    assert (tmp_path / "backup").read_text() == "of yesterday"
