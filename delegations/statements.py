"""Announce a policy statement, and file its texts and the speaker's photo."""

import datetime as dt
import io
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import FileResponse, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from delegations.changes import (
    lock_delegation,
    lock_for_office,
    note_staff_change,
    update_next_steps,
)
from delegations.models import DelegationChange, PolicyStatement, SpeakingSlot, StatementText
from delegations.programme.doubts import minister_names
from delegations.receipts import plan_statement_receipt
from invitations.files.frozen import freeze, frozen_as, thaw
from invitations.files.photos import redraw_photo
from invitations.files.uploads import (
    MEDIA_TYPES,
    document_kind,
    kind_by_first_bytes,
    refuse_misnamed,
)
from invitations.forms.stale_form import Stale, row_mark
from invitations.models import Invitation, Reply
from invitations.models.deleted_files import freeze_again, let_go
from invitations.text.lines import tidy_line, without_overrides

# The folder of the store that holds photos, and nothing else.
PHOTOS = "photos"
COMPARED = (
    "speaker_name", "speaker_function", "mode", "title", "theme", "first_choice_id",
    "second_choice_id", "language", "other_language", "interpretation", "quotation",
    "quotation_consent", "biography",
)  # fmt: skip
LARGEST_FILE = 10 * 1024 * 1024
# As the best telephones write it; what is kept of it is much smaller.
LARGEST_PHOTO = 20 * 1024 * 1024
MOST_TEXTS = 24
NOT_SPEAKING = gettext_lazy("A statement is announced once an answer with a statement stands.")
Act = DelegationChange.Act


def statement_mark(statement: PolicyStatement | None) -> str:
    return row_mark(statement, COMPARED) if statement else ""


@transaction.atomic
def submit_statement(invitation: Invitation, words: dict[str, Any], seen: str) -> PolicyStatement:
    """Announce the statement, or change it; raise Stale if somebody else changed it meanwhile."""
    refuse_unless_speaking(invitation)
    delegation = lock_for_office(invitation, DelegationChange.Part.STATEMENT)
    standing = PolicyStatement.objects.filter(delegation=delegation).first()
    statement = standing or PolicyStatement()
    statement.delegation = delegation
    changed = [name for name in words if getattr(statement, name) != words[name]]
    if standing and not changed:
        return statement
    if statement_mark(standing) != seen:
        raise Stale(statement)
    saved = list(changed)
    for name in changed:
        setattr(statement, name, words[name])
    if "speaker_name" in changed:
        statement.speaker_rank_id = speaker_rank(statement.speaker_name, invitation)
        saved.append("speaker_rank")
    statement.clean_fields(exclude=["delegation", "first_choice", "second_choice", "speaker_rank"])
    statement.save(update_fields=saved if standing else None)
    act = Act.CHANGED if standing else Act.ADDED
    note_statement_change(statement, invitation, act, changed if standing else [])
    return statement


def refuse_unless_speaking(invitation: Invitation) -> None:
    """Refuse unless the State's own answer, its principal minister's, brings a statement."""
    if not Reply.objects.in_force_for(invitation).expecting("statement").exists():
        raise ValidationError(NOT_SPEAKING)


def speaker_rank(speaker: str, invitation: Invitation) -> str | None:
    """Return the rank of the minister, or of the substitute in a reply; None leaves it to staff."""
    minister = invitation.minister
    ranks: dict[str, str | None] = dict.fromkeys(minister_names(minister), minister.rank_id)
    for reply in invitation.replies.standing():
        ranks[reply.substitute_name] = reply.substitute_rank_id
    return ranks.get(speaker)


def takes_texts(invitation: Invitation, at: dt.datetime) -> bool:
    """Whether texts are taken: until the State's session begins, else as long as the track lasts.

    A statement in writing, or without a place yet, waits for no session.
    """
    edition = invitation.edition
    if edition.postponed_at or edition.local_date(at) < edition.track_opens_on:
        return True
    slots = SpeakingSlot.objects.standing().in_public_sessions().select_related("session__hours")
    own = slots.filter(
        session__edition=edition, delegation__member_state=invitation.member_state_id
    ).first()
    if own:
        return at < own.session.as_published.starts_at
    return edition.local_date(at) <= edition.track_closes_on


def text_kind(content: bytes) -> str:
    """Return the kind of a text; raise ValidationError if it is no text, or too large."""
    refuse_large_file(len(content))
    kind = document_kind(content)
    if kind not in ("pdf", "docx", "odt", "txt"):
        raise ValidationError(
            _(
                "This is no PDF, DOCX, ODT or plain text, or it is damaged, protected by a password"
                " or holds macros. Please save it anew as a PDF."
            )
        )
    return kind


def redrawn_photo(content: bytes) -> bytes:
    """Return the photo drawn anew; raise ValidationError if it is no photo."""
    photo = redraw_photo(content) if kind_by_first_bytes(content[:8]) in ("jpg", "png") else b""
    if not photo:
        raise ValidationError(
            _(
                "This is no JPEG or PNG picture, it is damaged, or it has too many pixels: please "
                "choose a smaller JPEG."
            )
        )
    return photo


def refuse_large_file(size: int) -> None:
    if size > LARGEST_FILE:
        raise ValidationError(_("A file may have 10 MB at most."))


def read_upload(file: UploadedFile) -> bytes:
    """Return the content; refuse a file that is too large before it is read."""
    refuse_large_file(file.size or 0)
    return file.read()


def read_photo(file: UploadedFile) -> bytes:
    """Return the content; refuse a photo that is too large before it is read."""
    if (file.size or 0) > LARGEST_PHOTO:
        raise ValidationError(_("A photo may have 20 MB at most."))
    return file.read()


def upload_name(file: UploadedFile) -> str:
    """Return the name that its sender gave the file, by which people recognize it."""
    return without_overrides(tidy_line(file.name or ""))[-120:] or _("text")


def file_text(  # noqa: PLR0913 -- what a form says of a file, and who filed it for the office
    invitation: Invitation,
    content: bytes,
    called: str,
    language: str = "",
    replaces: int | None = None,
    staff: User | None = None,
) -> StatementText:
    """File a text beside the others, or in place of one, which stays on file as replaced.

    The same bytes are filed once; said to be in another language, they take their own place.
    ``staff`` is who files what came by mail, on any day.
    """
    refuse_unless_taking_files(invitation, staff)
    kind = text_kind(content)  # Before the lock: it takes its time, and others may write.
    refuse_misnamed(called, kind)
    with transaction.atomic():
        statement = lock_statement(invitation, staff)
        frozen = freeze(content, "statements", kind)
        same = statement.texts.current().filter(sha256=frozen.sha256).first()
        if same and language in ("", same.language):
            give_way_to_text(statement, replaces, same, invitation, staff)
            return same
        make_place(statement, {replaces, same and same.pk} - {None})
        text = statement.texts.create(
            file=frozen.name,
            sha256=frozen.sha256,
            kind=kind,
            size=len(content),
            called=called,
            language=language,
            filed_by=invitation,
        )
        note_statement_change(statement, invitation, Act.CHANGED, ["texts"], staff)
        return text


def give_way_to_text(
    statement: PolicyStatement,
    pk: int | None,
    to: StatementText,
    invitation: Invitation,
    staff: User | None,
) -> None:
    """Let a text be replaced by one that is on file already; the same form may come twice."""
    others = statement.texts.current().exclude(pk=to.pk)
    if pk and others.filter(pk=pk).update(replaced_at=timezone.now()):
        note_statement_change(statement, invitation, Act.CHANGED, ["texts"], staff)


def make_place(statement: PolicyStatement, replaced: set[Any]) -> None:
    """Mark as replaced what a new text takes the place of; refuse one too many."""
    for pk in replaced:
        replace_text(statement, pk)
    if not replaced and statement.texts.current().count() >= MOST_TEXTS:
        raise ValidationError(_("Enough texts are on file: please replace one of them."))


def replace_text(statement: PolicyStatement, pk: int) -> None:
    replaced = statement.texts.current().filter(pk=pk)
    if not replaced.update(replaced_at=timezone.now()):
        raise ValidationError(_("That text was replaced in the meantime: please look again."))


@transaction.atomic
def take_text_off(invitation: Invitation, pk: int) -> None:
    """Take a text off the statement, if it is on it; it stays on file."""
    statement = lock_statement(invitation)
    current = statement.texts.current().filter(pk=pk)
    if current.update(replaced_at=timezone.now(), is_taken_off=True):
        note_statement_change(statement, invitation, Act.REMOVED, ["texts"])


@transaction.atomic
def take_photo_off(invitation: Invitation, seen: str) -> None:
    """Take the photo off the statement, unless another one took its place meanwhile."""
    statement = lock_statement(invitation)
    if not statement.photo:
        return
    if statement.photo_sha256 != seen:
        raise ValidationError(_("Another photo was filed in the meantime: please look again."))
    let_go([statement.photo.name])
    statement.photo, statement.photo_sha256 = "", ""
    statement.save(update_fields=["photo", "photo_sha256"])
    note_statement_change(statement, invitation, Act.REMOVED, ["photo"])


def file_photo(invitation: Invitation, content: bytes) -> PolicyStatement:
    """File the photo of the speaker, without the place and hour that the camera wrote into it."""
    refuse_unless_taking_files(invitation)
    photo = redrawn_photo(content)  # Before the lock: it takes its time, and others may write.
    with transaction.atomic():
        statement = lock_statement(invitation)
        kind, folder = kind_by_first_bytes(photo[:8]), f"{PHOTOS}/{statement.pk}"
        if statement.photo_sha256 == frozen_as(photo, folder, kind).sha256:
            return statement
        let_go([statement.photo.name])
        frozen = freeze_again(photo, folder, kind)
        statement.photo, statement.photo_sha256 = frozen.name, frozen.sha256
        statement.save(update_fields=["photo", "photo_sha256"])
        note_statement_change(statement, invitation, Act.CHANGED, ["photo"])
        return statement


def refuse_unless_taking_files(invitation: Invitation, staff: User | None = None) -> None:
    """Refuse files of an office that files none, before any file is read; staff file later too."""
    refuse_unless_speaking(invitation)
    if staff is None and not takes_texts(invitation, timezone.now()):
        raise ValidationError(
            _("Texts are not taken here any more: please send the file to the secretariat by mail.")
        )


def lock_statement(invitation: Invitation, staff: User | None = None) -> PolicyStatement:
    """Lock the statement, and return it; refuse where it takes no files."""
    refuse_unless_taking_files(invitation, staff)
    part = DelegationChange.Part.STATEMENT
    delegation = lock_delegation(invitation) if staff else lock_for_office(invitation, part)
    statement = PolicyStatement.objects.filter(delegation=delegation).first()
    if statement is None:
        raise ValidationError(_("Please save the particulars of the statement first."))
    statement.delegation = delegation
    return statement


def note_statement_change(
    statement: PolicyStatement,
    invitation: Invitation,
    act: str,
    fields: list[str],
    staff: User | None = None,
) -> None:
    """Note what an office changed, or staff for it, and let a receipt tell the office."""
    if staff:
        note_staff_change(staff, statement, act, fields)
    else:
        DelegationChange.objects.create(
            delegation_id=statement.delegation_id,
            invitation=invitation,
            part=DelegationChange.Part.STATEMENT,
            act=act,
            subject=statement.speaker_name,
            fields=fields,
        )
        update_next_steps(statement.delegation_id)
    plan_statement_receipt(statement, invitation)


class Download(NamedTuple):
    content: bytes
    called: str
    kind: str


def text_download(text: StatementText) -> Download:
    return Download(thaw(text.file.name, text.sha256), name_with_kind(text), text.kind)


def name_with_kind(text: StatementText) -> str:
    """Return a name by which a computer shows the file, and never runs it as a program."""
    suffix = f".{text.kind}"
    return text.called if text.called.lower().endswith(suffix) else text.called + suffix


def photo_download(statement: PolicyStatement) -> Download:
    kind = str(statement.photo.name).rpartition(".")[2]
    content = thaw(statement.photo.name, statement.photo_sha256)
    return Download(content, f"photo.{kind}", kind)


def download_response(download: Download) -> HttpResponse:
    """Return a file that the browser saves and never shows."""
    response: Any = FileResponse(
        io.BytesIO(download.content),
        as_attachment=True,
        filename=download.called,
        content_type=MEDIA_TYPES[download.kind],
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
