"""Files that came with a form of a statement which cannot be saved yet: kept for a day.

No row names them: the page that is shown again does, in a note that is signed for its office.
"""

from typing import NamedTuple

from django.core import signing
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext as _

from delegations.models import PolicyStatement, StatementText
from delegations.statements import (
    file_photo,
    file_text,
    read_photo,
    read_upload,
    redrawn_photo,
    refuse_unless_taking_files,
    text_kind,
    upload_name,
)
from invitations.files.frozen import Tampered, freeze, frozen_as, thaw
from invitations.files.uploads import kind_by_first_bytes, refuse_misnamed
from invitations.models import DeletedFile, Invitation
from invitations.models.saved_forms import KEPT_FOR, NEWEST_OF_EACH

# The folder of the store that holds such files, each for a day.
WAITING = "waiting"


class WaitingFile(NamedTuple):
    name: str
    sha256: str
    called: str
    is_photo: bool


def keep_text_waiting(invitation: Invitation, text: UploadedFile) -> WaitingFile:
    """Keep a text until its form is saved; refuse what could not be filed then."""
    refuse_unless_taking_files(invitation)
    content, called = read_upload(text), upload_name(text)
    kind = text_kind(content)
    refuse_misnamed(called, kind)
    return keep_waiting(invitation, content, kind, called, is_photo=False)


def keep_photo_waiting(invitation: Invitation, photo: UploadedFile) -> WaitingFile:
    """Keep a photo, drawn anew, until its form is saved."""
    refuse_unless_taking_files(invitation)
    content, called = redrawn_photo(read_photo(photo)), upload_name(photo)
    return keep_waiting(
        invitation, content, kind_by_first_bytes(content[:8]), called, is_photo=True
    )


def keep_waiting(
    invitation: Invitation, content: bytes, kind: str, called: str, *, is_photo: bool
) -> WaitingFile:
    """Keep the bytes for a day from now: they are let go before the store has them.

    So what a killed writer leaves goes too.
    """
    folder = f"{WAITING}/{invitation.pk}"
    others = DeletedFile.objects.kept(timezone.now()).filter(name__startswith=f"{folder}/")
    if others.count() >= NEWEST_OF_EACH:
        raise ValidationError(
            _("Too many files wait for their form: please save it first, and then choose this one.")
        )
    name = frozen_as(content, folder, kind).name
    DeletedFile.objects.update_or_create(name=name, defaults={"kept_at": timezone.now()})
    kept = freeze(content, folder, kind)
    return WaitingFile(kept.name, kept.sha256, called, is_photo)


def note_of(invitation: Invitation, waiting: WaitingFile) -> str:
    """Return what the page carries of the file: nobody can make it, and no other office use it."""
    return signing.dumps(list(waiting), salt=salt_of(invitation))


def read_note(invitation: Invitation, note: str) -> WaitingFile | None:
    """Return the file of the note; None if it is none of this office's, or its day has passed."""
    try:
        return WaitingFile(*signing.loads(note, salt=salt_of(invitation), max_age=KEPT_FOR))
    except signing.BadSignature:
        return None


def salt_of(invitation: Invitation) -> str:
    return f"{__name__}:{invitation.pk}"


def file_waiting(
    invitation: Invitation, waiting: WaitingFile, language: str, replaces: int | None
) -> StatementText | PolicyStatement:
    """File with the statement what waited for it."""
    try:
        content = thaw(waiting.name, waiting.sha256)
    except Tampered:
        raise ValidationError(_("It is not kept any more: please choose it again.")) from None
    if waiting.is_photo:
        return file_photo(invitation, content)
    return file_text(invitation, content, waiting.called, language, replaces)
