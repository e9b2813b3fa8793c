"""Start children, let them begin together, and take the median of what they cost."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]

# So little is measured then that each part just shows that it runs.
LITTLE = os.getenv("BENCH_LITTLE") == "1"

# A child's module, function and arguments: "letters.worker fr".
Job = str


class Cost(NamedTuple):
    done: int
    seconds: float
    of_processor: float
    megabytes: float
    # Seconds within which 99 of 100 were answered, if that was measured.
    slow: float = 0.0
    # Seconds of processor that the database spent, if that was measured.
    of_others: float = 0.0

    @property
    def wall(self) -> float:
        """Return milliseconds by the clock, for each."""
        return 1000 * self.seconds / self.done

    @property
    def worked(self) -> float:
        """Return milliseconds of processor, for each."""
        return 1000 * self.of_processor / self.done


Costs = dict[str, Cost]


class Run(NamedTuple):
    """Jobs to be played side by side; another one prepares what they find."""

    jobs: Sequence[Job]
    environment: Mapping[str, str] = {}
    first: Job = ""


def run_children(*jobs: Job, **environment: str) -> Costs:
    """Run the jobs side by side and return what they cost together, by the measurement's name.

    Each measurement begins in all of them at once.
    """
    with tempfile.TemporaryFile("w+") as said, ExitStack() as stack:
        children = [stack.enter_context(started(job, said, environment)) for job in jobs]
        costs: Costs = {}
        while lines := spoken(children):
            if lines[0] == "ready\n":
                for child in children:
                    tell(child, "go\n")
            else:
                measured = [json.loads(line) for line in lines]
                costs[measured[0]["what"]] = together(measured)
        ended = [child.wait() for child in children]
        if any(ended):
            said.seek(0)
            sys.exit(f"{said.read()[-5000:]}\n{' | '.join(jobs)} failed.")
        return costs


@contextmanager
def started(
    job: Job, said: IO[str], environment: Mapping[str, str]
) -> "Iterator[subprocess.Popen[str]]":
    with subprocess.Popen(
        [sys.executable, "-m", "scripts.bench.child", *job.split()],
        cwd=ROOT,
        env=os.environ | environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=said,
        text=True,
    ) as child:
        try:
            yield child
        finally:
            child.kill()


def spoken(children: "list[subprocess.Popen[str]]") -> list[str]:
    """Return each child's next line; none once a child has ended, and then end the others."""
    lines = [child.stdout.readline() for child in children if child.stdout]
    if all(lines):
        return lines
    for child, line in zip(children, lines, strict=True):
        if line:
            child.kill()
    return []


def tell(child: "subprocess.Popen[str]", line: str) -> None:
    if child.stdin:
        child.stdin.write(line)
        child.stdin.flush()


def together(measured: list[dict[str, Any]]) -> Cost:
    return Cost(
        done=sum(one["done"] for one in measured),
        seconds=max(one["ended"] for one in measured) - min(one["began"] for one in measured),
        of_processor=sum(one["of_processor"] for one in measured),
        megabytes=max(one["megabytes"] for one in measured),
        slow=max(one.get("slow", 0.0) for one in measured),
        of_others=sum(one.get("of_others", 0.0) for one in measured),
    )


def median(costs: list[Cost]) -> Cost:
    done, *measured = map(statistics.median, zip(*costs, strict=True))
    return Cost(int(done), *measured)


def in_turns(
    rounds: int, runs: "Mapping[str, Run]", after_each: Callable[[], object] = int
) -> dict[str, Costs]:
    """Play the runs in turns, so many rounds, and return the medians of each."""
    played: dict[str, list[Costs]] = {label: [] for label in runs}
    for _round in range(rounds):
        for label, run in runs.items():
            if run.first:
                run_children(run.first, **run.environment)
            played[label].append(run_children(*run.jobs, **run.environment))
            after_each()
    return {
        label: {what: median([costs[what] for costs in found]) for what in found[0]}
        for label, found in played.items()
    }


def alone(played: Mapping[str, Costs]) -> Costs:
    """Return what each run cost that has measured one thing; all must have done as much."""
    costs = {label: found[""] for label, found in played.items()}
    same_work(list(costs.values()))
    return costs


def of_size(usual: int, little: int) -> int:
    return little if LITTLE else usual


def same_work(costs: list[Cost]) -> None:
    """Exit unless each has done something, and as much as the others."""
    if len({cost.done for cost in costs}) > 1 or not costs[0].done:
        sys.exit(f"They did not do the same work: {costs}")
