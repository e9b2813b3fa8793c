"""Chosen letters taken out: an archive to be kept elsewhere, and copies to sign on paper."""

import io
import tempfile
from typing import IO
from zipfile import ZipFile

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from invitations.admin.base import RecordAdmin, user_of
from invitations.admin.confirming import act_on_each, refusal_sentence, too_many
from invitations.admin.reauthentication import signed_in_recently
from invitations.audit import record_export
from invitations.models import Letter
from invitations.outbox.archive import JOINED, archive, file_name, refuse_unarchived


class ArchiveMixin(RecordAdmin):
    """The letters' list actions that take their frozen files or words out."""

    @action(description=gettext_lazy("Archive of letters"), permissions=["words"])
    @signed_in_recently("archive_letters")
    def archive_selected(
        self, request: HttpRequest, queryset: QuerySet[Letter]
    ) -> FileResponse | None:
        if too_many(request, queryset.count()):
            return None
        letters = list_archived(request, queryset)
        if not letters:
            messages.error(request, _("There is no letter for an archive among those chosen."))
            return None
        try:
            file = archive(letters)
        except ValidationError as refusal:
            messages.error(request, refusal_sentence(refusal))
            return None
        record_export(Letter, len(letters), "ZIP", user_of(request))
        name = f"letters-{timezone.localtime():%Y-%m-%d-%H%M}.zip"
        return FileResponse(file, as_attachment=True, filename=name)

    @action(description=gettext_lazy("Copies to sign, as DOCX"), permissions=["words"])
    @signed_in_recently("archive_letters")
    def copy_selected(
        self, request: HttpRequest, queryset: QuerySet[Letter]
    ) -> FileResponse | None:
        """Take the letters' words out as Word documents, each marked as an unsigned copy."""
        if too_many(request, queryset.count()):
            return None
        letters = list_archived(request, queryset.select_related(*JOINED))
        if not letters:
            messages.error(request, _("There is no letter to be copied among those chosen."))
            return None
        file, name = copies(letters)
        record_export(Letter, len(letters), "DOCX", user_of(request))
        return FileResponse(file, as_attachment=True, filename=name)


def copies(letters: list[Letter]) -> tuple[IO[bytes], str]:
    """Return one document, or several in a package, and the name of the file."""
    from invitations.letters.unsigned.copies import unsigned_copy  # noqa: PLC0415 -- slow import

    named = {unsigned_name(letter): letter for letter in letters}
    if len(letters) == 1:
        return io.BytesIO(unsigned_copy(letters[0])), next(iter(named))
    file = tempfile.TemporaryFile()  # noqa: SIM115 -- the response that sends it closes it
    with ZipFile(file, "w") as book:
        for name, letter in named.items():
            book.writestr(name, unsigned_copy(letter))
    file.seek(0)
    return file, f"copies-{timezone.localtime():%Y-%m-%d-%H%M}.zip"


def unsigned_name(letter: Letter) -> str:
    return file_name(letter).removesuffix(".pdf") + "-unsigned.docx"


def list_archived(request: HttpRequest, queryset: QuerySet[Letter]) -> list[Letter]:
    """Return the letters that have a file to give; tell of the others row by row."""
    found: list[Letter] = []

    def choose(letter: Letter) -> None:
        refuse_unarchived(letter)
        found.append(letter)

    act_on_each(request, queryset, choose)
    return found
