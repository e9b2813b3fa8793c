"""The frozen files of an edition: letters as they left, what came in, what was said."""

from collections.abc import Iterator
from pathlib import PurePath
from typing import NamedTuple

from delegations.models import StatementText
from invitations.models import Correspondence, ForumEdition, Letter
from invitations.outbox.archive import archive_name

# The name of a file as a field of a row has it, if anything was filed.
Named = str | None


class Kept(NamedTuple):
    """A file of the archive: where it lies there, its name in the store, and its hash."""

    path: str
    name: Named
    sha256: str


def files_of(edition: ForumEdition) -> Iterator[Kept]:
    yield from archived_originals(edition)
    yield from archived_files_of_letters(edition)
    yield from archived_correspondence(edition)
    yield from archived_texts(edition)


def archived_originals(edition: ForumEdition) -> Iterator[Kept]:
    """Yield the scans of signed originals, which the store names by their hashes."""
    for one in edition.circulars.exclude(original_scan="").order_by("pk"):
        name = PurePath(str(one.original_scan))
        yield Kept(f"originals/{one.pk}{name.suffix}", str(name), name.stem)


def archived_files_of_letters(edition: ForumEdition) -> Iterator[Kept]:
    """Yield each approved letter with its seal, and the mail that carried it."""
    found = Letter.objects.approved().filter(invitation__edition=edition)
    found = found.printed()
    joined = found.select_related("circular", "invitation__member_state")
    for one in joined.defer("paper", "mail").order_by("pk").iterator(500):
        path = archive_name(one)
        if one.sha256:
            yield Kept(f"letters/{path}", one.pdf.name, one.sha256)
        if one.message_sha256:
            yield Kept(f"mail/{path[:-4]}.eml", one.message.name, one.message_sha256)


def archived_correspondence(edition: ForumEdition) -> Iterator[Kept]:
    for one in Correspondence.objects.filter(invitation__edition=edition).order_by("pk"):
        if one.scan:
            suffix = PurePath(str(one.scan)).suffix
            yield Kept(f"came-in/{one.pk}{suffix}", one.scan.name, one.scan_sha256)
        if one.message:
            yield Kept(f"came-in/{one.pk}.eml", one.message.name, one.message_sha256)


def archived_texts(edition: ForumEdition) -> Iterator[Kept]:
    """Yield all texts of statements; one that was replaced says so."""
    found = StatementText.objects.filter(statement__delegation__edition=edition)
    for one in found.select_related("statement__delegation__member_state").order_by("pk"):
        state = one.statement.delegation.member_state.iso3
        replaced = "-replaced" if one.replaced_at else ""
        yield Kept(f"statements/{state}-{one.pk}{replaced}.{one.kind}", one.file.name, one.sha256)
