"""The part ``store``: what letters cost in an S3-speaking store, beside files in a folder."""

from pathlib import Path

from invitations.files.frozen import thaw
from invitations.letters.composing_queue import compose_planned
from invitations.models import Letter
from scripts.peers.store import s3_peer

from . import tables
from .composing import compose
from .edition import plan
from .measuring import Run, alone, measure, play


def main(folder: Path) -> None:
    """Compose letters into both, and read each letter and message once, as frozen."""
    with s3_peer() as peer:
        bucket = {"STORAGE_URL": peer.url(peer.new_bucket())}
        places = {"a folder": {}, "an S3-speaking store": bucket}
        composed = {label: Run([compose], place, plan) for label, place in places.items()}
        tables.compared("Composing 193 letters into", alone(play(composed)))
        reads = {label: Run([read], place, compose_again) for label, place in places.items()}
        tables.compared("Reading them from", alone(play(reads)))


# In processes of their own


def compose_again() -> None:
    plan()
    compose_planned()


def read() -> None:
    """Read each letter and its message, as they are given out and sent."""
    composed = Letter.objects.exclude(sha256="")
    frozen = [(letter.pdf.name, letter.sha256) for letter in composed]
    frozen += [(letter.message.name, letter.message_sha256) for letter in composed]
    measure(lambda: sum(bool(thaw(*one)) for one in frozen))
