"""The part ``store``: what letters cost in an S3-speaking store, beside files in a folder."""

import argparse
from pathlib import Path

from scripts.bench import tables
from scripts.bench.rounds import Cost, median, run_children, same_work

FOLDER, STORE = "a folder", "an S3-speaking store"


def play(asked: argparse.Namespace, folder: Path) -> None:
    """Compose letters into both in turns, and read each letter and message once, as frozen."""
    # Its memory counts in each child's peak: no other part has to bear it.
    from scripts.peers.store import s3_peer  # noqa: PLC0415

    composed: dict[str, list[Cost]] = {FOLDER: [], STORE: []}
    read: dict[str, list[Cost]] = {FOLDER: [], STORE: []}
    with s3_peer() as peer:
        for _round in range(asked.rounds):
            # A bucket of its own for each round: what is there already is not sent again.
            places: dict[str, dict[str, str]] = {
                FOLDER: {},
                STORE: {"STORAGE_URL": peer.url(peer.new_bucket())},
            }
            for label, place in places.items():
                run_children("job.plan", **place)
                composed[label].append(run_children("job.compose", **place)[""])
                read[label].append(run_children("job.read", **place)[""])
    for title, costs in (("Composing 193 letters into", composed), ("Reading them from", read)):
        middle = {label: median(measured) for label, measured in costs.items()}
        same_work(list(middle.values()))
        tables.compared(title, middle)
