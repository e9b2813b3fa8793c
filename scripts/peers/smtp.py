"""The mail server's own process: it records what it took, and misbehaves as told.

    python -m scripts.peers.smtp PORT FOLDER

``received`` in the folder gets one line for each message, after the final dot: address, envelope
sender, SHA-256. ``unheard`` gets one for each answer to a final dot that nobody was there to hear.
``manners.json`` says how it behaves, and may change at any time.
"""

import asyncio
import hashlib
import json
import os
import random
import sys
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

MANNERS = {
    "seconds": 0.0,  # each answer takes up to so long
    "stalls": 0.0,  # how often an answer takes longer than anyone waits,
    "stall": 5.0,  # and how long that is
    "drops": 0.0,  # how often the line is dropped after the final dot
    "lines": 0.0,  # how many connections it takes at a time; 0 is any number
}


class Speaker(SMTP):
    """A session that accepts the parameters of delivery status notifications, and ignores them."""

    def _getparams(self, params: Any) -> dict[str, Any]:
        found = super()._getparams(params) or {}
        return {name: value for name, value in found.items() if name in ("SIZE", "BODY")}

    def connection_lost(self, error: Exception | None) -> None:
        self.event_handler.lines.discard(self)
        super().connection_lost(error)


class Engaged(asyncio.Protocol):
    """The answer to a client that calls while all connections are taken: 421, and no more."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.WriteTransport):
            transport.write(b"421 4.7.0 Too many connections\r\n")
            transport.close()


class Desk:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.at_work: set[asyncio.Task[str]] = set()
        self.lines: set[Speaker] = set()

    def answer(self, loop: asyncio.AbstractEventLoop) -> asyncio.Protocol:
        """Take a further connection, or refuse it if there are too many."""
        if 0 < self.manners()["lines"] <= len(self.lines):
            return Engaged()
        speaker = Speaker(self, loop=loop)
        self.lines.add(speaker)
        return speaker

    async def handle_EHLO(  # noqa: N802
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        session.host_name = hostname
        await self.pause()
        return [*responses[:-1], "250-DSN", responses[-1]]

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        await self.pause()
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        # A server that has the message keeps it even if its client is gone.
        task = asyncio.ensure_future(self.take(server, envelope))
        self.at_work.add(task)
        task.add_done_callback(self.at_work.discard)
        return await asyncio.shield(task)

    async def take(self, server: SMTP, envelope: Envelope) -> str:
        drops = random.random() < self.manners()["drops"]  # noqa: S311
        await self.pause()
        if not drops or random.random() < 0.5:  # noqa: S311
            digest = hashlib.sha256(envelope.original_content or b"").hexdigest()
            for address in envelope.rcpt_tos:
                # Any address stays one word of one line.
                word = address.encode("unicode_escape").decode().replace(" ", r"\x20")
                self.note("received", f"{word} {envelope.mail_from} {digest}")
        await self.pause()
        line = server.transport
        if drops and isinstance(line, asyncio.WriteTransport):
            line.abort()
        if drops or line is None or line.is_closing():
            self.note("unheard", " ".join(envelope.rcpt_tos))
        return "250 2.0.0 taken"

    async def pause(self) -> None:
        manners = self.manners()
        stalls = random.random() < manners["stalls"]  # noqa: S311
        seconds = manners["stall"] if stalls else random.uniform(0, manners["seconds"])  # noqa: S311
        await asyncio.sleep(seconds)

    def manners(self) -> dict[str, float]:
        return MANNERS | json.loads((self.folder / "manners.json").read_text())

    def note(self, name: str, line: str) -> None:
        """Write the whole line at once, so that a killed process leaves all of it or nothing."""
        file = os.open(self.folder / name, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(file, f"{line}\n".encode())
        finally:
            os.close(file)


async def serve(port: int, folder: Path) -> None:
    desk, loop = Desk(folder), asyncio.get_running_loop()
    server = await loop.create_server(lambda: desk.answer(loop), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
