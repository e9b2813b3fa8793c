"""Packages of the zip format, checked before anything in them is unpacked."""

import re
import zipfile
from collections.abc import Iterator

MOST_ENTRIES = 2000
# Bytes of a list of parts: each has a line in it, of some two hundred.
LONGEST_LIST = 512 * 1024
CHUNK = 65_536  # bytes of a part looked at, at a time
LONGEST_TAG = 40  # bytes to the end of a tag's name, its prefix with it
# Of rows, cells and their texts a workbook may have one in so many bytes; of all else so many.
BYTES_OF_A_CELL = 16
MOST_ELEMENTS = 100_000
# Of parts of texts that have a look of their own, each of which is read with its font.
MOST_RUNS = 40_000
ELEMENT = re.compile(rb"<[^/?!]")
OF_CELLS = r"row|c|v|f|is|si|t|r|rPr"
OF_RUNS = r"rPh|phoneticPr|b|i|u|strike|sz|color|rFont|family|charset|scheme|vertAlign"
# What the parts hold that grow with a list: cells, and texts whose letters have several looks.
GROWING = {
    re.compile(part): re.compile(rb"<(?:[\w.-]{1,30}:)?(?:%s)[\s/>]" % tags.encode())
    for part, tags in (
        (r"xl/worksheets/[^/]+\.xml", OF_CELLS),
        (r"xl/sharedStrings\.xml", f"{OF_CELLS}|{OF_RUNS}"),
    )
}
RUN = re.compile(rb"<(?:[\w.-]{1,30}:)?r[\s>/]")
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


def read_part(package: zipfile.ZipFile, name: str) -> bytes:
    """Return a list of parts, which is read as a whole. Raise HostilePackage for a long one."""
    if package.getinfo(name).file_size > LONGEST_LIST:
        raise HostilePackage
    return package.read(name)


def refuse_busy_workbook(package: zipfile.ZipFile, most_unpacked: int) -> None:
    """Raise HostilePackage for more elements than a list has: each is kept as an object.

    Of five bytes in a part, which pack to nothing, its reader makes some five hundred.
    """
    cells, others, runs = most_unpacked // BYTES_OF_A_CELL, MOST_ELEMENTS, MOST_RUNS
    for name in package.namelist():
        growing = next((tags for part, tags in GROWING.items() if part.fullmatch(name)), None)
        for piece in whole_tags(package, name):
            of_cells = len(growing.findall(piece)) if growing else 0
            cells -= of_cells
            others -= len(ELEMENT.findall(piece)) - of_cells
            runs -= len(RUN.findall(piece)) if growing else 0
            if min(cells, others, runs) < 0:
                raise HostilePackage


def whole_tags(package: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """Yield the part in pieces that cut no tag's name in two."""
    with package.open(name) as part:
        tail = b""
        while chunk := part.read(CHUNK):
            piece = tail + chunk
            begun = piece.rfind(b"<", len(piece) - LONGEST_TAG)
            tail = piece[begun:] if begun >= 0 else b""
            yield piece[:begun] if tail else piece
        yield tail


def is_program(name: str) -> bool:
    return name.endswith("vbaProject.bin") or (
        name.startswith(PROGRAMS) and not name.endswith(NO_PROGRAMS)
    )
