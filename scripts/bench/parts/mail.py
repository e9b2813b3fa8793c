"""The part ``mail``: what HTML and the seal cost a letter, and what a spam filter thinks of it."""

import argparse
import json
import os
import shutil
from pathlib import Path

from scripts.bench import tables
from scripts.bench.rounds import Run, alone, in_turns, run_children
from scripts.demonstration_seal import make_seal
from scripts.peers.databases import make_again

PLAIN = "neither: no seal, no HTML"
BOTH = "both"
RATIO, SEAL_MS, POINTS = 1.15, 10, 2


def play(asked: argparse.Namespace, folder: Path) -> None:
    compare_composing(asked.rounds, folder)
    score_mails(folder)


def compare_composing(rounds: int, folder: Path) -> None:
    make_seal(folder / "seal.p12")
    sealing = {"SEAL_FILE": str(folder / "seal.p12")}
    runs = {
        PLAIN: Run(["job.compose_without_html"], first="job.plan"),
        BOTH: Run(["job.compose_warm"], sealing, "job.plan"),
    }
    costs = alone(in_turns(rounds, runs))
    # The difference of two runs is too coarse for so little; the last one left sealed letters.
    seal = run_children("job.seal_alone", **sealing)[""]
    tables.compared("Composing 193 letters: what HTML and the seal cost", costs)
    plain, both = costs[PLAIN], costs[BOTH]
    tables.heading("Of these", "", "target")
    ratio = both.of_processor / plain.of_processor
    tables.row("CPU with both beside neither", *tables.at_most(ratio, RATIO))
    tables.row("CPU ms of the seal by itself, each letter", *tables.at_most(seal.worked, SEAL_MS))
    tables.row("peak memory with both, shared pages included, MB", tables.number(both.megabytes))


def score_mails(folder: Path) -> None:
    """Score the mails of a demonstration, in a database of its own: the other has an edition."""
    if not shutil.which("spamassassin"):
        print("\nSpamAssassin is missing: apt-get install spamassassin")
        return
    url = f"{os.environ['DATABASE_URL']}_mail"
    make_again(url)
    scores = folder / "spam.json"
    run_children("spam.tell_story", DATABASE_URL=url)
    run_children(f"spam.score {scores}", DATABASE_URL=url)
    tables.heading("SpamAssassin, points of the 5 of a spam", "points", "target")
    for text, language, points, rules in json.loads(scores.read_text()):
        label = f"{text}, {tables.NAMES[language]}"
        tables.row(label, *tables.at_most(points, POINTS), f"  {rules}")
