"""How many pages a PDF has, counted where it can do no harm. A leaf, and a program by itself.

A few bytes of a PDF may unpack to a gigabyte. So it is opened by a process of its own, which has
little memory and little time, knows nothing of ours, and leaves no file behind.
"""

import io
import resource
import subprocess
import sys
import threading

import pikepdf

MEMORY = 256 * 1024 * 1024  # bytes; ten megabytes of the smallest objects are read in half of it
PROCESSOR = 3  # seconds; such a file takes half of one
PATIENCE = 20  # seconds by the clock, where the machine is busy
# However many files come in at once, so many are looked at by one web process.
AT_ONCE = threading.BoundedSemaphore(2)


class Unsafe(Exception):
    """The file took more memory or time than any honest one."""


def pages_of(content: bytes) -> int:
    """The number of its pages; 0 where it is no PDF, is damaged or asks for a password.

    Raise Unsafe for what cannot be read within the limits.
    """
    with AT_ONCE:
        try:
            ended = subprocess.run(  # noqa: S603 -- this very file, and nothing of the sender's
                [sys.executable, "-I", __file__],
                input=content,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={},
                timeout=PATIENCE,
                check=True,
            )
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as failed:
            raise Unsafe from failed
    return int(ended.stdout)


def limit(kind: int, most: int) -> None:
    """Never ask for more than this process was itself given."""
    given = resource.getrlimit(kind)[1]
    least = most if given == resource.RLIM_INFINITY else min(most, given)
    resource.setrlimit(kind, (least, least))


def main() -> None:
    limit(resource.RLIMIT_CORE, 0)
    limit(resource.RLIMIT_CPU, PROCESSOR)
    limit(resource.RLIMIT_AS, MEMORY)
    sys.stdout.write(str(counted(sys.stdin.buffer.read())))


def counted(content: bytes) -> int:
    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            return len(pdf.pages)
    except (pikepdf.PdfError, pikepdf.PasswordError, ValueError, RuntimeError):
        return 0


if __name__ == "__main__":
    main()
