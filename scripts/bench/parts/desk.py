"""The part ``desk``: the first page, the board and lists, at 1,000 to 100,000 invitations."""

from pathlib import Path

from scripts.bench.parts.growing import print_growth
from scripts.bench.rounds import Costs, run_children

JOBS = ["children.desk.show"]
WITHIN = {"first page": 300, "board": 300}  # milliseconds, of the largest


def show(found: list[Costs], folder: Path) -> None:
    print_growth("Desk: a page opened", found, WITHIN)
    run_children("children.desk.explain")
    print("\n" + (folder / "desk-plans.txt").read_text())
