"""The part ``desk``: the first page, the board and lists, at 1,000 to 100,000 invitations."""

import argparse
from pathlib import Path

from scripts.bench import tables
from scripts.bench.rounds import Costs, run_children

STORED = (1_000, 10_000, 100_000)
WITHIN = {"first page": 300, "board": 300}  # milliseconds, of the largest


def play(asked: argparse.Namespace, folder: Path) -> None:
    run_children("pages.collect_static")
    run_children("sending.approve")
    run_children("planning.settle")
    run_children("children.desk.answer")
    found = []
    for stored in STORED:
        run_children(f"planning.store {stored}")
        found.append(run_children("children.desk.show"))
    print_costs(found)
    run_children("children.desk.explain")
    print("\n" + (folder / "desk-plans.txt").read_text())


def print_costs(found: list[Costs]) -> None:
    tables.heading(
        "Desk: a page opened, ms, at so many invitations",
        *(f"{stored:,}" for stored in STORED), "CPU ms", "", "target",
    )  # fmt: skip
    for name, largest in found[-1].items():
        measured = [tables.number(costs[name].wall) for costs in found]
        within = WITHIN.get(name)
        target = tables.below(largest.wall, within)[1:] if within else ()
        tables.row(name, *measured, tables.number(largest.worked), "", *target)
