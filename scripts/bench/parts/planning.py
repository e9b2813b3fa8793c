"""The part ``planning``: reminders, and finding and claiming what is due, among a million."""

import argparse
from pathlib import Path

from scripts.bench.parts.growing import print_growth
from scripts.bench.rounds import of_size, run_children

STORED = (of_size(10_000, 24), of_size(1_000_000, 96))


def play(asked: argparse.Namespace, _folder: Path) -> None:
    if not asked.large:
        print("\nPlanning at 1,000,000 invitations: left out; make bench ARGS=--large")
        return
    run_children("sending.approve")
    run_children("planning.settle")
    found = []
    for stored in STORED:
        run_children(f"planning.store {stored}")
        found.append(run_children("planning.plan"))
    print_growth("Planning", found, {}, STORED)
