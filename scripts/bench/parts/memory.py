"""The part ``memory``: what the processes of a deployment hold.

The figure is PSS: a page that several processes share counts in each as its part of it.
"""

import argparse
from pathlib import Path

from scripts.bench import tables
from scripts.bench.parts.pages import served
from scripts.bench.rounds import run_children
from scripts.demonstration_seal import make_seal
from scripts.peers.programs import children, shared_memory, start_celery

WEB, WORKER = 140, 200  # megabytes
# As the units of deploy/systemd set it.
AS_DEPLOYED = {"MALLOC_ARENA_MAX": "2", "TICK_SECONDS": "5"}


def play(asked: argparse.Namespace, folder: Path) -> None:
    tables.heading("Memory of the processes of a deployment, PSS in MB", "PSS", "target")
    measure_workers(folder)
    measure_web()


def measure_web() -> None:
    run_children("pages.collect_static")
    run_children("sending.approve")
    with served("wsis_forum.wsgi", "--threads", "8", **AS_DEPLOYED) as site:
        master = int(site.split()[1])
        run_children(f"children.memory.look {site}")
        largest = max(map(shared_memory, children(master)))
        tables.row("web, after 300 pages of offices", *tables.below(largest, WEB))
        run_children(f"children.memory.look_at_the_desk {site}")
        largest = max(map(shared_memory, children(master)))
        tables.row("web, after 60 pages of the desk too", *tables.below(largest, WEB))
        tables.row("web, its master", tables.number(shared_memory(master)))


def measure_workers(folder: Path) -> None:
    """Let workers as a deployment starts them compose and seal letters in six languages."""
    make_seal(folder / "seal.p12")
    run_children("job.plan")
    sealing = AS_DEPLOYED | {"SEAL_FILE": str(folder / "seal.p12")}
    worker = start_celery("worker", "worker", folder, "--concurrency", "2", **sealing)
    clock = start_celery("beat", "beat", folder, **sealing)
    try:
        run_children("children.memory.await_composed")
        parent, *forked = worker.pids
        for number, pid in enumerate(forked, 1):
            label = f"worker, its process {number}, letters sealed"
            tables.row(label, *tables.below(shared_memory(pid), WORKER))
        tables.row("worker, its parent", tables.number(shared_memory(parent)))
        tables.row("clock", tables.number(shared_memory(clock.process.pid)))
    finally:
        worker.end()
        clock.end()
