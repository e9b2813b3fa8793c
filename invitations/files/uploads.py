"""The kind of an uploaded file, by its content and never by its name."""

import io
import logging
import re
import zipfile
import zlib
from urllib.parse import unquote
from xml.etree import ElementTree

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from invitations.files.confined import Unsafe
from invitations.files.packages import (
    LONGEST_LIST,
    HostilePackage,
    is_package,
    read_part,
    refuse_hostile_package,
)
from invitations.files.pagecount import count_pdf_pages
from invitations.text.lines import is_unstorable

logger = logging.getLogger(__name__)

# The kinds of files by their first bytes.
BEGINNINGS = {
    b"%PDF-": "pdf",
    b"\x89PNG\r\n\x1a\n": "png",
    b"\xff\xd8\xff": "jpg",
    b"II*\x00": "tiff",
    b"MM\x00*": "tiff",
}
MEDIA_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "odt": "application/vnd.oasis.opendocument.text",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "txt": "text/plain; charset=utf-8",
    "png": "image/png",
    "jpg": "image/jpeg",
    "tiff": "image/tiff",
}
# The kind that the suffix of a name promises, for documents and what may be confused with them.
PROMISED = {kind: kind for kind in ("pdf", "docx", "odt", "xlsx", "txt")} | {
    "htm": "html",
    "html": "html",
    "svg": "svg",
}
# What is raised of a package that is hostile or damaged.
DAMAGED = (
    HostilePackage, zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, ElementTree.ParseError,
    EOFError, OSError, RuntimeError, ValueError,
)  # fmt: skip
# A package is opened only if it is small when unpacked, by its directory and in fact.
MOST_UNPACKED = 60 * 1024 * 1024
DIRECTORY = "[Content_Types].xml"
MAIN_PARTS = {
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml": "docx",
}
# What a word processor fetches when it opens a document, and runs or shows as part of it.
FETCHED = {"aFChunk", "attachedTemplate", "frame", "oleObject", "package", "subDocument"}
# An address of another scheme, or a host by its full name; a disk or server of the house is none.
ELSEWHERE = re.compile(
    r"\s*(?:(?!file:)[a-z][a-z0-9+.-]+:|(?:file:)?[/\\]{2,}[^/\\]*[.@])", re.IGNORECASE
)
OPEN_DOCUMENT = b"application/vnd.oasis.opendocument.text"
LINE_ENDS = "\r\f\x85"  # of a text, besides the usual one
# The beginnings of other kinds of files that would pass for text.
NOT_PLAIN = ("%PDF", "{\\rtf", "PK\x03\x04")


def kind_by_first_bytes(head: bytes) -> str:
    """Return the kind that the first eight bytes promise; empty for an unknown kind."""
    return next((kind for magic, kind in BEGINNINGS.items() if head.startswith(magic)), "")


def refuse_misnamed(called: str, kind: str) -> None:
    """Refuse a file whose name promises another kind than its content: nobody could open it."""
    suffix = called.rpartition(".")[2].lower()
    if "." in called and PROMISED.get(suffix, kind) != kind:
        raise ValidationError(
            _(
                "The name ends in .%(suffix)s, but the content is %(kind)s: please save the file"
                " anew as a PDF."
            ),
            params={"suffix": suffix, "kind": kind.upper()},
        )


def document_kind(content: bytes) -> str:
    """Return ``pdf``, ``docx``, ``odt`` or ``txt``; empty for another kind or a damaged file.

    Raise ValidationError for a PDF that takes too much memory or time to be read, and for a
    document that fetches a part of itself from elsewhere.
    """
    if content.startswith(b"%PDF-"):
        return "pdf" if is_pdf(content) else ""
    if is_package(content):
        return package_kind(content)
    return "txt" if decoded_plain_text(content) else ""


def is_pdf(content: bytes) -> bool:
    """Whether the PDF opens without a password and has a page."""
    try:
        return count_pdf_pages(content) > 0
    except Unsafe as unsafe:
        # The cause tells a hostile file from a deployment that cannot start the process.
        logger.warning("A PDF was not read to its end: %s", unsafe.__cause__)
        raise ValidationError(
            _("This PDF cannot be read safely: please save it anew as a PDF, and send that one.")
        ) from unsafe


def package_kind(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            refuse_hostile_package(package, MOST_UNPACKED)
            kind, fetches = kind_of_package(package), fetches_from_elsewhere(package)
    except DAMAGED:
        return ""
    if kind and fetches:
        raise ValidationError(
            _(
                "This document fetches a part of itself from another place: please save it anew as"
                " a PDF, and send that one."
            )
        )
    return kind


def kind_of_package(package: zipfile.ZipFile) -> str:
    names = set(package.namelist())
    if "mimetype" in names and "content.xml" in names:
        return "odt" if read_part(package, "mimetype").strip() == OPEN_DOCUMENT else ""
    if DIRECTORY not in names:
        return ""
    parts = list_of_parts(package, DIRECTORY)
    declared = [
        (part.get("PartName", "").lstrip("/"), MAIN_PARTS.get(part.get("ContentType", "")))
        for part in parts
    ]
    return next((kind for name, kind in declared if kind and name in names), "")


def fetches_from_elsewhere(package: zipfile.ZipFile) -> bool:
    """Whether opening the document runs or shows what lies elsewhere: so macros get past us."""
    lists = [part for part in package.infolist() if part.filename.lower().endswith(".rels")]
    if sum(part.file_size for part in lists) > LONGEST_LIST:
        raise HostilePackage
    relations = (relation for part in lists for relation in list_of_parts(package, part.filename))
    return any(
        relation.get("TargetMode") == "External"
        and relation.get("Type", "").rpartition("/")[2] in FETCHED
        and ELSEWHERE.match(unquote(relation.get("Target", "")))
        for relation in relations
    )


def list_of_parts(package: zipfile.ZipFile, name: str) -> ElementTree.Element:
    listed = without_entities(read_part(package, name))
    return ElementTree.fromstring(listed)  # noqa: S314 -- it has no entities


def without_entities(xml: bytes) -> str:
    """Return the XML as text; refuse a document type, which may be a bomb and is never needed."""
    listed = xml.decode("utf-8-sig")
    if "<!" in listed:
        raise ValueError("A list of parts has no document type.")
    return listed


def decoded_plain_text(content: bytes) -> str:
    """Return the text of a file in UTF-8 or UTF-16; empty if the file is not plain text."""
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        words = content.decode("utf-16" if marked else "utf-8-sig")
    except UnicodeDecodeError:
        return ""
    return words if is_plain(words) else ""


def is_plain(words: str) -> bool:
    """Whether the text holds words, no sign that cannot be stored, and no file of another kind."""
    signs = set(words) - set(LINE_ENDS)
    if words.startswith(NOT_PLAIN) or any(is_unstorable(sign) for sign in signs):
        return False
    return bool(words.strip())
