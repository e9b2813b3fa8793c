"""A mail server that takes everything at once, and counts it; it serves in threads."""

from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from itertools import takewhile
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Lock, Thread
from typing import NamedTuple

LAST = b".\r\n"
ANSWERS = {
    b"EHLO": b"250-bench\r\n250-SIZE 1048576\r\n250-8BITMIME\r\n250 DSN\r\n",
    b"DATA": b"354 go ahead\r\n",
    b"QUIT": b"221 bye\r\n",
}


class Taken(NamedTuple):
    """How many mails were taken, for how many addresses, and the parts of the last one."""

    mails: int
    addresses: int
    parts: list[str]


class MailServer(ThreadingTCPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Session)
        self.lock = Lock()
        self.mails, self.addresses, self.last = 0, set[bytes](), b""

    def take(self, address: bytes, content: bytes) -> None:
        with self.lock:
            self.mails, self.last = self.mails + 1, content
            self.addresses.add(address)

    def taken(self) -> Taken:
        """Return what was taken since the last call."""
        parts = [part for part in message_from_bytes(self.last).walk() if not part.is_multipart()]
        kinds = sorted(part.get_content_type() for part in parts)
        found = Taken(self.mails, len(self.addresses), kinds)
        self.mails, self.addresses, self.last = 0, set(), b""
        return found


class Session(StreamRequestHandler):
    server: MailServer
    disable_nagle_algorithm = True

    def handle(self) -> None:
        self.wfile.write(b"220 bench\r\n")
        address = verb = b""
        while verb != b"QUIT" and (line := self.rfile.readline()):
            verb = line[:4].strip().upper()
            self.wfile.write(ANSWERS.get(verb, b"250 ok\r\n"))
            if verb == b"RCPT":
                address = line.upper()
            if verb == b"DATA":
                self.server.take(address, b"".join(takewhile(LAST.__ne__, self.rfile)))
                self.wfile.write(b"250 taken\r\n")


@contextmanager
def mail_server() -> Iterator[MailServer]:
    with MailServer() as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()
