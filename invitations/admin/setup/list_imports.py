"""The page of the long lists that workers import: how far they are, and what came of them."""

import io
from functools import partial
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.admin import ImportExportMixin
from unfold.decorators import display

from invitations.admin.base import Menu, WatchedMixin, user_of
from invitations.admin.columns import hour_column
from invitations.forms.seen import keyed_digest
from invitations.minister_import.background import (
    CHANGED_SINCE_PREVIEW,
    MAY_IMPORT,
    MOST_AT_ONCE,
    ask_for_import,
    marks_by_line,
    rows_written,
)
from invitations.minister_import.matching import Entry
from invitations.minister_import.rules import check_rows
from invitations.minister_import.table import ListRow, read_table
from invitations.models import ListImport
from invitations.times.jobs import Job, begin_soon


@admin.register(ListImport)
class ListImportAdmin(WatchedMixin):
    menu = (Menu.ADDRESSEES, 6, "upload_file")
    when_empty = gettext_lazy("No list was long enough to be imported in the background.")
    list_display = [
        "file_name",
        "edition",
        "state",
        "progress",
        "asked_by",
        hour_column("asked_at", gettext_lazy("asked for at")),
        hour_column("ended_at", gettext_lazy("ended at")),
    ]
    list_filter = ["state"]
    list_select_related = ["edition", "asked_by"]
    fields = [
        "file_name", "edition", "state", "progress", "told", "asked_by", "asked_at", "began_at",
        "ended_at",
    ]  # fmt: skip
    readonly_fields = ["progress"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ListImport]:
        return super().get_queryset(request).defer("content")

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Show the lists to whoever may import one, too."""
        return super().has_view_permission(request, obj) or request.user.has_perms(MAY_IMPORT)

    @display(description=gettext_lazy("rows written"))
    def progress(self, wanted: ListImport) -> str:
        return _("%(done)d of %(total)d") % {"done": rows_written(wanted), "total": wanted.rows}


def mark_of_changes(entries: list[Entry]) -> str:
    """Return the mark of what the rows would change, with what stands there before."""
    return keyed_digest([entry.mark for entry in entries])


def unchanged_since_preview(rows: list[ListRow], confirmed: dict[str, Any]) -> list[Entry]:
    """Return what the rows change; refuse what is another change by now than was previewed."""
    with transaction.atomic():
        entries, _faults = check_rows(rows, confirmed["edition"])
    if confirmed["seen"] not in ("", mark_of_changes(entries)):
        raise ValidationError(CHANGED_SINCE_PREVIEW)
    return entries


class BackgroundImportMixin(ImportExportMixin):
    """A confirmed list that is too long for a request is left to a worker."""

    def process_import(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if not self.has_import_permission(request):
            raise PermissionDenied
        form = self.create_confirm_form(request)
        if form.is_valid() and (wanted := self.left_to_a_worker(request, form.cleaned_data)):
            transaction.on_commit(partial(begin_soon, Job.IMPORT_LISTS))
            return redirect("admin:invitations_listimport_change", wanted.pk)
        response: HttpResponse = super().process_import(request, **kwargs)
        return response

    def get_import_form_kwargs(self, request: HttpRequest) -> dict[str, Any]:
        """Fill the form with the list that was confirmed in vain: nobody uploads it anew."""
        filled: dict[str, Any] = super().get_import_form_kwargs(request)
        kept = getattr(request, "kept_list", None)
        return filled | ({"files": {"import_file": kept}} if kept else {})

    def left_to_a_worker(
        self, request: HttpRequest, confirmed: dict[str, Any]
    ) -> ListImport | None:
        """Return the import that a worker will do; None for a list that is short enough.

        Refuse a list whose encoding is a guess that nobody has confirmed.
        """
        file = self.get_tmp_storage_class()(name=confirmed["import_file_name"], read_mode="rb")
        content = file.read()
        if content is None:
            raise FileNotFoundError
        name = confirmed["original_file_name"]
        request.kept_list = SimpleUploadedFile(name, content)  # type: ignore[attr-defined]
        table = read_table(io.BytesIO(content), name)
        if table.in_doubt and not confirmed["letters_are_right"]:
            raise ValidationError(_("Nothing was written: nobody said that the letters are right."))
        rows = len(table.rows)
        if rows <= MOST_AT_ONCE:
            return None
        seen = marks_by_line(unchanged_since_preview(table.rows, confirmed))
        wanted = ask_for_import(content, name, rows, confirmed["edition"], user_of(request), seen)
        file.remove()
        return wanted
