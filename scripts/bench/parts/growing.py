"""What a page of the desk costs as the database grows, from a thousand invitations on."""

from collections.abc import Mapping

from scripts.bench import tables
from scripts.bench.rounds import Costs, run_children

STORED = (1_000, 10_000, 100_000)


def at_each_size(*jobs: str) -> list[Costs]:
    """Play the jobs at each size, and return what the last of them cost."""
    run_children("pages.collect_static")
    run_children("sending.approve")
    run_children("planning.settle")
    run_children("children.desk.answer")
    found = []
    for stored in STORED:
        for job in (f"planning.store {stored}", *jobs):
            costs = run_children(job)
        found.append(costs)
    return found


def print_growth(title: str, found: list[Costs], within: Mapping[str, int]) -> None:
    """Print a row for each page; ``within`` says how many ms the largest may take."""
    sizes = (f"{stored:,}" for stored in STORED)
    tables.heading(f"{title}, ms, at so many invitations", *sizes, "CPU ms", "", "target")
    for name, largest in found[-1].items():
        measured = [tables.number(costs[name].wall) for costs in found]
        target = tables.below(largest.wall, within[name])[1:] if name in within else ()
        tables.row(name, *measured, tables.number(largest.worked), "", *target)
