"""Frozen files: written once, under names made from their SHA-256."""

import datetime as dt
import hashlib
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, default_storage
from django.utils.translation import gettext_lazy as _

logger = logging.getLogger(__name__)

PROBE = "probe/ok.txt"
# Beneath the folder of files: what is being written has no other name yet.
DRAFTS = "drafts"


class Tampered(Exception):
    """The stored bytes are not those that were frozen, or are missing."""


class StoreUnavailable(ValidationError):
    """The store does not answer, refuses or is full.

    Nothing is known of the bytes then, and nothing that depends on them may change.
    """

    def __str__(self) -> str:
        return self.messages[0]


class Frozen(NamedTuple):
    name: str
    sha256: str


def freeze(content: bytes, folder: str, suffix: str) -> Frozen:
    """Store the bytes as ``folder/ab/abcdef….suffix``; the same bytes are stored once."""
    frozen = frozen_as(content, folder, suffix)
    with reaching_the_store():
        if not default_storage.exists(frozen.name):
            default_storage.save(frozen.name, ContentFile(content))
    return frozen


def frozen_as(content: bytes, folder: str, suffix: str) -> Frozen:
    """Return under which name the bytes are stored, or would be."""
    sha256 = hashlib.sha256(content).hexdigest()
    return Frozen(f"{folder}/{sha256[:2]}/{sha256}.{suffix}", sha256)


def thaw(name: str | None, sha256: str) -> bytes:
    """Return the frozen bytes.

    Raise Tampered if they are not what was frozen, and StoreUnavailable if that cannot be known.
    """
    if not name:
        raise Tampered("Nothing was frozen.")
    try:
        with reaching_the_store(), default_storage.open(name) as file:
            content = file.read()
    except FileNotFoundError:
        raise Tampered(f"{name} is missing.") from None
    if hashlib.sha256(content).hexdigest() != sha256:
        raise Tampered(f"{name} is not what was frozen.")
    return content


def thaw_or_damaged(name: str | None, sha256: str) -> bytes:
    """Return the frozen bytes; raise Tampered also if the store fails for this file only."""
    try:
        return thaw(name, sha256)
    except StoreUnavailable as fault:
        ask_the_store()
        raise Tampered(str(fault)) from fault


def store_takes_files() -> bool:
    """Whether the store keeps a small probe file and gives it back."""
    try:
        with reaching_the_store():
            default_storage.save(PROBE, ContentFile(b"ok"))
            with default_storage.open(PROBE) as file:
                return bool(file.read() == b"ok")
    except (StoreUnavailable, FileNotFoundError):
        return False


def ask_the_store() -> None:
    """Raise StoreUnavailable if the store does not answer."""
    with suppress(Tampered):
        thaw("nothing", "")


def remove_old_drafts(before: dt.datetime) -> int:
    """Remove what writers have left that were killed before this instant; return how many."""
    if not isinstance(default_storage, WriteOnceFolder):
        return 0
    old = [
        draft for draft in Path(default_storage.location, DRAFTS).glob("*") if is_old(draft, before)
    ]
    for draft in old:
        draft.unlink(missing_ok=True)
    return len(old)


def is_old(draft: Path, before: dt.datetime) -> bool:
    """Whether the draft is from before this instant; not if its writer has just come to an end."""
    try:
        return draft.stat().st_mtime < before.timestamp()
    except FileNotFoundError:
        return False


@contextmanager
def reaching_the_store() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as fault:
        # The fault's own words are for operators: offices too can read the sentence below.
        logger.error("The file store cannot be used: %s", fault)  # noqa: TRY400 -- told in full
        raise StoreUnavailable(
            _("Files cannot be kept or read at the moment: please try again in a few minutes.")
        ) from fault


class WriteOnceFolder(FileSystemStorage):
    """A folder in which a file appears with its whole content or not at all, and stays."""

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return name

    def _save(self, name: str, content: File) -> str:
        target = Path(self.path(name))
        draft = Path(self.location, DRAFTS, str(uuid4()))
        for folder in (target.parent, draft.parent):
            folder.mkdir(parents=True, exist_ok=True)
        try:
            with draft.open("xb") as file:
                for chunk in content.chunks():
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)
        self.keep_names_above(target)
        return name

    def keep_names_above(self, target: Path) -> None:
        """Let the file's name, and those of its folders, outlast a power cut as its bytes do."""
        root = Path(self.location)
        for folder in target.parents:
            opened = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(opened)
            finally:
                os.close(opened)
            if folder == root:
                break
