"""Real processes to do harm to, and the account of what arrived: for tests and `make soak`.

Nothing here needs Django: what does harm shares nothing with what it is done to. Linux only.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from invitations.tests.smtp_peer import free_port

ROOT = Path(__file__).resolve().parents[2]
LISTENING = "0A"
SECRETARIAT = "forum@example.org"


class Receipt(NamedTuple):
    """One message that the mail server took: to whom, from which envelope, which bytes."""

    address: str
    sender: str
    sha256: str


class Account(NamedTuple):
    """What became of the deliveries; the last four must be nothing."""

    received: int
    handed_over: int
    uncertain: int
    twice: int
    lost: int  # handed over, and never received
    astray: int  # in any other state
    strange: int  # received, but not as it was sent

    def breaches(self, uncertain_at_most: int) -> list[str]:
        found = {
            "received twice": self.twice,
            "lost": self.lost,
            "in another state": self.astray,
            "received otherwise than sent": self.strange,
            "uncertain beyond the bound": max(0, self.uncertain - uncertain_at_most),
        }
        return [f"{number} {what}" for what, number in found.items() if number]


def account(states: dict[Receipt, str], received: Iterable[Receipt]) -> Account:
    """Compare the deliveries, by what is to arrive, with what the mail server took."""
    arrived = Counter(received)
    by_state = Counter(states.values())
    return Account(
        received=sum(arrived.values()),
        handed_over=by_state["handed_over"],
        uncertain=by_state["uncertain"],
        twice=sum(times > 1 for times in arrived.values()),
        lost=sum(
            state == "handed_over" and not arrived[receipt] for receipt, state in states.items()
        ),
        astray=len(states) - by_state["handed_over"] - by_state["uncertain"],
        strange=len(arrived.keys() - states.keys()),
    )


class Program:
    """A process with children, in a group of its own, which can be killed and started again."""

    def __init__(self, *command: str, log: Path, **environment: str) -> None:
        self.command = command
        self.log = log
        self.environment = os.environ | environment
        self.groups: list[int] = []
        self.start()

    def start(self) -> None:
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=self.environment,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self.groups.append(self.process.pid)

    @property
    def pids(self) -> list[int]:
        return [self.process.pid, *children(self.process.pid)]

    def kill(self, whom: str, port: int) -> int:
        """Kill the "child", its "parent" or "both" without warning; start again what is missing.

        Return how many connections to that port were open. Celery's children die with their parent.
        """
        self.stands_still()
        parent, *forked = self.pids
        lines = open_lines([parent, *forked], port)
        for pid in {"child": forked or [parent], "parent": [parent]}.get(whom, [*forked, parent]):
            os.kill(pid, signal.SIGKILL)
        self.goes_on()
        if whom != "child" or not forked:
            self.process.wait()
            self.start()
        return lines

    def stands_still(self) -> None:
        until(self.was_stopped, "the processes stand still")

    def was_stopped(self) -> bool:
        """Stop them, and those forked meanwhile, too."""
        self.tell(signal.SIGSTOP)
        return all(map(is_stopped, self.pids))

    def goes_on(self) -> None:
        self.tell(signal.SIGCONT)

    def tell(self, number: signal.Signals) -> None:
        for pid in self.pids:
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def end(self) -> None:
        """Kill it with all that it or its forerunners have left behind."""
        for group in self.groups:
            with suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)
        self.process.wait()


class MailServer(Program):
    """A mail server in a process of its own; it writes down what it took."""

    def __init__(self, folder: Path) -> None:
        self.port, self.folder = free_port(), folder
        folder.mkdir(parents=True, exist_ok=True)
        self.behaves()
        peer = str(ROOT / "scripts" / "soak_peer.py")
        command = (sys.executable, peer, str(self.port), str(folder))
        super().__init__(*command, log=folder / "log")

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}/"

    def start(self) -> None:
        super().start()
        until(lambda: answers(self.port), "the mail server answers")

    def behaves(self, **manners: float) -> None:
        draft = self.folder / "manners.part"
        draft.write_text(json.dumps(manners))
        draft.replace(self.folder / "manners.json")

    def goes_away(self) -> int:
        """Return how many connections it takes with it."""
        self.stands_still()
        lines = open_lines(self.pids, self.port)
        self.process.kill()
        self.process.wait()
        return lines

    def received(self) -> list[Receipt]:
        return [Receipt(*line.split()) for line in self.lines("received")]

    def unheard(self) -> int:
        """How many answers on letters nobody heard; digests go to the secretariat, and may."""
        return sum(address != SECRETARIAT for address in self.lines("unheard"))

    def lines(self, name: str) -> list[str]:
        file = self.folder / name
        return file.read_text().splitlines() if file.exists() else []


def celery(kind: str, name: str, folder: Path, *options: str, **environment: str) -> Program:
    """A worker of one forked process, or a beat, on the host to which the folder belongs."""
    command = [sys.executable, "-m", "celery", "--quiet", "--app", "wsis_forum", kind]
    if kind == "worker":
        command += [
            "--pool", "prefork", "--concurrency", "1", "--hostname", f"{name}@{folder.name}",
            "--without-gossip", "--without-mingle", "--without-heartbeat",
        ]  # fmt: skip
    else:
        command += ["--scheduler", "celery.beat:Scheduler"]
    folder.mkdir(parents=True, exist_ok=True)
    return Program(
        *command,
        "--loglevel",
        "WARNING",
        *options,
        log=folder / f"{name}.log",
        VAR_DIR=str(folder),
        TMPDIR=str(folder),
        PYTHONWARNINGS="ignore:You're running the worker",
        **environment,
    )


def children(pid: int) -> list[int]:
    try:
        return [
            int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        ]
    except OSError:
        return []


def is_stopped(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "TZX"
    except OSError:
        return True


def open_lines(pids: list[int], port: int) -> int:
    """How many connections with that port at one end the processes hold."""
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


def answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False


def until(reached: Callable[[], bool], what: str, seconds: float = 60) -> None:
    stop_at = time.monotonic() + seconds
    while not reached():
        if time.monotonic() > stop_at:
            raise TimeoutError(f"After {seconds} s it is not so that {what}.")
        time.sleep(0.05)
