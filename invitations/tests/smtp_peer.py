"""A real SMTP server of our own, which can be told to refuse, to put off and to hang up."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from scripts.peers.ports import free_port


class Transaction(NamedTuple):
    sender: str
    addresses: list[str]
    content: bytes


class Peer:
    """Takes everything, but for what ``answers`` and ``hangs_up_at`` say of a command, or the DOT.

    Before it answers the DOT it calls ``meanwhile``.
    """

    def __init__(self) -> None:
        self.port = 0
        self.sessions = 0
        self.taken: list[Transaction] = []
        self.answers: dict[str, str] = {}
        self.hangs_up_at = ""
        self.offers: list[str] = []
        self.asked: list[dict[str, str]] = []
        self.largest = 33554432
        self.meanwhile: Callable[[], object] = bool

    async def handle_EHLO(self, server, session, envelope, hostname, responses):  # noqa: N802
        self.sessions += 1
        session.host_name = hostname
        return [*responses[:-1], *(f"250-{offer}" for offer in self.offers), responses[-1]]

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if self.hangs_up_at == "RCPT":
            server.transport.abort()
        if answer := self.answers.get(address) or self.answers.get("RCPT"):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        answer = self.answers.get("DOT", "250 2.0.0 taken")
        if answer.startswith("250"):
            self.taken.append(Transaction(envelope.mail_from, envelope.rcpt_tos, envelope.content))
        await asyncio.to_thread(self.meanwhile)
        if self.hangs_up_at == "DOT":
            server.transport.abort()
        return answer


class Speaker(SMTP):
    """Takes the parameters of delivery status notifications, and notes all that are given."""

    def _getparams(self, params):
        found = super()._getparams(params) or {}
        self.event_handler.asked.append(found)
        return {name: value for name, value in found.items() if name in ("SIZE", "BODY")}

    async def smtp_MAIL(self, arg):  # noqa: N802
        await self.told("MAIL") or await super().smtp_MAIL(arg)

    async def smtp_DATA(self, arg):  # noqa: N802
        await self.told("DATA") or await super().smtp_DATA(arg)

    async def smtp_RSET(self, arg):  # noqa: N802
        await self.told("RSET") or await super().smtp_RSET(arg)

    async def told(self, command):
        """Do as the peer was told, if it was told anything about that command."""
        if self.event_handler.hangs_up_at == command:
            self.transport.abort()
        elif answer := self.event_handler.answers.get(command):
            await self.push(answer)
        else:
            return False
        return True


class Listening(Controller):
    def factory(self):
        return Speaker(self.handler, data_size_limit=self.handler.largest, **self.SMTP_kwargs)


@contextmanager
def smtp_peer() -> Iterator[Peer]:
    peer = Peer()
    peer.port = free_port()
    controller = Listening(peer, hostname="127.0.0.1", port=peer.port)
    controller.start()
    # The controller has looked whether it answers.
    peer.sessions = 0
    try:
        yield peer
    finally:
        controller.stop()
