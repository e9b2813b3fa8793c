"""The part ``planning``: reminders, and finding and claiming what is due, among a million."""

import argparse
from pathlib import Path

from scripts.bench import tables
from scripts.bench.rounds import Cost, Costs, of_size, run_children, same_work

FEW, MANY = of_size(10_000, 24), of_size(1_000_000, 96)


def play(asked: argparse.Namespace, folder: Path) -> None:
    if not asked.large:
        print("\nPlanning at 1,000,000 invitations: left out; make bench ARGS=--large")
        return
    run_children("sending.approve")
    run_children("planning.settle")
    reminded = {}
    for stored in (FEW, MANY):
        run_children(f"planning.store {stored}")
        reminded[stored] = run_children("planning.remind")[""]
    print_costs(reminded, run_children("planning.find"), run_children("planning.claim"))
    print("\n" + (folder / "plan.txt").read_text())


def print_costs(reminded: dict[int, Cost], found: Costs, claimed: Costs) -> None:
    for costs in (reminded, found, claimed):
        same_work(list(costs.values()))
    tables.heading("Planning at 1,000,000 invitations, ms", "beside", "ms", "ratio", "target")
    pairs = [
        (f"finding {found['with'].done} due, beside without partial indexes", found["without"],
         found["with"], 1 / 20),
        (f"claiming {claimed['at once'].done} at once, beside one by one", claimed["one by one"],
         claimed["at once"], 1 / 5),
    ]  # fmt: skip
    for label, before, now, target in pairs:
        milliseconds = [f"{1000 * cost.seconds:.2f}" for cost in (before, now)]
        tables.row(label, *milliseconds, *tables.at_most(now.seconds / before.seconds, target))
    print_reminded(*reminded.values())


def print_reminded(few: Cost, many: Cost) -> None:
    milliseconds = [f"{1000 * cost.seconds:.1f}" for cost in (few, many)]
    label = f"{many.done} reminders, at 10,000 and at 1,000,000"
    tables.row(label, *milliseconds, f"{many.seconds / few.seconds:.2f}", "about 1")
