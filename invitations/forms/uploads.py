"""Check files that came with a form: their size, and their kind, told by the content."""

from collections.abc import Container
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from invitations.files.uploads import kind_by_first_bytes


def scan_kind(scan: UploadedFile) -> str:
    """Return the suffix that fits the file's content; empty if it is no scan."""
    scan.seek(0)
    head = scan.read(8)
    scan.seek(0)
    return kind_by_first_bytes(head)


def checked_upload(
    file: UploadedFile | None,
    largest: int,
    kinds: Container[str],
    too_large: Any,
    other_kind: Any,
) -> UploadedFile | None:
    """Return the file, or refuse it in one of the two sentences; None if none came."""
    if not file:
        return None
    if (file.size or 0) > largest:
        raise ValidationError(too_large)
    if scan_kind(file) not in kinds:
        raise ValidationError(other_kind)
    return file
