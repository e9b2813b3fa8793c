"""The part ``pages``: how fast gunicorn answers, beside floors that the bench brings with it."""

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts.bench import tables
from scripts.bench.rounds import Cost, Costs, Run, in_turns, run_children
from scripts.peers.programs import Listening

FORM, SAVED = "floor: a form of ten fields, crispy", "floor: a locked row of ten fields, saved"
SILENT, FILED = "product: the answer page", "product: the same, with an answer on file"
CONFIRMED = "product: an answer confirmed"
# The floor beside each, and the part of its rate that is wanted.
BESIDE = {
    FORM: ("", 0), SILENT: (FORM, 0.7), FILED: (FORM, 0.7), SAVED: ("", 0), CONFIRMED: (SAVED, 0.22)
}  # fmt: skip
FLOOR = {"DJANGO_SETTINGS_MODULE": "scripts.bench.floors.settings"}


def play(asked: argparse.Namespace, folder: Path) -> None:
    run_children("sending.approve")
    measure_answer_page(asked.rounds)


def measure_answer_page(rounds: int) -> None:
    run_children("pages.collect_static")
    run_children("pages.analyze")
    run_children("bare.make_rows", **FLOOR)
    with (
        served("django.core.wsgi:get_wsgi_application()", **FLOOR) as floor,
        served("wsis_forum.wsgi") as site,
    ):
        runs = {
            FORM: Run([f"bare.show {floor}"], FLOOR),
            SILENT: Run([f"pages.show {site}"], first="pages.forget"),
            SAVED: Run([f"bare.save {floor}"], FLOOR),
            CONFIRMED: Run([f"pages.record {site}"], first="pages.forget"),
            FILED: Run([f"pages.show {site}"]),
        }
        found = in_turns(rounds, runs)
    costs = {label: played[""] for label, played in found.items()}
    print_costs(costs)
    print_bounds(costs)


def print_costs(costs: Costs) -> None:
    tables.heading(
        "Pages: two workers of gunicorn, eight calls at once",
        "per s", "p99 ms", "CPU ms", "MB", "ratio", "target",
    )  # fmt: skip
    for label, (floor, target) in BESIDE.items():
        cost = costs[label]
        figures = (rate(cost), 1000 * cost.slow, cost.worked, cost.megabytes)
        ratio = tables.at_least(rate(cost) / rate(costs[floor]), target) if floor else ()
        tables.row(label, *map(tables.number, figures), *ratio)


def print_bounds(costs: Costs) -> None:
    tables.heading("Of these", "ratio", "target")
    slow = costs[SILENT].slow / costs[FORM].slow
    tables.row("the page's p99 beside its floor's", *tables.at_most(slow, 2))
    memory = max(costs[label].megabytes for label in (SILENT, FILED, CONFIRMED))
    tables.row("a worker's memory after the calls, MB", *tables.below(memory, 120))


def rate(cost: Cost) -> float:
    return cost.done / cost.seconds


@contextmanager
def served(application: str, *options: str, **environment: str) -> Iterator[str]:
    """Serve the application by two workers; yield its port and its master process."""
    command = [sys.executable, "-m", "gunicorn", "--workers", "2", "--no-control-socket"]
    command += ["--log-level", "warning", *options, application]
    log = Path(os.environ["VAR_DIR"], "site.log")
    site = Listening(*command, log=log, **environment)
    try:
        yield f"{site.port} {site.process.pid}"
    finally:
        site.end()
