"""Call a server as browsers do, eight at once, each time over a new connection.

A ``server`` is its port and its master process, as ``parts.pages`` tells them to a child.
"""

import os
import socket
import statistics
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

from scripts.peers.programs import children, shared_memory

from .measuring import report, timed
from .rounds import of_size

AT_ONCE = 8
WARM = of_size(100, 4)
# What an office says; the answer itself comes on top.
ANSWER_WORDS = {
    "substitute_name": "Rudolf Rassendyll",
    "substitute_function": "Deputy Minister",
    "segments": "opening",
    "partnership_interest": "on",
    "respondent_name": "Colonel Sapt",
    "respondent_function": "Chief of Cabinet",
    "respondent_email": "",
    "respondent_phone": "+41 22 555 0199",
    "remarks": "The minister sends her regards.",
}


class Call(NamedTuple):
    """A request, how its answer begins, and what the answer must hold."""

    sent: bytes
    status: bytes
    holds: tuple[bytes, ...] = ()


def get_call(path: str, *holds: str, cookies: str = "") -> Call:
    return Call(
        request_bytes("GET", path, cookies), b"HTTP/1.1 200 ", tuple(map(str.encode, holds))
    )


def post_call(path: str, words: dict[str, Any], cookies: str = "") -> Call:
    return Call(request_bytes("POST", path, cookies, urlencode(words)), b"HTTP/1.1 302 ")


def request_bytes(method: str, path: str, cookies: str = "", body: str = "") -> bytes:
    lines = [
        f"{method} {path} HTTP/1.1",
        "Host: 127.0.0.1",
        f"Cookie: {cookies}",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
        "Connection: close",
    ]
    return "\r\n".join([*lines, "", body]).encode()


def call_on(server: tuple[str, ...], calls: list[Call]) -> None:
    """Report how fast the calls were answered, except the first ones, which warm the workers."""
    port, master = map(int, server)
    everybody(port, calls[:WARM])
    workers = children(master)
    worked, took = spent_by(workers), list[float]()

    def call_all() -> int:
        took.extend(everybody(port, calls[WARM:]))
        return len(took)

    timing = timed(call_all)
    report(
        "",
        timing._replace(of_processor=spent_by(workers) - worked),
        megabytes=max(map(shared_memory, workers)),
        slow=statistics.quantiles(took, n=100)[-1],
    )


def everybody(port: int, calls: Iterable[Call]) -> list[float]:
    """Return the seconds that each call took."""
    with ThreadPoolExecutor(AT_ONCE) as browsers:
        return list(browsers.map(lambda call: seconds(port, call), calls))


def seconds(port: int, call: Call) -> float:
    began = time.monotonic()
    answer = answered(port, call.sent)
    took = time.monotonic() - began
    if not answer.startswith(call.status) or not all(part in answer for part in call.holds):
        sys.exit(f"{call.sent[:500]!r} was answered {answer[:1000]!r}")
    return took


def answered(port: int, sent: bytes) -> bytes:
    """Return the whole answer, head and body; a sync worker closes the connection after it."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(sent)
        parts = []
        while part := connection.recv(2**18):
            parts.append(part)
    return b"".join(parts)


def spent_by(workers: list[int]) -> float:
    """Return the seconds of processor so far, as Linux counts them."""
    ticks = [
        int(ticks)
        for pid in workers
        for ticks in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    ]
    return sum(ticks) / os.sysconf("SC_CLK_TCK")
