"""A disk of one's own, and what lies on it after a power cut: what was synced, and no more."""

import os
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory

CAN_BE_CUT = os.geteuid() == 0 and shutil.which("mkfs.ext4") and Path("/dev/loop-control").exists()


@contextmanager
def disk_at(folder):
    """Let the folder be a disk that writes nothing by itself; yield the file that it lies in."""
    image = folder.with_suffix(".image")
    image.touch()
    os.truncate(image, 64 << 20)
    subprocess.run(["mkfs.ext4", "-q", image], check=True)
    folder.mkdir()
    with mounted(image, folder, "loop,commit=300"):
        yield image


@contextmanager
def after_a_power_cut(image):
    """Yield what is found on the disk if the power is cut now."""
    with TemporaryDirectory() as name, NamedTemporaryFile() as found:
        shutil.copy(image, found.name)
        with mounted(found.name, Path(name), "loop"):
            yield Path(name)


@contextmanager
def mounted(image, folder, options):
    subprocess.run(["mount", "-o", options, image, folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", folder], check=True)
