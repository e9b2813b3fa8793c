"""What a page of the desk costs as the database grows, from a thousand invitations on."""

from collections.abc import Mapping, Sequence

from scripts.bench import tables
from scripts.bench.rounds import Costs, Job, of_size, run_children

STORED = (of_size(1_000, 24), of_size(10_000, 48), of_size(100_000, 96))


def at_each_size(jobs: Mapping[str, Sequence[Job]]) -> list[dict[str, Costs]]:
    """Play the jobs of each part at each size, and return what they cost by part."""
    run_children("pages.collect_static")
    run_children("sending.approve")
    run_children("planning.settle")
    run_children("children.filling.answer")
    found = []
    for stored in STORED:
        run_children(f"planning.store {stored}")
        run_children("children.filling.write")
        found.append({part: costs_of(played) for part, played in jobs.items()})
    return found


def costs_of(jobs: Sequence[Job]) -> Costs:
    return {what: cost for job in jobs for what, cost in run_children(job).items()}


def print_growth(
    title: str, found: list[Costs], within: Mapping[str, int], stored: Sequence[int] = STORED
) -> None:
    """Print a row for each page; ``within`` says how many ms the largest may take.

    Beside the clock stands what this process and that of the database worked for the largest.
    """
    sizes = (f"{size:,}" for size in stored)
    columns = ("CPU ms", "database", "", "target")
    tables.heading(f"{title}, ms, at so many invitations", *sizes, *columns)
    for name, largest in found[-1].items():
        measured = [tables.number(costs[name].wall) for costs in found]
        target = tables.below(largest.wall, within[name])[1:] if name in within else ()
        database = 1000 * largest.of_others / largest.done
        worked = (tables.number(largest.worked), tables.number(database))
        tables.row(name, *measured, *worked, "", *target)
