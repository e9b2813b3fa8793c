"""Packages of the zip format, looked at before anything in them is unpacked. A leaf."""

import zipfile

MOST_ENTRIES = 2000


class HostilePackage(Exception):
    """It is a bomb or damaged."""


class ZipBomb(HostilePackage):
    """It unpacks to more than it may."""


class PackageWithMacros(HostilePackage):
    """It holds a program."""


def refuse_hostile_package(package: zipfile.ZipFile, most_unpacked: int) -> None:
    """Raise Hostile, or say by Bomb or Macros which kind of it, before anything is kept of it.

    No entry can be unpacked to more than the size it announces, so the sum bounds the work.
    """
    entries = package.infolist()
    if sum(entry.file_size for entry in entries) > most_unpacked:
        raise ZipBomb
    names = {entry.filename for entry in entries}
    if any(name.endswith("vbaProject.bin") for name in names):
        raise PackageWithMacros
    # An entry of a name that was there already would be read by one program and not by another.
    if not len(names) == len(entries) <= MOST_ENTRIES or package.testzip() is not None:
        raise HostilePackage
