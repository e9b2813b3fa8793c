"""Measure functions in processes of their own, which begin together.

Processes are started, never forked: fonts do not survive a fork.
"""

import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import NamedTuple
from unittest import mock

import django
from django.db import connection

# So little is measured then that each part just shows that it runs.
LITTLE = os.getenv("BENCH_LITTLE") == "1"

Job = Callable[[], object]


def of_size(usual: int, little: int) -> int:
    return little if LITTLE else usual


TIMES = of_size(9, 1)


class Cost(NamedTuple):
    """What was done in seconds by the clock and of processor, and the peak memory."""

    done: int
    began: float
    ended: float
    of_processor: float
    megabytes: float
    of_database: float = 0.0

    @property
    def seconds(self) -> float:
        return self.ended - self.began

    @property
    def wall(self) -> float:
        """Return milliseconds by the clock, for each."""
        return 1000 * self.seconds / self.done

    @property
    def worked(self) -> float:
        """Return milliseconds of processor, for each."""
        return 1000 * self.of_processor / self.done

    @property
    def worked_by_database(self) -> float:
        """Return milliseconds of the database's processor, for each."""
        return 1000 * self.of_database / self.done


Costs = dict[str, Cost]


class Run(NamedTuple):
    """Jobs to be run side by side; another one prepares what they find."""

    jobs: Sequence[Job]
    environment: Mapping[str, str] = {}
    first: Job | None = None


def play(runs: Mapping[str, Run], after_each: Job = int) -> dict[str, Costs]:
    """Play one run after the other, and return what each has cost."""
    found = {}
    for label, one in runs.items():
        if one.first:
            run(one.first, **one.environment)
        found[label] = run(*one.jobs, **one.environment)
        after_each()
    return found


def alone(found: Mapping[str, Costs]) -> Costs:
    """Return what each run cost that has measured one thing; all must have done as much."""
    costs = {label: measured[""] for label, measured in found.items()}
    refuse_unlike_work(costs)
    return costs


def refuse_unlike_work(costs: Costs) -> None:
    """Exit unless each has done something, and as much as the others."""
    amounts = {cost.done for cost in costs.values()}
    if len(amounts) > 1 or 0 in amounts:
        sys.exit(f"They did not do the same work: {costs}")


def run(*jobs: Job, **environment: str) -> Costs:
    """Run the jobs side by side and return what they cost together, by the measurement's name.

    A job that fails ends the bench.
    """
    context = get_context("spawn")
    begin = context.Barrier(len(jobs))
    with (
        mock.patch.dict(os.environ, environment),
        ProcessPoolExecutor(len(jobs), context, set_up, (begin,)) as children,
    ):
        running = [children.submit(measured_by, job) for job in jobs]
        measured = [child.result() for child in running]
    return {what: together([costs[what] for costs in measured]) for what in measured[0]}


def together(costs: list[Cost]) -> Cost:
    done, began, ended, of_processor, megabytes, of_database = zip(*costs, strict=True)
    return Cost(
        done=sum(done),
        began=min(began),
        ended=max(ended),
        of_processor=sum(of_processor),
        megabytes=max(megabytes),
        of_database=sum(of_database),
    )


# In a child: the barrier before it measures, and what it has measured.
_begin: list[Barrier] = []
_costs: Costs = {}


def set_up(begin: Barrier) -> None:
    """Set up Django in a child; what the child prints is lost, what it raises is not."""
    _begin.append(begin)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for output in (1, 2):
        os.dup2(nowhere, output)
    django.setup()


def measured_by(job: Job) -> Costs:
    try:
        job()
    except BaseException:  # whatever ends this child, the others may not wait for it
        _begin[0].abort()
        raise
    return _costs


def measure(act: Callable[[], int], what: str = "") -> None:
    """Wait for the other children, and act once; ``act`` returns how many it has done."""
    _begin[0].wait()
    _costs[what] = timed(act)


def measure_often(act: Callable[[], int], what: str) -> None:
    """Act some times and keep the median."""
    costs = [timed(act) for _time in range(TIMES)]
    _costs[what] = sorted(costs, key=lambda cost: cost.seconds)[TIMES // 2]


def timed(act: Callable[[], int]) -> Cost:
    of_database = worked_by_database()
    began, worked = time.monotonic(), time.process_time()
    done = act()
    ended, of_processor = time.monotonic(), time.process_time() - worked
    return Cost(done, began, ended, of_processor, peak_memory(), worked_by_database() - of_database)


def worked_by_database() -> float:
    """Return how long the process that serves this connection has worked; 0 on another host."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        file = Path(f"/proc/{cursor.fetchone()[0]}/schedstat")
    return int(file.read_text().split()[0]) / 1e9 if file.exists() else 0.0


def peak_memory() -> float:
    """Return the megabytes that this process has held at most."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024
