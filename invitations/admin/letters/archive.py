"""The archive of chosen letters, to be kept outside the system."""

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
from invitations.outbox.archive import archive, refuse_unarchived


class ArchiveMixin(RecordAdmin):
    """The letters' list action that takes their frozen files out."""

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


def list_archived(request: HttpRequest, queryset: QuerySet[Letter]) -> list[Letter]:
    """Return the letters that have a file to give; tell of the others row by row."""
    found: list[Letter] = []

    def choose(letter: Letter) -> None:
        refuse_unarchived(letter)
        found.append(letter)

    act_on_each(request, queryset, choose)
    return found
