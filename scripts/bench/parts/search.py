"""The part ``search``: the palette and the lists' search, at 1,000 to 100,000 invitations."""

import argparse
from pathlib import Path

from scripts.bench.parts.growing import at_each_size, print_growth
from scripts.bench.rounds import run_children

WITHIN = 100  # milliseconds, of the largest


def play(asked: argparse.Namespace, folder: Path) -> None:
    found = at_each_size("children.search.write", "children.search.find")
    within = {name: WITHIN for name in found[-1] if not name.startswith("list")}
    print_growth("Search: an answer", found, within)
    run_children("children.search.explain")
    print("\n" + (folder / "search-plans.txt").read_text())
