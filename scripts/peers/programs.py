"""Programs in processes of their own, to be killed, stopped and started again."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from scripts.peers.ports import given_socket, listening, open_lines

ROOT = Path(__file__).resolve().parents[2]


class Program:
    """A process with children, in a group of its own, which can be killed and started again."""

    handed: Sequence[int] = ()  # open files, by their numbers

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
                pass_fds=self.handed,
            )
        self.groups.append(self.process.pid)

    @property
    def pids(self) -> list[int]:
        return [self.process.pid, *children(self.process.pid)]

    def kill(self, whom: str, port: int) -> int:
        """Kill the "child", its "parent" or "both" by SIGKILL; start again what is missing.

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
        wait_until(self.was_stopped, "the processes stand still")

    def was_stopped(self) -> bool:
        """Stop the processes; return whether those forked meanwhile are stopped too.

        One that waits until a program it begins has begun stops no sooner, and that is stopped too:
        then all go on.
        """
        for _look in range(10):
            self.tell(signal.SIGSTOP)
            if all(map(is_stopped, self.pids)):
                return True
            time.sleep(0.02)
        self.goes_on()
        return False

    def goes_on(self) -> None:
        self.tell(signal.SIGCONT)

    def tell(self, number: signal.Signals) -> None:
        for pid in self.pids:
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def end(self) -> None:
        """Kill the process and all that it or its earlier starts have left behind."""
        for group in self.groups:
            with suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)
        self.process.wait()


class Listening(Program):
    """A program that is given its socket as a unit is: whoever asks while it is away waits."""

    def __init__(self, *command: str, log: Path, **environment: str) -> None:
        self.socket = listening()
        self.handed = [self.socket.fileno()]
        super().__init__(*given_socket(self.socket, *command), log=log, **environment)

    @property
    def port(self) -> int:
        port: int = self.socket.getsockname()[1]
        return port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def restart(self) -> None:
        """Let the process end what it has begun, and start it again."""
        self.process.terminate()
        self.process.wait()
        self.start()

    def end(self) -> None:
        super().end()
        self.socket.close()


def start_celery(kind: str, name: str, folder: Path, *options: str, **environment: str) -> Program:
    """Start a worker of one forked process, or a beat, on the host whose folder this is."""
    folder.mkdir(parents=True, exist_ok=True)
    return Program(
        *[sys.executable, "-m", "celery", "--quiet", "--app", "wsis_forum", kind],
        *(as_worker(f"{name}@{folder.name}") if kind == "worker" else AS_BEAT),
        *["--loglevel", "WARNING", *options],
        log=folder / f"{name}.log",
        VAR_DIR=str(folder),
        TMPDIR=str(folder),
        PYTHONWARNINGS="ignore:You're running the worker",
        **environment,
    )


AS_BEAT = ["--scheduler", "celery.beat:Scheduler"]


def as_worker(name: str) -> list[str]:
    return [
        "--pool", "prefork", "--concurrency", "1", "--hostname", name,
        "--without-gossip", "--without-mingle", "--without-heartbeat",
    ]  # fmt: skip


def children(pid: int) -> list[int]:
    try:
        return [
            int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        ]
    except OSError:
        return []


def shared_memory(pid: int) -> float:
    """Return the megabytes of a process; what it shares counts as its part of it."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def is_stopped(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "TZX"
    except OSError:
        return True


def wait_until(reached: Callable[[], bool], what: str, seconds: float = 60) -> None:
    stop_at = time.monotonic() + seconds
    while not reached():
        if time.monotonic() > stop_at:
            raise TimeoutError(f"After {seconds} s it is not so that {what}.")
        time.sleep(0.05)
