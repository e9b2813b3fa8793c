"""The part ``composing``: letters set in type, and the whole job from planned to frozen."""

import argparse
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from scripts.bench import tables
from scripts.bench.rounds import Costs, Run, alone, in_turns, run_children
from scripts.demonstration_seal import make_seal

# The ratio to naive code that each language may reach: with one process, and with two.
ALONE = {"fr": 0.80, "en": 0.80, "es": 0.80, "ru": 0.80, "ar": 0.65, "zh-hans": 0.50}
TOGETHER = {"fr": 0.45, "en": 0.45, "es": 0.45, "ru": 0.45, "ar": 0.35, "zh-hans": 0.30}

NAIVE = "naive: write_pdf(), and the message"
ONE = "product: words, PDF/A, message, hashes and rows"
TWO = "product, two processes"
WHOLE_JOB = {ONE: 0.67, TWO: 0.33}


def play(asked: argparse.Namespace, folder: Path) -> None:
    make_seal(folder / "seal.p12")
    sealing = {"SEAL_FILE": str(folder / "seal.p12")}
    run_children("job.compare", **sealing)
    run_children("job.plan")
    compare_typesetting(asked.rounds)
    measure_memory()
    compare_whole_job(asked.rounds, sealing)


def compare_typesetting(rounds: int) -> None:
    jobs = {NAIVE: ["letters.naive"], ONE: ["letters.product"], TWO: ["letters.product"] * 2}
    found = in_turns(rounds, {label: Run(played) for label, played in jobs.items()})
    columns = ("naive", "product", "ratio", "target")
    tables.heading("Setting a letter, one process, CPU ms for each", *columns)
    for language, target in ALONE.items():
        naive, product = (found[label][language].worked for label in (NAIVE, ONE))
        print_ratio(language, naive, product, target)
    title = "Two processes at once beside one naive one, ms by the clock for each letter"
    tables.heading(title, *columns)
    for language, target in TOGETHER.items():
        naive, product = (found[label][language].wall for label in (NAIVE, TWO))
        print_ratio(language, naive, product, target)


def print_ratio(language: str, naive: float, product: float, target: float) -> None:
    figures = map(tables.number, (naive, product))
    tables.row(tables.NAMES[language], *figures, *tables.at_most(product / naive, target))


def measure_memory() -> None:
    tables.heading(
        "A worker's peak memory at letter 100 and 300, MB",
        "100", "300", "target", "", "growth", "target",
    )  # fmt: skip
    with ThreadPoolExecutor() as threads:
        plain, rare = threads.map(
            run_children, ["letters.worker fr plain", "letters.worker zh-hans rare"]
        )
    print_memory("French", plain, 150)
    print_memory("Chinese, a rare character in each name", rare, 200)


def print_memory(label: str, costs: Costs, target: float) -> None:
    first, last = costs["100"].megabytes, costs["300"].megabytes
    figures = (*tables.below(last, target), *tables.below(last - first, 5))
    tables.row(label, tables.number(first), *figures)


def compare_whole_job(rounds: int, sealing: Mapping[str, str]) -> None:
    jobs = {NAIVE: ["job.compose_naively"], ONE: ["job.compose"], TWO: ["job.compose"] * 2}
    runs = {label: Run(played, sealing, "job.plan") for label, played in jobs.items()}
    costs = alone(in_turns(rounds, runs))
    tables.compared("Composing 193 letters; the product's have HTML and a seal", costs)
    tables.heading("Of these, by the clock", "ratio", "target")
    for label, target in WHOLE_JOB.items():
        tables.row(label, *tables.at_most(costs[label].seconds / costs[NAIVE].seconds, target))
