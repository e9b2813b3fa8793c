"""Open a stranger's file in a confined process. This module is also that process's program.

A few bytes of a PDF or of a picture may unpack to a gigabyte. So each file is opened by its own
process, which has little memory and time, an empty environment, and leaves no file behind.
"""

import math
import resource
import runpy
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from time import monotonic
from typing import NamedTuple


class Limits(NamedTuple):
    """What one file may take; by default that of a document or a photo."""

    # Bytes; ten megabytes of the smallest objects need half of it.
    memory: int = 256 * 1024 * 1024
    # Seconds of processor time; the largest honest file needs half of them.
    processor: int = 3
    # Seconds by the clock, for a busy machine.
    patience: float = 20


USUAL = Limits()
# One web process opens at most so many files at once.
AT_ONCE = threading.BoundedSemaphore(2)


# By when all files of one form have been opened.
END: ContextVar[float] = ContextVar("END", default=math.inf)


class Unsafe(Exception):
    """The file took more memory or time than any honest file."""


class OutOfTime(Exception):
    """The files of the form before this one, or those of other forms, have taken all the time."""


@contextmanager
def all_within(seconds: float) -> Iterator[None]:
    """Bound what all files that are opened here take together, their wait for others included."""
    before = END.set(monotonic() + seconds)
    try:
        yield
    finally:
        END.reset(before)


def time_left() -> float:
    """Return the seconds that are left for the files of this form; raise OutOfTime at the end."""
    left = END.get() - monotonic()
    if left <= 0:
        raise OutOfTime
    return left


def run_confined(program: str, content: bytes, limits: Limits | None = None) -> bytes:
    """Return what the program writes when it reads the content; raise Unsafe past the limits."""
    limits = limits or USUAL
    if not AT_ONCE.acquire(timeout=min(time_left(), threading.TIMEOUT_MAX)):
        raise OutOfTime
    try:
        ended = run_limited(program, content, limits, min(limits.patience, time_left()))
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as failed:
        time_left()
        raise Unsafe from failed
    finally:
        AT_ONCE.release()
    return ended.stdout


def run_limited(
    program: str, content: bytes, limits: Limits, patience: float
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(  # noqa: S603 -- the arguments are files of ours
        [sys.executable, "-I", __file__, program, str(limits.memory), str(limits.processor)],
        input=content,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
        timeout=patience,
        check=True,
    )


def limit(kind: int, most: int) -> None:
    """Set the limit, to no more than this process itself was given."""
    given = resource.getrlimit(kind)[1]
    least = most if given == resource.RLIM_INFINITY else min(most, given)
    resource.setrlimit(kind, (least, least))


def main() -> None:
    limit(resource.RLIMIT_CORE, 0)
    limit(resource.RLIMIT_CPU, int(sys.argv[3]))
    limit(resource.RLIMIT_AS, int(sys.argv[2]))
    sys.path.append(str(Path(__file__).parents[2]))
    runpy.run_path(sys.argv[1], run_name="__main__")


if __name__ == "__main__":
    main()
