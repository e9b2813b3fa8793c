"""docs/deploy.md followed word for word, on layers that go away again."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def commands() -> list[str]:
    """Return the guide's commands in order, each a line."""
    return "".join(re.findall(r"^```sh\n(.*?)^```", guide(), re.M | re.S)).splitlines()


def restoring(private: Path, backup: Path) -> list[str]:
    """Return the guide's commands that restore, with these files for the words that stand there."""
    lines = done_elsewhere(r"\S.*\b(?:createdb|deploy/restore)\b.*\bwsis_forum_restored\b")
    return [line.replace("PRIVATE_KEY", str(private)).replace("BACKUP", str(backup))
            for line in lines]  # fmt: skip


def done_elsewhere(pattern: str) -> list[str]:
    """Return the lines that begin so among the commands that are for another machine or hour."""
    of_one_host = guide().partition("\n## In containers\n")[0]
    return re.findall(rf"^    ({pattern}.*)$", of_one_host, re.M)


def guide() -> str:
    return (ROOT / "docs/deploy.md").read_text()
