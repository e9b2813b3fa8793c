"""Keep the mark of this host: how many batches the armed database had sent at the latest look.

The database counts each batch before its mails leave, and the mark follows after the commit. What
is put back in place, a dump, a snapshot or a file, keeps the identity and the key, but counts fewer
than the mark says: it would send again what has left since.
"""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings


def mark_file(key_sha256: str) -> Path:
    """Return where this host keeps its mark: another key begins another one."""
    return settings.VAR_DIR / f"batches-sent-{key_sha256[:16]}"


def marked(key_sha256: str) -> int:
    """Return the mark of this host, 0 without one; raise OSError if it cannot be read."""
    file = mark_file(key_sha256)
    try:
        words = file.read_text()
    except FileNotFoundError:
        return 0
    if not words.isdecimal():
        raise OSError(errno.EIO, os.strerror(errno.EIO), str(file))
    return int(words)


def raise_mark(key_sha256: str, batches: int) -> None:
    """Raise the mark of this host to a number that is committed; never lower it."""
    if marked(key_sha256) < batches:
        with alone_on_this_host():
            write_mark(key_sha256, batches)


def write_mark(key_sha256: str, batches: int) -> None:
    if marked(key_sha256) >= batches:
        return
    file = mark_file(key_sha256)
    new = file.with_suffix(".new")
    with new.open("w") as opened:
        opened.write(str(batches))
        opened.flush()
        os.fsync(opened.fileno())
    new.replace(file)


@contextmanager
def alone_on_this_host() -> Iterator[None]:
    settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
    folder = os.open(settings.VAR_DIR, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)
