"""What `make run` says and makes before it starts anything."""

import fcntl
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from django.conf import settings as site

from invitations.files.sealing import certificate_in, seal_file, seal_warning
from scripts import run as make_run
from scripts.peers.ports import free_port

pytestmark = pytest.mark.program


def run(folder, port):
    return subprocess.Popen(
        [sys.executable, "scripts/run.py"],
        cwd=site.BASE_DIR,
        env=os.environ | {"VAR_DIR": str(folder), "PORT": str(port)},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


@pytest.mark.parametrize("below", ["file", "file/var", "/proc", "/proc/var"])
def test_a_folder_where_nothing_can_be_written_is_told_in_one_line(tmp_path, below):
    (tmp_path / "file").touch()

    out, err = (process := run(tmp_path / below, free_port())).communicate(timeout=60)

    assert process.returncode == 1
    assert out == ""
    assert err.startswith(f"VAR_DIR is {tmp_path / below}, where nothing can be written (")
    assert err.count("\n") == 1


def test_a_port_that_the_first_one_took_is_told_after_waiting_for_it(tmp_path):
    port = free_port()
    with (tmp_path / "set-up.lock").open("a") as lock, socket.socket() as site:
        fcntl.flock(lock, fcntl.LOCK_EX)
        process = run(tmp_path, port)
        assert process.stdout.readline() == (
            f"Another make run is setting up in {tmp_path}: waiting for it.\n"
        )
        site.bind(("127.0.0.1", port))
        site.listen()
        fcntl.flock(lock, fcntl.LOCK_UN)
        out, err = process.communicate(timeout=60)

    assert (process.returncode, out) == (1, "")
    assert err == f"Port {port} is in use. Choose another one: make run PORT=8001\n"
    assert [path.name for path in tmp_path.iterdir()] == ["set-up.lock"]


@pytest.fixture
def lent(tmp_path, monkeypatch, settings):
    """The seal that a start in this folder lends."""
    monkeypatch.setattr(make_run, "VAR_DIR", tmp_path)
    monkeypatch.setenv("SEAL_FILE", "")
    monkeypatch.delenv("SEAL_FILE")

    def lend():
        make_run.lend_seal()
        settings.SEAL_FILE = os.environ.pop("SEAL_FILE")
        return seal_file()

    return lend


def test_the_demonstration_has_a_seal_that_says_it_is_nobodys(lent, settings):
    seal = lent()

    settings.SEAL_FILE = seal.path
    assert certificate_in(seal).owner == "DEMONSTRATION (no seal of anybody)"
    assert seal_warning() == ""


def test_readers_that_show_a_common_name_show_it_too(lent):
    found = pkcs12.load_pkcs12(Path(lent().path).read_bytes(), None).cert.certificate

    (name,) = found.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    assert name.value == "DEMONSTRATION (no seal of anybody)"


def test_the_demonstrations_seal_is_made_once_and_for_its_owner_alone(lent, tmp_path):
    first = lent()

    assert lent() == first
    assert os.stat(first.path).st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["demonstration-seal.p12"]


def test_whoever_has_a_seal_gets_none_of_the_demonstration(tmp_path, monkeypatch):
    monkeypatch.setattr(make_run, "VAR_DIR", tmp_path)
    monkeypatch.setenv("SEAL_FILE", "/own/seal.p12")

    assert not make_run.lend_seal()
    assert os.environ["SEAL_FILE"] == "/own/seal.p12"
    assert list(tmp_path.iterdir()) == []
