"""A real name server of our own on UDP: a zone of records, names it does not know, silence."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset


class Peer:
    """Answers from ``zone``: (name, type) to a list of records.

    Names ``in_trouble`` get SERVFAIL, ``silent`` ones no answer at all.
    """

    def __init__(self, zone: dict[tuple[str, str], list[str]]) -> None:
        self.zone = dict(zone)
        self.silent: set[str] = set()
        self.in_trouble: set[str] = set()
        self.asked: list[str] = []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def resolver(self) -> dns.resolver.Resolver:
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers, resolver.port, resolver.lifetime = ["127.0.0.1"], self.port, 1.0
        return resolver

    def serve(self) -> None:
        while True:
            packet, client = self.socket.recvfrom(4096)
            if packet == b"stop":
                return
            query = dns.message.from_wire(packet)
            if str(query.question[0].name).rstrip(".") not in self.silent:
                self.socket.sendto(self.answer(query).to_wire(), client)

    def answer(self, query: dns.message.Message) -> dns.message.Message:
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.AA | dns.flags.RA
        (question,) = query.question
        name, kind = str(question.name).rstrip("."), question.rdtype.name
        self.asked.append(name)
        if name in self.in_trouble:
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif records := self.zone.get((name, kind)):
            answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *records))
        elif not any(known == name or known.endswith(f".{name}") for known, _kind in self.zone):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        return answer


@contextmanager
def dns_peer(zone: dict[tuple[str, str], list[str]]) -> Iterator[Peer]:
    peer = Peer(zone)
    thread = Thread(target=peer.serve)
    thread.start()
    try:
        yield peer
    finally:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"stop", ("127.0.0.1", peer.port))
        thread.join()
        peer.socket.close()
