"""The part ``search``: the palette and the lists' search, at 1,000 to 100,000 invitations."""

import argparse
from pathlib import Path

from scripts.bench import tables
from scripts.bench.rounds import Costs, run_children

STORED = (1_000, 10_000, 100_000)
WITHIN = 100  # milliseconds, of the largest


def play(asked: argparse.Namespace, folder: Path) -> None:
    run_children("pages.collect_static")
    run_children("sending.approve")
    run_children("planning.settle")
    run_children("children.desk.answer")
    found = []
    for stored in STORED:
        run_children(f"planning.store {stored}")
        run_children("children.search.write")
        found.append(run_children("children.search.find"))
    print_costs(found)
    run_children("children.search.explain")
    print("\n" + (folder / "search-plans.txt").read_text())


def print_costs(found: list[Costs]) -> None:
    tables.heading(
        "Search: an answer, ms, at so many invitations",
        *(f"{stored:,}" for stored in STORED), "CPU ms", "", "target",
    )  # fmt: skip
    for name, largest in found[-1].items():
        measured = [tables.number(costs[name].wall) for costs in found]
        target = () if name.startswith("list") else tables.below(largest.wall, WITHIN)[1:]
        tables.row(name, *measured, tables.number(largest.worked), "", *target)
