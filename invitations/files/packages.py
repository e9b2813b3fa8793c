"""Packages of the zip format, checked before anything in them is unpacked."""

import zipfile

MOST_ENTRIES = 2000
# Where OpenDocument keeps programs; the lists of libraries beside them may be there without any.
PROGRAMS = ("Basic/", "Scripts/")
NO_PROGRAMS = ("/", "/script-lc.xml", "/script-lb.xml", "/dialog-lc.xml", "/dialog-lb.xml")


class HostilePackage(Exception):
    """The package is hostile or damaged."""


class ZipBomb(HostilePackage):
    """The package unpacks to more than the limit."""


class PackageWithMacros(HostilePackage):
    """The package holds a program."""


def is_package(content: bytes) -> bool:
    """Whether the content begins as a package; a text may begin with the letters PK."""
    return content.startswith(b"PK\x03\x04")


def refuse_hostile_package(package: zipfile.ZipFile, most_unpacked: int) -> None:
    """Raise HostilePackage, ZipBomb or PackageWithMacros, before anything of the package is kept.

    No entry unpacks to more than the size it announces, so their sum bounds the work.
    """
    entries = package.infolist()
    if sum(entry.file_size for entry in entries) > most_unpacked:
        raise ZipBomb
    names = {entry.filename for entry in entries}
    if any(map(is_program, names)):
        raise PackageWithMacros
    # Of two entries with the same name, one program reads the first, and another the second.
    if not len(names) == len(entries) <= MOST_ENTRIES or package.testzip() is not None:
        raise HostilePackage


def is_program(name: str) -> bool:
    return name.endswith("vbaProject.bin") or (
        name.startswith(PROGRAMS) and not name.endswith(NO_PROGRAMS)
    )
