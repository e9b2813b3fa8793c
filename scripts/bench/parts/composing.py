"""The part ``composing``: letters set in type, and the whole job from planned to frozen."""

import argparse
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from scripts.bench import tables
from scripts.bench.rounds import Cost, median, medians, run_children, same_work
from scripts.demonstration_seal import make_seal

# The ratio to naive code that each language may reach: with one process, and with two.
ALONE = {"fr": 0.80, "en": 0.80, "es": 0.80, "ru": 0.80, "ar": 0.65, "zh-hans": 0.50}
TOGETHER = {"fr": 0.45, "en": 0.45, "es": 0.45, "ru": 0.45, "ar": 0.35, "zh-hans": 0.30}

NAIVE = "naive: write_pdf(), and the message"
ONE = "product: words, PDF/A, message, hashes and rows"
TWO = "product, two processes"
# What the bars leave for claim, hashes, files and rows is the difference to this.
UNKEPT = "product: words, PDF/A, seal and message alone"
WHOLE_JOB = {ONE: 0.67, TWO: 0.33}


def play(asked: argparse.Namespace, folder: Path) -> None:
    compare_typesetting(asked.rounds)
    measure_memory()
    compare_whole_job(asked.rounds, folder)


def compare_typesetting(rounds: int) -> None:
    run_children("letters.compare")
    naive, product, floor, pair = [], [], [], []
    for _round in range(rounds):
        naive.append(run_children("letters.naive"))
        product.append(run_children("letters.product"))
        floor.append(run_children("letters.typst"))
        pair.append(run_children("letters.product", "letters.product"))
    tables.setting(medians(naive), medians(product), medians(floor), ALONE)
    tables.setting_together(medians(naive), medians(pair), TOGETHER)


def measure_memory() -> None:
    tables.heading(
        "A worker's peak memory at letter 100 and 300, MB",
        "100", "300", "target", "", "growth", "target",
    )  # fmt: skip
    with ThreadPoolExecutor() as threads:
        plain, rare = threads.map(
            run_children, ["letters.worker fr plain", "letters.worker zh-hans rare"]
        )
    tables.memory("French", plain, 150)
    tables.memory("Chinese, a rare character in each name", rare, 200)


def compare_whole_job(rounds: int, folder: Path) -> None:
    make_seal(folder / "seal.p12")
    sealing = {"SEAL_FILE": str(folder / "seal.p12")}
    compared = {
        NAIVE: ["job.compose_naively"],
        ONE: ["job.compose"],
        TWO: ["job.compose", "job.compose"],
        UNKEPT: ["job.compose_unkept"],
    }
    run_children("job.plan")
    run_children("job.compare", **sealing)
    costs: dict[str, list[Cost]] = {label: [] for label in compared}
    for _round in range(rounds):
        for label, jobs in compared.items():
            run_children("job.plan")
            costs[label].append(run_children(*jobs, **sealing)[""])
    middle = {label: median(measured) for label, measured in costs.items()}
    same_work(list(middle.values()))
    tables.compared("Composing 193 letters; the product's have HTML and a seal", middle)
    tables.heading("Of these, by the clock", "ratio", "target")
    for label, target in WHOLE_JOB.items():
        tables.row(label, *tables.at_most(middle[label].seconds / middle[NAIVE].seconds, target))
