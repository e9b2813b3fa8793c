"""Let a program look at a file of a stranger where it can do no harm. A leaf, and a program itself.

A few bytes of a PDF or of a picture may unpack to a gigabyte. So each is opened by a process of
its own, which has little memory and little time, knows nothing of ours, and leaves no file behind.
"""

import resource
import runpy
import subprocess
import sys
import threading
from pathlib import Path

MEMORY = 256 * 1024 * 1024  # bytes; ten megabytes of the smallest objects are read in half of it
PROCESSOR = 3  # seconds; the largest honest file takes half of them
PATIENCE = 20  # seconds by the clock, where the machine is busy
# However many files come in at once, so many are looked at by one web process.
AT_ONCE = threading.BoundedSemaphore(2)


class Unsafe(Exception):
    """The file took more memory or time than any honest one."""


def run_confined(program: str, content: bytes) -> bytes:
    """What the program writes that reads the content; raise Unsafe where it passes its limits."""
    with AT_ONCE:
        try:
            ended = subprocess.run(  # noqa: S603 -- files of ours, and nothing of the sender's
                [sys.executable, "-I", __file__, program],
                input=content,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={},
                timeout=PATIENCE,
                check=True,
            )
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as failed:
            raise Unsafe from failed
    return ended.stdout


def limit(kind: int, most: int) -> None:
    """Never ask for more than this process was itself given."""
    given = resource.getrlimit(kind)[1]
    least = most if given == resource.RLIM_INFINITY else min(most, given)
    resource.setrlimit(kind, (least, least))


def main() -> None:
    limit(resource.RLIMIT_CORE, 0)
    limit(resource.RLIMIT_CPU, PROCESSOR)
    limit(resource.RLIMIT_AS, MEMORY)
    sys.path.append(str(Path(__file__).parents[2]))
    runpy.run_path(sys.argv[1], run_name="__main__")


if __name__ == "__main__":
    main()
