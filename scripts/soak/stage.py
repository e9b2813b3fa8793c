"""The stage that the parts share: a mail server, the hosts' processes, and the judgement."""

import os
import random
import time
from pathlib import Path

from scripts.peers.mail_server import MailServer
from scripts.peers.networks import Network
from scripts.peers.ports import open_lines
from scripts.peers.programs import Program, start_celery
from scripts.soak.letters import Letters
from scripts.soak.table import print_row

WORKERS = 4  # of each host
LINES = 2  # connections of each worker


class Stage:
    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.random = random.Random(seed)  # noqa: S311 -- to be done again, not to be secret
        self.mail = MailServer(folder / "mail", os.getenv("SOAK_ADDRESSES", "").split())
        self.programs: list[Program] = []
        self.breaches: list[str] = []

    def host(
        self, name: str, lines: int = LINES, on: Network | None = None, **more: str
    ) -> list[Program]:
        """Start workers and a beat; hosts share database, broker and file store, nothing else."""
        names = [("worker", f"worker{number}") for number in range(WORKERS)] + [("beat", "beat")]
        environment = {"EMAIL_URL": self.mail.url, "SMTP_CONNECTIONS": str(lines), **more}
        if on:
            shared = {name: os.environ[name] for name in ("DATABASE_URL", "REDIS_URL")}
            here = {"EMAIL_URL": self.mail.url, **shared}
            environment |= {
                name: url.replace("127.0.0.1", on.outside) for name, url in here.items()
            }
        started = [
            start_celery(
                kind, program, self.folder / name, on=on.command if on else (), **environment
            )
            for kind, program in names
        ]
        self.programs += started
        return started

    def lines(self) -> int:
        """Count the connections between the programs and the mail server at this moment."""
        return self.lines_of([pid for program in self.programs for pid in program.pids])

    def lines_of(self, pids: list[int]) -> int:
        return open_lines(pids, self.mail.port)

    def pause(self, shortest: float, longest: float) -> None:
        time.sleep(self.random.uniform(shortest, longest))

    def judge(self, title: str, harm: int, letters: Letters, at_most: int) -> None:
        """Wait until no delivery waits, print the account, and keep its breaches."""
        letters.settle()
        found = letters.account(self.mail)
        self.breaches += [f"{title}: {breach}" for breach in found.breaches(at_most)]
        row = (title, harm, *found[:3], at_most, *found[3:5], found.astray + found.strange)
        print_row(*row, round(letters.age))

    def end(self) -> None:
        for program in [*self.programs, self.mail]:
            program.end()
