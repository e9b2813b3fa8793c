"""The part ``mail``: what HTML and the seal cost a letter, and what a spam filter thinks of it."""

import argparse
import json
import os
import shutil
from pathlib import Path
from urllib.parse import urlsplit

from scripts.bench import tables
from scripts.bench.rounds import Cost, median, run_children, same_work
from scripts.demonstration_seal import make_seal

DATABASE = "wsis_forum_bench_mail"
PLAIN = "neither: no seal, no HTML"
# Label, the child, and whether it seals.
COMPARED = {
    PLAIN: ("job.compose_without_html", False),
    "HTML": ("job.compose_warm", False),
    "a seal": ("job.compose_without_html", True),
    "both": ("job.compose_warm", True),
}
BOTH, SEAL_MS, POINTS = 1.15, 10, 2


def play(asked: argparse.Namespace, folder: Path) -> None:
    compare_composing(asked.rounds, folder)
    score_mails(folder)


def compare_composing(rounds: int, folder: Path) -> None:
    make_seal(folder / "seal.p12")
    costs: dict[str, list[Cost]] = {label: [] for label in COMPARED}
    for _round in range(rounds):
        for label, (job, seals) in COMPARED.items():
            run_children("job.plan")
            environment = {"SEAL_FILE": str(folder / "seal.p12")} if seals else {}
            costs[label].append(run_children(job, **environment)[""])
    # The difference of two runs is too coarse for so little; the last one left sealed letters.
    alone = run_children("job.seal_alone", SEAL_FILE=str(folder / "seal.p12"))[""]
    middle = {label: median(measured) for label, measured in costs.items()}
    same_work(list(middle.values()))
    tables.compared("Composing 193 letters: what HTML and the seal cost", middle)
    plain, both = middle[PLAIN], middle["both"]
    sealed_ms = alone.of_processor * 1000 / alone.done
    tables.heading("Of these", "", "target")
    ratio = both.of_processor / plain.of_processor
    tables.row("CPU with both beside neither", *tables.at_most(ratio, BOTH))
    tables.row("CPU ms of the seal by itself, each letter", *tables.at_most(sealed_ms, SEAL_MS))
    tables.row("peak memory with both, shared pages included, MB", tables.number(both.megabytes))


def score_mails(folder: Path) -> None:
    """Score the mails of a demonstration, in a database of its own: the other has an edition."""
    if not shutil.which("spamassassin"):
        print("\nSpamAssassin is missing: apt-get install spamassassin")
        return
    run_children(f"job.make_database {DATABASE}")
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=DATABASE).geturl()
    scores = folder / "spam.json"
    run_children("spam.tell_story", DATABASE_URL=url)
    run_children(f"spam.score {scores}", DATABASE_URL=url)
    tables.heading("SpamAssassin, points of the 5 of a spam", "points", "target")
    for text, language, points, rules in json.loads(scores.read_text()):
        label = f"{text}, {tables.NAMES[language]}"
        tables.row(label, *tables.at_most(points, POINTS), f"  {rules}")
