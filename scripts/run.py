"""Serve this checkout: bring the data up to date, start site, worker and beat, print addresses.

Ctrl-C, SIGTERM or a closed terminal stops it all. A second one waits until the first one's answers.
"""

import atexit
import base64
import errno
import fcntl
import http.client
import io
import multiprocessing
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import IO

import honcho.manager
import segno
from honcho.environ import parse_procfile

ROOT = Path(__file__).resolve().parent.parent
VAR_DIR = Path(os.environ["VAR_DIR"])


def main() -> None:
    free_port(os.environ["PORT"])
    lock = alone_in(VAR_DIR)
    # Another run, which held the lock, may have taken the port.
    port = free_port(os.environ["PORT"])
    for folder in ("broker", "mail"):
        (VAR_DIR / folder).mkdir(parents=True, exist_ok=True)
    if not {"SECRET_KEY", "SECRET_KEY_FILE"} & os.environ.keys():
        kept_secret("secret-key", 50)
        os.environ["SECRET_KEY_FILE"] = str(VAR_DIR / "secret-key")
    os.environ.setdefault("DEMO_PASSWORD", kept_secret("demo-password", 12))
    prepare_codes(port)
    seal_is_lent = lend_seal()
    # The Procfile's programs are those of the environment this script runs in.
    os.environ["PATH"] = f"{Path(sys.executable).parent}:{os.environ['PATH']}"

    # Celery advises against root in five lines; in a container there may be nobody else.
    os.environ.setdefault("PYTHONWARNINGS", "ignore:You're running the worker")

    if not static_files_are_new():
        manage("collectstatic", "--no-input", "--verbosity", "0")
    manage("migrate", "--verbosity", "0")
    print(manage("load_member_states"), end="", flush=True)
    demonstration = manage("demo", may_refuse=True)
    if seal_is_lent and not demonstration:
        # Letters of a real edition bear no seal of a demonstration.
        del os.environ["SEAL_FILE"]
    # A fork holds the lock on, until it has seen the site answer.
    fork = multiprocessing.get_context("fork")
    fork.Process(target=announce, args=(port, demonstration), daemon=True).start()
    lock.close()
    sys.exit(serve())


def alone_in(folder: Path) -> IO[str]:
    """Wait until nobody else sets up in this folder of data; return the folder's lock."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
        lock = (folder / "set-up.lock").open("a")
    except OSError as error:
        another = "Choose another folder: make run VAR_DIR=…"
        sys.exit(f"VAR_DIR is {folder}, where nothing can be written ({error.strerror}). {another}")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print(f"Another make run is setting up in {folder}: waiting for it.", flush=True)
        fcntl.flock(lock, fcntl.LOCK_EX)
    return lock


def static_files_are_new() -> bool:
    made = VAR_DIR / "static" / "staticfiles.json"
    folders = (ROOT / "static", VAR_DIR / "own")
    sources = [Path(sys.prefix, "run-ready"), *(one for at in folders for one in at.rglob("*"))]
    return made.exists() and all(
        source.stat().st_mtime <= made.stat().st_mtime for source in sources if source.exists()
    )


def free_port(text: str) -> int:
    """Return the port if it is free; otherwise exit with one line that says why not."""
    another = "Choose another one: make run PORT=8001"
    if not text.isdecimal() or not 0 < int(text) < 65536:
        sys.exit(f"PORT is {text!r}, which is no port. {another}")
    with socket.socket() as site:
        site.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            site.bind(("127.0.0.1", int(text)))
        except OSError as error:
            taken = error.errno == errno.EADDRINUSE
            reason = "is in use" if taken else f"cannot be had ({error.strerror})"
            sys.exit(f"Port {text} {reason}. {another}")
    return int(text)


def kept_secret(name: str, size: int) -> str:
    """Return the secret kept in this file; the first call makes it, readable by its owner only."""
    path = VAR_DIR / name
    if not path.exists():
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(size))
    return path.read_text()


def lend_seal() -> bool:
    """Have letters sealed with the demonstration's own seal, made once; not where there is one."""
    if {"SEAL_FILE", "SEAL_PASSWORD", "SEAL_PASSWORD_FILE"} & os.environ.keys():
        return False
    path = VAR_DIR / "demonstration-seal.p12"
    if not path.exists():
        command = [sys.executable, "-m", "scripts.demonstration_seal", str(path)]
        subprocess.run(command, check=True, cwd=ROOT)
    os.environ["SEAL_FILE"] = str(path)
    return True


def prepare_codes(port: int) -> None:
    """Give the demonstration's staff a secret for their codes, and this run the right to show them.

    The site shows a code only while the proof in its environment is that in a file of this run.
    """
    secret = base64.b32encode(kept_secret("demo-codes", 30).encode()[:20]).decode()
    os.environ["DEMO_TOTP_SECRET"] = secret
    os.environ["MAKE_RUN"] = proof = secrets.token_urlsafe(32)
    path = VAR_DIR / f"make-run-{port}"
    path.unlink(missing_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(proof)
    atexit.register(path.unlink, missing_ok=True)


def manage(*arguments: str, may_refuse: bool = False) -> str:
    """Run a command of manage.py and return its output; a failure ends this script."""
    command = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE, text=True)
    if done.returncode and not may_refuse:
        sys.exit(done.returncode)
    return done.stdout


def announce(port: int, demonstration: str) -> None:
    """Wait until the site answers, then print all addresses and how to sign in."""
    parent = os.getppid()
    while not answers(port):
        if os.getppid() != parent:
            return
        time.sleep(0.2)
    site = os.getenv("SITE_URL", f"http://127.0.0.1:{port}").rstrip("/")
    password = os.environ["DEMO_PASSWORD"]
    elsewhere = {"EMAIL_URL", "EMAIL_URL_FILE"} & os.environ.keys()
    mail = "as EMAIL_URL says" if elsewhere else (VAR_DIR / "mail").resolve()
    # A passkey cannot be made for an address of digits.
    desk = site.replace("//127.0.0.1:", "//localhost:")
    lines = [f"Site      {site}/", f"Admin     {desk}/admin/", f"Mail      {mail}"]
    # If the demonstration was refused, its users and links do not exist.
    if demonstration:
        lines += staff_lines(password)
    if link := re.search(r"\S+/r/\S+", demonstration):
        lines.append(f"Reply     {link[0]} (a minister who has not answered yet)")
    print("", *lines, "", "Ctrl-C stops everything.", "", sep="\n", flush=True)


def staff_lines(password: str) -> list[str]:
    """Say who can sign in, by which password and codes; an app reads the codes' secret as QR."""
    secret = os.environ["DEMO_TOTP_SECRET"]
    picture = io.StringIO()
    address = f"otpauth://totp/demonstration?secret={secret}&issuer=WSIS%20Forum"
    segno.make(address, error="l").terminal(picture, compact=True)
    return [
        f"Drafter   user drafter, password {password}",
        f"Approver  user approver, password {password}",
        "Others    users second-approver, registrar, speakers-desk, reader, administrator; same",
        f"Codes     secret {secret}, same for all; the sign-in page shows the code too",
        picture.getvalue().rstrip(),
    ]


def answers(port: int) -> bool:
    """Tell whether an HTTP server answers on the port, whatever the answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", "/")
        connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


class Programs(honcho.manager.Manager):
    """The Procfile's programs; a stop signal goes to each parent alone, which ends its children.

    Sent to the whole group, it would stop Celery's children in the middle of a letter.
    """

    def __init__(self) -> None:
        super().__init__()
        self._procmgr.terminate = stop_parent
        signal.signal(signal.SIGALRM, lambda _number, _frame: self.terminate())

    def terminate(self) -> None:
        if self._all_started():
            super().terminate()
        else:
            # The process IDs are not all known yet, and a program left out would run on.
            signal.setitimer(signal.ITIMER_REAL, 0.1)


def stop_parent(number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(number, signal.SIGTERM)


def serve() -> int:
    """Run the Procfile's programs until one of them ends or a signal ends them all."""
    # With a folder as broker, Celery notices a signal only every few seconds.
    honcho.manager.KILL_WAIT = 15
    programs = Programs()
    for name, command in parse_procfile((ROOT / "Procfile").read_text()).processes.items():
        # Without `exec` the parent would be a shell, which passes no signal on.
        programs.add_process(name, f"exec {command}")
    programs.loop()
    return int(programs.returncode)


def stop(number: int, _frame: object) -> None:
    sys.exit(128 + number)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    # Honcho handles the two above; a closed terminal must stop everything too.
    signal.signal(signal.SIGHUP, lambda _number, _frame: signal.raise_signal(signal.SIGTERM))
    main()
