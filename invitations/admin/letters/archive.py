"""Chosen letters taken out: an archive to be kept elsewhere, and copies to sign on paper."""

import io
import tempfile
from contextlib import ExitStack
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
from invitations.admin.confirming import act_on_each, confirmed, refusal_sentence, too_many
from invitations.admin.reauthentication import signed_in_recently
from invitations.audit import record_export
from invitations.forms.action_forms import CopyToSignForm
from invitations.models import Letter
from invitations.outbox.archive import JOINED, archive, archive_name, reason_not_to_archive
from invitations.outbox.copies_to_sign import copy_to_sign


class ArchiveMixin(RecordAdmin):
    """The letters' list actions that take their frozen files out."""

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

    @action(description=gettext_lazy("Copies to sign"), permissions=["words"])
    @signed_in_recently("archive_letters")
    @confirmed(
        form=CopyToSignForm,
        title=gettext_lazy("Copies to sign"),
        explanation=gettext_lazy(
            "Each letter as it was approved, in a file of its own. What is left out leaves its "
            "place empty."
        ),
        why_not=reason_not_to_archive,
    )
    def copy_selected(
        self, request: HttpRequest, queryset: QuerySet[Letter], **without: bool
    ) -> FileResponse | None:
        """Take the letters' frozen pages out, without what the paper or the pen brings."""
        letters = list_archived(request, queryset.select_related(*JOINED))
        if not letters:
            return None
        try:
            file, name = copy_or_package(letters, **without)
        except ValidationError as refusal:
            messages.error(request, refusal_sentence(refusal))
            return None
        record_export(Letter, len(letters), "PDF", user_of(request))
        return FileResponse(file, as_attachment=True, filename=name)


def copy_or_package(letters: list[Letter], **without: bool) -> tuple[IO[bytes], str]:
    """Return one copy, or several in a package, and the name of the file."""
    if len(letters) == 1:
        return io.BytesIO(copy_to_sign(letters[0], **without)), copy_name(letters[0])
    with ExitStack() as unless_whole:
        # The response that sends the file closes it.
        file = unless_whole.enter_context(tempfile.TemporaryFile())
        with ZipFile(file, "w") as book:
            for letter in letters:
                book.writestr(copy_name(letter), copy_to_sign(letter, **without))
        unless_whole.pop_all()
    file.seek(0)
    return file, f"copies-{timezone.localtime():%Y-%m-%d-%H%M}.zip"


def copy_name(letter: Letter) -> str:
    return archive_name(letter).removesuffix(".pdf") + "-to-sign.pdf"


def list_archived(request: HttpRequest, queryset: QuerySet[Letter]) -> list[Letter]:
    """Return the letters that have a file to give; tell of the others row by row."""
    found: list[Letter] = []

    def choose(letter: Letter) -> None:
        if why := reason_not_to_archive(letter):
            raise ValidationError(why)
        found.append(letter)

    act_on_each(request, queryset, choose)
    return found
