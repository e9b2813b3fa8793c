"""What an uploaded file holds: the lines of a text, or those of its sheets."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from invitations.files.encodings import decoded_text
from invitations.files.packages import HostilePackage, PackageWithMacros, ZipBomb, is_package
from invitations.files.spreadsheets import (
    TooManySigns,
    UnreadableSheet,
    divider_of,
    lines_of_csv,
)
from invitations.files.workbooks import WorkbookLine, WorkbookSheet, sheets_of_workbook
from invitations.minister_import.headings import MOST_COLUMNS, columns_known
from invitations.text.dates import comma_list
from invitations.text.lines import quoted

LARGEST_FILE = 5 * 1024 * 1024
LARGEST_UNPACKED = 4 * LARGEST_FILE
MOST_SIGNS = LARGEST_UNPACKED // 4  # each takes up to four bytes
# Among so many lines that are not empty the headings are looked for.
LINES_OF_HEAD = 20

OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OPEN_SPREADSHEET = b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet"
NO_UNICODE = gettext_lazy(
    "%(name)s is neither XLSX nor a text whose letters can be told: save it as XLSX, or as CSV in"
    " UTF-8."
)
NO_LIST = re.compile(rb"\s*(?:%PDF-|\{\\rtf|<(?:!doctype|html|\?xml)\b)", re.IGNORECASE)
DIVIDERS: dict[str, Promise] = {
    "\t": gettext_lazy("tabs"),
    ";": gettext_lazy("semicolons"),
    ",": gettext_lazy("commas"),
    "|": gettext_lazy("vertical bars"),
}


@dataclass(frozen=True)
class Source:
    """The lines of a text, or of a sheet that has a name; what follows is asked after them."""

    name: str
    lines: Iterator[WorkbookLine]
    merged_into: Callable[[Iterable[int]], dict[int, dict[int, int]]]


class Sources(NamedTuple):
    """What may be read of a file, with sentences on how it is read, and on what is not."""

    found: list[Source]
    how: list[str]
    left: list[str]
    is_guessed: bool = False


def sources_of(content: bytes, name: str) -> Sources:
    """Return what the file holds; refuse a file of another kind."""
    if reason := reason_for_another_kind(content):
        raise ValidationError(reason, params={"name": name})
    return sources_of_workbook(content) if is_package(content) else source_of_text(content, name)


def reason_for_another_kind(content: bytes) -> str:
    """Return a sentence for a file that a spreadsheet program can save as XLSX, and for others."""
    if content.startswith(OLD_OFFICE):
        if "EncryptedPackage".encode("utf-16-le") in content:
            return _("%(name)s is protected by a password: save it without one.")
        if "Book".encode("utf-16-le") in content or "Workbook".encode("utf-16-le") in content:
            return _("%(name)s is a workbook of the old kind (XLS): save it as XLSX.")
    elif is_package(content) and OPEN_SPREADSHEET in content[:200]:
        return _("%(name)s is an OpenDocument spreadsheet (ODS): save it as XLSX.")
    elif is_package(content) and b"xl/workbook.bin" in content:
        return _("%(name)s is a binary workbook (XLSB): save it as XLSX.")
    elif not NO_LIST.match(content):
        return ""
    return _("%(name)s is no spreadsheet: save the list as XLSX or CSV.")


def sources_of_workbook(content: bytes) -> Sources:
    sheets = sheets_of_workbook(content, MOST_COLUMNS, LARGEST_UNPACKED, MOST_SIGNS)
    left = []
    if hidden := [sheet.name for sheet in sheets if sheet.is_hidden]:
        sentence = _("Sheets not read, because they are hidden: %(sheets)s.")
        left.append(sentence % {"sheets": listed_names(hidden)})
    visible = [sheet for sheet in sheets if not sheet.is_hidden]
    return Sources([source_of_sheet(sheet) for sheet in visible], [], left)


def source_of_sheet(sheet: WorkbookSheet) -> Source:
    return Source(sheet.name, sheet.lines(), sheet.merged_into)


def source_of_text(content: bytes, name: str) -> Sources:
    found = decoded_text(content)
    if found is None:
        raise ValidationError(NO_UNICODE, params={"name": name})
    divider = likely_divider(found.words)
    read_as = {"encoding": found.encoding, "signs": DIVIDERS.get(divider, divider)}
    how = [_("Read as text in %(encoding)s, divided by %(signs)s.") % read_as]
    if found.is_guessed:
        how.append(_("The encoding is a guess: look whether all letters are right."))
    lines = lines_of_csv(found.words, strict=True, divider=divider)
    source = Source("", (WorkbookLine(*line) for line in lines), lambda _numbers: {})
    return Sources([source], how, [], found.is_guessed)


def likely_divider(text: str) -> str:
    """Return the sign that the file names, or by which its lines give most headings."""
    named = divider_of(text)
    scores = {sign: headings_between(text, sign) for sign in DIVIDERS}
    best = max(scores, key=lambda sign: (scores[sign], sign == named))
    return best if scores[best] > 1 and named in DIVIDERS else named


def headings_between(text: str, divider: str) -> int:
    """Return how many headings one of the first lines has, if divided so."""
    most = 0
    try:
        for line in islice(lines_of_csv(text, strict=True, divider=divider), LINES_OF_HEAD):
            most = max(most, len(columns_known(line.cells)))
    except UnreadableSheet:
        pass
    return most


def describe_unreadable_file(fault: Exception) -> str:
    if isinstance(fault, UnreadableSheet) and fault.line:
        return _("Line %(line)d of %(name)s cannot be read as CSV: look at its quotation marks.")
    if isinstance(fault, ZipBomb | TooManySigns):
        return _("%(name)s unpacks to more than 20 MB.")
    if isinstance(fault, PackageWithMacros):
        return _("%(name)s contains macros: save it without them.")
    return _(
        "%(name)s cannot be read as XLSX: open it in a spreadsheet program, and save it anew as"
        " XLSX."
    )


UNREADABLE = (HostilePackage, TooManySigns, UnreadableSheet)


def listed_names(names: list[str], most: int = 10) -> str:
    return comma_list([*map(quoted, names[:most]), *(["…"] if len(names) > most else [])])
