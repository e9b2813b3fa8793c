"""The part ``store``: what letters cost in an S3-speaking store, beside files in a folder."""

import argparse
from pathlib import Path

from scripts.bench import tables
from scripts.bench.rounds import Run, alone, in_turns

# What is measured, and by which children, after another one has prepared it.
MEASURED = {
    "Composing 193 letters into": ("job.compose", "job.plan"),
    "Reading them from": ("job.read", "job.compose_again"),
}


def play(asked: argparse.Namespace, folder: Path) -> None:
    """Compose letters into both in turns, and read each letter and message once, as frozen."""
    # Its memory counts in each child's peak: no other part has to bear it.
    from scripts.peers.store import s3_peer  # noqa: PLC0415

    with s3_peer() as peer:
        bucket = {"STORAGE_URL": peer.url(peer.new_bucket())}
        places = {"a folder": {}, "an S3-speaking store": bucket}
        for title, (job, first) in MEASURED.items():
            runs = {label: Run([job], place, first) for label, place in places.items()}
            tables.compared(title, alone(in_turns(asked.rounds, runs)))
