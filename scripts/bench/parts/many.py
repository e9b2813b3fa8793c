"""The parts that are measured as the database grows: the desk, its search, and its exports."""

import argparse
from pathlib import Path

from scripts.bench.parts import desk, exports, search
from scripts.bench.parts.growing import at_each_size

PARTS = {"desk": desk, "search": search, "exports": exports}


def play(asked: argparse.Namespace, folder: Path) -> None:
    """Fill the database once, measure each part at each size, and print the parts in turn."""
    parts = {name: part for name, part in PARTS.items() if name in asked.parts}
    found = at_each_size({name: part.JOBS for name, part in parts.items()})
    for name, part in parts.items():
        part.show([costs[name] for costs in found], folder)
