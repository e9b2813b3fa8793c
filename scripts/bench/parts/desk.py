"""The part ``desk``: the first page, the board and lists, at 1,000 to 100,000 invitations."""

import argparse
from pathlib import Path

from scripts.bench.parts.growing import at_each_size, print_growth
from scripts.bench.rounds import run_children

WITHIN = {"first page": 300, "board": 300}  # milliseconds, of the largest


def play(asked: argparse.Namespace, folder: Path) -> None:
    print_growth("Desk: a page opened", at_each_size("children.desk.show"), WITHIN)
    run_children("children.desk.explain")
    print("\n" + (folder / "desk-plans.txt").read_text())
