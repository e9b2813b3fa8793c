"""docs/deploy.md followed word for word, on layers that go away again."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def commands() -> list[str]:
    """Return the guide's commands in order, each a line."""
    guide = (ROOT / "docs/deploy.md").read_text()
    return "".join(re.findall(r"^```sh\n(.*?)^```", guide, re.M | re.S)).splitlines()
