"""The part ``exports``: lists taken out, at 1,000 to 100,000 invitations."""

from pathlib import Path

from scripts.bench import tables
from scripts.bench.parts.growing import STORED
from scripts.bench.rounds import Costs

LISTS = ("invitation", "reply", "delivery")
JOBS = [f"children.exports.take_out {one} {kind}" for one in LISTS for kind in ("xlsx", "csv")]
GROWTH = 100  # megabytes, from the least to the largest


def show(found: list[Costs], _folder: Path) -> None:
    """Print a row for each file: seconds at each size, and the peak memory."""
    sizes = [f"{stored:,}" for stored in STORED]
    tables.heading("Exports: a file made, s, and peak MB", *sizes, "CPU s", *sizes, "", "growth")
    for name, largest in found[-1].items():
        seconds = [f"{costs[name].seconds:.2f}" for costs in found]
        megabytes = [f"{costs[name].megabytes:.0f}" for costs in found]
        grown = tables.below(largest.megabytes - found[0][name].megabytes, GROWTH)
        tables.row(name, *seconds, f"{largest.of_processor:.2f}", *megabytes, "", *grown)
