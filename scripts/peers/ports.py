"""Ports of this machine: find a free one, ask one, count its connections."""

import os
import socket
from contextlib import suppress
from pathlib import Path

LISTENING = "0A"


# What systemd does with a unit's socket; the process stays the same, and is the one that is named.
AS_SYSTEMD = 'exec 3<&"$0"-; LISTEN_PID=$$ LISTEN_FDS=1 exec "$@"'


def listening(port: int = 0) -> socket.socket:
    """Return a socket that listens, whoever answers there, and whenever."""
    return socket.create_server(("127.0.0.1", port), backlog=socket.SOMAXCONN)


def given_socket(listener: socket.socket, *command: str) -> list[str]:
    """Return the command that runs this one with the socket, as a unit is given its own.

    It is started with ``pass_fds=[listener.fileno()]``.
    """
    return ["bash", "-c", AS_SYSTEMD, str(listener.fileno()), *command]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False


def open_lines(pids: list[int], port: int) -> int:
    """Count the connections of the processes with that port at one end."""
    held = {name for pid in pids for name in sockets(pid)}
    rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    at_port = {
        f"socket:[{row[9]}]"
        for row in rows
        if row[3] != LISTENING and port in (int(end[-4:], 16) for end in row[1:3])
    }
    return len(held & at_port)


def sockets(pid: int) -> set[str]:
    found = set()
    with suppress(OSError):
        for descriptor in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(OSError):
                found.add(os.readlink(descriptor))
    return found
