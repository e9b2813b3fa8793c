"""Open a stranger's file in a confined process. This module is also that process's program.

A few bytes of a PDF or of a picture may unpack to a gigabyte. So each file is opened by its own
process, which has little memory and time, an empty environment, and leaves no file behind.
"""

import resource
import runpy
import subprocess
import sys
import threading
from pathlib import Path
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


class Unsafe(Exception):
    """The file took more memory or time than any honest file."""


def run_confined(program: str, content: bytes, limits: Limits | None = None) -> bytes:
    """Return what the program writes when it reads the content; raise Unsafe past the limits."""
    limits = limits or USUAL
    with AT_ONCE:
        try:
            ended = subprocess.run(  # noqa: S603 -- the arguments are files of ours
                [
                    sys.executable,
                    "-I",
                    __file__,
                    program,
                    str(limits.memory),
                    str(limits.processor),
                ],
                input=content,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={},
                timeout=limits.patience,
                check=True,
            )
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as failed:
            raise Unsafe from failed
    return ended.stdout


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
