import datetime as dt
import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import time_machine
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.utils import timezone

from invitations.files.frozen import Tampered, freeze, remove_old_drafts, thaw
from invitations.outbox.retention import delete_expired
from wsis_forum.tests import power


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def files(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def test_frozen_bytes_stand_under_a_name_made_from_their_hash(folder):
    name, sha256 = freeze(b"Excellency,", "messages", "eml")

    assert sha256 == hashlib.sha256(b"Excellency,").hexdigest()
    assert name == f"messages/{sha256[:2]}/{sha256}.eml"
    assert (folder / name).read_bytes() == b"Excellency,"


def test_what_is_thawed_is_what_was_frozen():
    content = bytes(range(256)) * 1000

    assert thaw(*freeze(content, "letters", "pdf")) == content


def test_the_same_bytes_are_stored_once(folder):
    first = freeze(b"Excellency,", "messages", "eml")
    written_at = (folder / first.name).stat().st_mtime_ns

    assert freeze(b"Excellency,", "messages", "eml") == first

    assert [path.stat().st_mtime_ns for path in files(folder)] == [written_at]


def test_tampered_bytes_are_not_given_out(folder):
    name, sha256 = freeze(b"Excellency,", "messages", "eml")
    (folder / name).write_bytes(b"Dear friend,")

    with pytest.raises(Tampered, match="not what was frozen"):
        thaw(name, sha256)


def test_bytes_cut_short_are_not_given_out(folder):
    name, sha256 = freeze(b"Excellency,", "messages", "eml")
    (folder / name).write_bytes(b"Excell")

    with pytest.raises(Tampered):
        thaw(name, sha256)


@pytest.mark.parametrize("name", ["messages/ab/none.eml", "", None])
def test_missing_bytes_are_not_given_out(name):
    with pytest.raises(Tampered, match=r"missing|Nothing was frozen"):
        thaw(name, "0" * 64)


def test_two_workers_that_freeze_the_same_bytes_leave_one_whole_file(folder):
    content = b"Excellency," * 100_000

    with ThreadPoolExecutor(8) as workers:
        frozen = set(workers.map(lambda _n: freeze(content, "letters", "pdf"), range(16)))

    (one,) = frozen
    assert [path.relative_to(folder) for path in files(folder)] == [Path(one.name)]
    assert thaw(*one) == content


class TornFile(File):
    def chunks(self, chunk_size=None):
        yield b"Excell"
        raise OSError("the disk is full")


def test_a_write_that_breaks_off_leaves_nothing_behind(folder):
    with pytest.raises(OSError, match="the disk is full"):
        default_storage.save("letters/ab/torn.pdf", TornFile(None))

    assert not default_storage.exists("letters/ab/torn.pdf")
    assert files(folder) == []


class KilledWriter(File):
    def chunks(self, chunk_size=None):
        yield b"Excell"
        os._exit(0)


def leave_draft(folder):
    """Kill a writer in the middle of a file; return what it leaves."""
    writer = os.fork()
    if writer == 0:
        default_storage.save("letters/ab/half.pdf", KilledWriter(None))
    os.waitpid(writer, 0)
    (draft,) = files(folder)
    return draft


@pytest.mark.django_db
def test_what_a_killed_writer_leaves_goes_after_a_day_and_nothing_else(folder):
    draft = leave_draft(folder)
    whole = freeze(b"Excellency", "letters", "pdf")
    assert len(files(folder)) == 2

    with time_machine.travel(timezone.now() + dt.timedelta(hours=23)):
        delete_expired()
    assert draft.exists()
    with time_machine.travel(timezone.now() + dt.timedelta(hours=25)):
        delete_expired()

    assert [path.relative_to(folder) for path in files(folder)] == [Path(whole.name)]


def test_a_draft_whose_writer_ends_just_now_hinders_nobody(folder):
    old = leave_draft(folder)
    gone = old.with_name("a")
    gone.symlink_to(old.with_name("taken away"))  # listed still, but no more to be found

    assert remove_old_drafts(timezone.now() + dt.timedelta(hours=1)) == 1

    assert not old.exists()


@pytest.mark.skipif(not power.CAN_BE_CUT, reason="Only root mounts a disk.")
@pytest.mark.parametrize("already", [(), (b"A letter",), (b"A letter", b"An older one")])
def test_what_is_frozen_outlasts_a_power_cut(already, settings, tmp_path):
    disk = tmp_path / "disk"
    with power.disk_at(disk) as image:
        settings.MEDIA_ROOT = disk
        for content in already:
            freeze(content, "letters", "pdf")

        frozen = freeze(b"Excellency", "letters", "pdf")
        with power.after_a_power_cut(image) as found:
            kept = files(found / "letters")
            assert (found / frozen.name).read_bytes() == b"Excellency"

    assert len(kept) == len(already) + 1
