"""Report a child's figures to its parent, on what was its standard output."""

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from typing import NamedTuple

from .rounds import of_size

# All other output of this process goes to its standard error.
FIGURES = os.dup(1)
os.dup2(2, 1)

ROUNDS = of_size(9, 1)


def measure(act: Callable[[], int], what: str = "") -> None:
    """Wait for the other children, act, and report; ``act`` returns how many it has done."""
    say("ready")
    sys.stdin.readline()
    report(what, timed(act))


def measure_often(
    act: Callable[[], int], what: str = "", others: Callable[[], float] = float
) -> None:
    """Report the median of some rounds.

    ``others`` returns how many seconds of processor other processes have spent on it so far.
    """
    rounds = [timed(act, others) for _round in range(ROUNDS)]
    report(what, sorted(rounds, key=lambda timing: timing.ended - timing.began)[ROUNDS // 2])


class Timing(NamedTuple):
    done: int
    began: float
    ended: float
    of_processor: float
    of_others: float = 0.0


def timed(act: Callable[[], int], others: Callable[[], float] = float) -> Timing:
    began, worked, beside = time.monotonic(), time.process_time(), others()
    done = act()
    ended, of_processor = time.monotonic(), time.process_time() - worked
    return Timing(done, began, ended, of_processor, others() - beside)


def report(what: str, timing: Timing, **beside: float) -> None:
    """Report what this process spent; ``beside`` replaces or adds figures of other processes."""
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    say(json.dumps({"what": what, "megabytes": megabytes} | timing._asdict() | beside))


def say(line: str) -> None:
    os.write(FIGURES, f"{line}\n".encode())
