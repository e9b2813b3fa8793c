"""The stage that the parts share: servers, the hosts' processes, and the judgement."""

import random
import time
from pathlib import Path

from scripts.peers.mail_server import MailServer
from scripts.peers.ports import open_lines
from scripts.peers.programs import Program, start_celery
from scripts.peers.servers import PostgreSQL, Redis
from scripts.soak.letters import Letters

WORKERS = 4  # of each host
LINES = 2  # connections of each worker
COLUMNS = {
    "": 48, "harm": 5, "received": 9, "handed over": 12, "uncertain": 10, "at most": 8, "twice": 6,
    "lost": 5, "other": 6, "s": 5,
}  # fmt: skip


class Stage:
    def __init__(self, folder: Path, seed: int, database: PostgreSQL, broker: Redis) -> None:
        self.folder, self.database, self.broker = folder, database, broker
        self.random = random.Random(seed)  # noqa: S311 -- to be done again, not to be secret
        self.mail = MailServer(folder / "mail")
        self.programs: list[Program] = []
        self.breaches: list[str] = []
        self.print_row(*COLUMNS)

    def host(self, name: str, lines: int = LINES, **more: str) -> list[Program]:
        """Start workers and a beat; hosts share database, broker and file store, nothing else."""
        programs = [("worker", f"worker{number}") for number in range(WORKERS)] + [("beat", "beat")]
        environment = {"EMAIL_URL": self.mail.url, "SMTP_CONNECTIONS": str(lines), **more}
        started = [
            start_celery(kind, program, self.folder / name, **environment)
            for kind, program in programs
        ]
        self.programs += started
        return started

    def lines(self) -> int:
        """Count the connections between the programs and the mail server at this moment."""
        return open_lines([pid for one in self.programs for pid in one.pids], self.mail.port)

    def pause(self, shortest: float, longest: float) -> None:
        time.sleep(self.random.uniform(shortest, longest))

    def judge(self, title: str, harm: int, letters: Letters, at_most: int) -> None:
        """Wait until no delivery waits, print the account, and keep its breaches."""
        letters.settle()
        found = letters.account(self.mail)
        self.breaches += [f"{title}: {breach}" for breach in found.breaches(at_most)]
        row = (title, harm, *found[:3], at_most, *found[3:5], found.astray + found.strange)
        self.print_row(*row, round(letters.age))

    def print_row(self, first: object, *rest: object) -> None:
        wide, *widths = COLUMNS.values()
        cells = [str(cell).rjust(width) for cell, width in zip(rest, widths, strict=True)]
        print(str(first).ljust(wide), *cells, sep="", flush=True)

    def end(self) -> None:
        for program in [*self.programs, self.mail]:
            program.end()
