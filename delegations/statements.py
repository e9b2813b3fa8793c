"""Announce a policy statement, and file its texts and the speaker's photo."""

import datetime as dt
import io
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import FileResponse, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from delegations.changes import Stale, lock_delegation, mark, refuse_unless
from delegations.models import DelegationChange, PolicyStatement, StatementText
from invitations.files.frozen import freeze, thaw
from invitations.files.photos import redraw_photo
from invitations.files.uploads import (
    MEDIA_TYPES,
    document_kind,
    kind_by_first_bytes,
    refuse_misnamed,
)
from invitations.models import ANSWERS_SPEAKING, ForumEdition, Invitation

COMPARED = (
    "speaker_name", "speaker_function", "mode", "title", "theme", "first_choice_id",
    "second_choice_id", "language", "other_language", "interpretation", "quotation",
    "quotation_consent", "biography",
)  # fmt: skip
LARGEST_FILE = 10 * 1024 * 1024
MOST_TEXTS = 24
NOT_SPEAKING = gettext_lazy("A statement is announced once an answer with a statement stands.")
Act = DelegationChange.Act


def mark_of(statement: PolicyStatement | None) -> str:
    return mark(statement, COMPARED) if statement else ""


@transaction.atomic
def submit(invitation: Invitation, words: dict[str, Any], seen: str) -> PolicyStatement:
    """Announce the statement, or change it; raise Stale where somebody else did so meanwhile."""
    refuse_unless(ANSWERS_SPEAKING, invitation, NOT_SPEAKING)
    delegation = lock_delegation(invitation)
    standing = PolicyStatement.objects.filter(delegation=delegation).first()
    statement = standing or PolicyStatement()
    statement.delegation = delegation
    changed = [name for name in words if getattr(statement, name) != words[name]]
    if standing and not changed:
        return statement
    if mark_of(standing) != seen:
        raise Stale(statement)
    saved = list(changed)
    for name in changed:
        setattr(statement, name, words[name])
    if "speaker_name" in changed:
        statement.speaker_rank_id = rank_of(statement.speaker_name, invitation)
        saved.append("speaker_rank")
    statement.clean_fields(exclude=["delegation", "first_choice", "second_choice", "speaker_rank"])
    statement.save(update_fields=saved if standing else None)
    act = Act.CHANGED if standing else Act.ADDED
    note(statement, invitation, act, changed if standing else [])
    return statement


def rank_of(speaker: str, invitation: Invitation) -> str | None:
    """The rank of the minister, or of the substitute whom the reply names; else staff say it."""
    ranks = {invitation.minister.name: invitation.minister.rank_id}
    for reply in invitation.replies.standing():
        ranks[reply.substitute_name] = reply.substitute_rank_id
    return ranks.get(speaker)


def takes_texts(edition: ForumEdition, at: dt.datetime) -> bool:
    """Texts are taken until the High-Level Track opens; on that day the speakers have them."""
    return edition.local_date(at) < edition.track_opens_on


def kind_of_text(content: bytes) -> str:
    """Raise ValidationError for what is no text, or too much of it."""
    refuse_large(len(content))
    kind = document_kind(content)
    if kind not in ("pdf", "docx", "odt", "txt"):
        raise ValidationError(
            _(
                "This is no PDF, DOCX, ODT or plain text, or it is damaged, protected by a password"
                " or holds macros. Please save it anew as a PDF."
            )
        )
    return kind


def photo_alone(content: bytes) -> bytes:
    """The photo drawn anew; raise ValidationError for what is none, or too much of it."""
    refuse_large(len(content))
    photo = redraw_photo(content) if kind_by_first_bytes(content[:8]) in ("jpg", "png") else b""
    if not photo:
        raise ValidationError(_("This is no JPEG or PNG picture, or it is damaged."))
    return photo


def refuse_large(size: int) -> None:
    if size > LARGEST_FILE:
        raise ValidationError(_("A file may have 10 MB at most."))


def file_text(
    invitation: Invitation,
    content: bytes,
    called: str,
    language: str = "",
    replaces: int | None = None,
) -> StatementText:
    """File a text beside the others, or in place of one, which stays on file as replaced.

    The same bytes are filed once.
    """
    refuse_files(invitation)
    kind = kind_of_text(content)  # which takes its time, while others may write
    refuse_misnamed(called, kind)
    with transaction.atomic():
        statement = open_statement(invitation)
        current = list(statement.texts.current())
        frozen = freeze(content, "statements", kind)
        if same := next((text for text in current if text.sha256 == frozen.sha256), None):
            return same
        if replaces is not None:
            replace(statement, replaces)
        elif len(current) >= MOST_TEXTS:
            raise ValidationError(_("Enough texts are on file: please replace one of them."))
        text = statement.texts.create(
            file=frozen.name,
            sha256=frozen.sha256,
            kind=kind,
            size=len(content),
            called=called,
            language=language,
            filed_by=invitation,
        )
        note(statement, invitation, Act.CHANGED, ["texts"])
        return text


def replace(statement: PolicyStatement, pk: int) -> None:
    replaced = statement.texts.current().filter(pk=pk)
    if not replaced.update(replaced_at=timezone.now()):
        raise ValidationError(_("That text was replaced in the meantime: please look again."))


def file_photo(invitation: Invitation, content: bytes) -> PolicyStatement:
    """File the photo of the speaker, without the place and the hour that a camera wrote into it."""
    refuse_files(invitation)
    photo = photo_alone(content)  # which takes its time, while others may write
    with transaction.atomic():
        statement = open_statement(invitation)
        frozen = freeze(photo, "photos", kind_by_first_bytes(photo[:8]))
        if statement.photo_sha256 == frozen.sha256:
            return statement
        statement.photo, statement.photo_sha256 = frozen.name, frozen.sha256
        statement.save(update_fields=["photo", "photo_sha256"])
        note(statement, invitation, Act.CHANGED, ["photo"])
        return statement


def refuse_files(invitation: Invitation) -> None:
    """Refuse those of an office that files none, before any is looked at."""
    refuse_unless(ANSWERS_SPEAKING, invitation, NOT_SPEAKING)
    if not takes_texts(invitation.edition, timezone.now()):
        raise ValidationError(
            _("The High-Level Track has begun: please send the file to the secretariat by mail.")
        )


def open_statement(invitation: Invitation) -> PolicyStatement:
    """The statement, held for one change at a time, while it takes files."""
    refuse_files(invitation)
    delegation = lock_delegation(invitation)
    statement = PolicyStatement.objects.filter(delegation=delegation).first()
    if statement is None:
        raise ValidationError(_("Please save the particulars of the statement first."))
    statement.delegation = delegation
    return statement


def note(statement: PolicyStatement, invitation: Invitation, act: str, fields: list[str]) -> None:
    DelegationChange.objects.create(
        delegation_id=statement.delegation_id,
        invitation=invitation,
        part=DelegationChange.Part.STATEMENT,
        act=act,
        subject=statement.speaker_name,
        fields=fields,
    )


class Download(NamedTuple):
    content: bytes
    called: str
    kind: str


def bytes_of(text: StatementText) -> Download:
    return Download(thaw(text.file.name, text.sha256), text.called, text.kind)


def photo_of(statement: PolicyStatement) -> Download:
    kind = str(statement.photo.name).rpartition(".")[2]
    content = thaw(statement.photo.name, statement.photo_sha256)
    return Download(content, f"photo.{kind}", kind)


def attachment(download: Download) -> HttpResponse:
    """The file, to be kept and never shown by the browser."""
    response: Any = FileResponse(
        io.BytesIO(download.content),
        as_attachment=True,
        filename=download.called,
        content_type=MEDIA_TYPES[download.kind],
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
