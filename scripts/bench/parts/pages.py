"""The part ``pages``: how fast gunicorn answers, beside floors that the bench brings with it."""

import argparse
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts.bench import tables
from scripts.bench.rounds import ROOT, Cost, median, run_children

FLOOR = {"DJANGO_SETTINGS_MODULE": "scripts.bench.floors.settings"}


def play(asked: argparse.Namespace, folder: Path) -> None:
    run_children("sending.approve")
    measure_answer_page(asked.rounds)


def measure_answer_page(rounds: int) -> None:
    run_children("pages.collect_static")
    run_children("pages.analyze")
    run_children("bare.make_rows", **FLOOR)
    form, page, saved, confirmed, filed = [], [], [], [], []
    with served("scripts.bench.floors.wsgi", **FLOOR) as floor, served("wsis_forum.wsgi") as site:
        for _round in range(rounds):
            form.append(run_children(f"bare.show {floor}", **FLOOR)[""])
            page.append(run_children(f"pages.show {site}")[""])
            saved.append(run_children(f"bare.save {floor}", **FLOOR)[""])
            confirmed.append(run_children(f"pages.record {site}")[""])
            filed.append(run_children(f"pages.show {site}")[""])
            run_children("pages.forget")
    costs = [median(measured) for measured in (form, page, filed, saved, confirmed)]
    print_costs(*costs)
    print_bounds(*costs)


def print_costs(form: Cost, page: Cost, filed: Cost, saved: Cost, confirmed: Cost) -> None:
    tables.heading(
        "Pages: two workers of gunicorn, eight calls at once",
        "per s", "p99 ms", "CPU ms", "MB", "ratio", "target",
    )  # fmt: skip
    line("floor: a form of ten fields, crispy", form)
    line("product: the answer page", page, *tables.at_least(rate(page) / rate(form), 0.7))
    line(
        "product: the same, with an answer on file", filed,
        *tables.at_least(rate(filed) / rate(form), 0.7),
    )  # fmt: skip
    line("floor: a locked row of ten fields, saved", saved)
    line(
        "product: an answer confirmed", confirmed,
        *tables.at_least(rate(confirmed) / rate(saved), 0.22),
    )  # fmt: skip


def print_bounds(form: Cost, page: Cost, filed: Cost, _saved: Cost, confirmed: Cost) -> None:
    tables.heading("Of these", "ratio", "target")
    slow = page.slow / form.slow
    tables.row("the page's p99 beside its floor's", *tables.at_most(slow, 2))
    memory = max(page.megabytes, filed.megabytes, confirmed.megabytes)
    tables.row("a worker's memory after the calls, MB", *tables.below(memory, 120))


def rate(cost: Cost) -> float:
    return cost.done / cost.seconds


def line(label: str, cost: Cost, *cells: str) -> None:
    figures = (rate(cost), 1000 * cost.slow, cost.worked, cost.megabytes)
    tables.row(label, *map(tables.number, figures), *cells)


@contextmanager
def served(application: str, *options: str, **environment: str) -> Iterator[str]:
    """Serve the application by two workers; yield its port and its master process."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        command = [
            sys.executable, "-m", "gunicorn", "--bind", f"fd://{listening.fileno()}",
            "--workers", "2", "--no-control-socket", "--log-level", "warning", *options,
            application,
        ]  # fmt: skip
        with subprocess.Popen(
            command, cwd=ROOT, env=os.environ | environment, pass_fds=[listening.fileno()]
        ) as master:
            try:
                yield f"{listening.getsockname()[1]} {master.pid}"
            finally:
                master.terminate()
