"""The part ``desk``: the first page, the board and lists, at 1,000 to 100,000 invitations."""

from pathlib import Path

from scripts.bench.parts.growing import print_growth
from scripts.bench.rounds import Costs

JOBS = ["children.desk.show"]
WITHIN = {"first page": 300, "board": 300}  # milliseconds, of the largest


def show(found: list[Costs], _folder: Path) -> None:
    print_growth("Desk: a page opened", found, WITHIN)
