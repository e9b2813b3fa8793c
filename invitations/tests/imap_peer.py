"""A real IMAP server of our own, in memory and in a process of its own; it can forget MOVE."""

import imaplib
import os
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts.peers.ports import free_port
from wsis_forum.env import Inbox

USER, PASSWORD = "tarlenheim", "of-the-tests-alone"
# Each look at the mailbox signs in anew; half a million rounds each time guard no password here.
SERVE = """
from pymap.config import IMAPConfig
from pymap.main import main
from pysasl.hashing import BuiltinHash
IMAPConfig._get_hash_context = lambda _self, _passlib: BuiltinHash(rounds=1)
main()
"""
WITHOUT_MOVE = """
from pymap.config import IMAPConfig
offered = IMAPConfig.login_capability.fget
IMAPConfig.login_capability = property(lambda self: [c for c in offered(self) if c != b"MOVE"])
"""
# While a file is there, the server refuses to move mails, or to mark them.
REFUSING = """
import sys
from pathlib import Path
from pymap.backend.session import BaseSession
from pymap.exceptions import NotAllowedError
full = Path(sys.argv.pop(1))
def unless_full(act):
    async def acted(*given, **named):
        if full.exists():
            raise NotAllowedError("The quota is used up.")
        return await act(*given, **named)
    return acted
for name in ("move_messages", "update_flags", "create_mailbox"):
    setattr(BaseSession, name, unless_full(getattr(BaseSession, name)))
"""


class Peer:
    """A mailbox as staff see it in their own program."""

    def __init__(self, port: int, certificate: Path | None = None) -> None:
        security = "starttls" if certificate else "none"
        self.box = Inbox("127.0.0.1", port, USER, PASSWORD, security, "INBOX")
        self.certificate = certificate

    @contextmanager
    def opened(self, folder: str = "INBOX") -> Iterator[imaplib.IMAP4]:
        with imaplib.IMAP4(self.box.host, self.box.port, timeout=10) as line:
            if self.certificate:
                line.starttls(ssl.create_default_context(cafile=self.certificate))
            line.login(USER, PASSWORD)
            line.select(folder)
            yield line

    def put(self, *mails: bytes, flags: str | None = None) -> None:
        with self.opened() as line:
            for mail in mails:
                done, words = line.append("INBOX", flags, None, mail)
                assert done == "OK", words

    def clear(self) -> None:
        for folder in ("INBOX", "Filed"):
            with self.opened(folder) as line:
                if line.state == "SELECTED":
                    line.store("1:*", "+FLAGS.SILENT", r"(\Deleted)")
                    line.expunge()

    def holds(self, folder: str = "INBOX", wanted: str = "ALL") -> int:
        with self.opened(folder) as line:
            if line.state != "SELECTED":
                return 0
            return len(line.search(None, wanted)[1][0].split())


@contextmanager
def imap_peer(
    *, moves: bool = True, certificate: Path | None = None, refuses: Path | None = None
) -> Iterator[Peer]:
    """Serve until the end; ``certificate`` is a file of a certificate and its key.

    While the file ``refuses`` is there, no mail is moved or marked.
    """
    peer = Peer(free_port(), certificate)
    script = ("" if moves else WITHOUT_MOVE) + (REFUSING if refuses else "") + SERVE
    listen = ["--host", "127.0.0.1", "--port", str(peer.box.port)]
    listen += (
        ["--cert", str(certificate), "--key", str(certificate)] if certificate else ["--no-tls"]
    )
    user = ["dict", "--demo-user", USER, "--demo-password", PASSWORD]
    refusing = [str(refuses)] if refuses else []
    command = [sys.executable, "-c", script, *refusing, *listen, *user]
    with subprocess.Popen(command, env={**os.environ, "FQDN": "localhost"}) as server:
        try:
            wait_for(peer)
            yield peer
        finally:
            server.kill()


def wait_for(peer: Peer) -> None:
    for _try in range(100):
        try:
            with peer.opened():
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("The IMAP server did not answer within 10 seconds.")
