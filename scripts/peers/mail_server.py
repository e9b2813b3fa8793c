"""A mail server that can be killed, told to misbehave, and asked what it took."""

import json
import sys
from pathlib import Path

from scripts.peers.accounts import Receipt
from scripts.peers.ports import answers, free_port, open_lines
from scripts.peers.programs import Program, wait_until

SECRETARIAT = "forum@example.org"


class MailServer(Program):
    """A mail server in a process of its own; it writes down what it took."""

    def __init__(self, folder: Path) -> None:
        self.port, self.folder = free_port(), folder
        folder.mkdir(parents=True, exist_ok=True)
        self.behaves()
        command = [sys.executable, "-m", "scripts.peers.smtp", str(self.port), str(folder)]
        super().__init__(*command, log=folder / "log")

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}/"

    def start(self) -> None:
        super().start()
        wait_until(lambda: answers(self.port), "the mail server answers")

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
        """Count the answers on letters that nobody heard; those on digests do not count."""
        return sum(address != SECRETARIAT for address in self.lines("unheard"))

    def lines(self, name: str) -> list[str]:
        file = self.folder / name
        return file.read_text().splitlines() if file.exists() else []
