"""Small disks that can be filled, each of one folder."""

import errno
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FULL = "filled-by-the-soak"
BLOCK = b"\0" * 65536


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[None]:
    """Let the folder be a disk of its own; only root may mount one, others have the large one."""
    folder.mkdir(exist_ok=True)
    if os.geteuid() != 0:
        yield
        return
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    subprocess.run(command, check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=False)


@contextmanager
def full(folder: Path) -> Iterator[None]:
    """Fill the disk of the folder to its last byte, and empty it again."""
    if not folder.is_mount():
        raise PermissionError(f"{folder} is no disk of its own: only root may fill it.")
    file = folder / FULL
    try:
        fill(file)
        yield
    finally:
        file.unlink()


def fill(file: Path) -> None:
    block = BLOCK
    with file.open("wb", buffering=0) as rest:
        while block:
            try:
                rest.write(block)
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
                block = block[: len(block) // 2]
