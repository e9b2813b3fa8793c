"""The page of the long lists that workers make: how far they are, and their files for a day."""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from invitations.admin.base import Menu, WatchedMixin
from invitations.admin.columns import at_hour, hour_column, text_link
from invitations.admin.taking_out.files import CONTENT_TYPES, Kind
from invitations.admin.taking_out.lists import TAKE_OUT, may_take_out
from invitations.admin.taking_out.packing import unpacked
from invitations.models import ListExport


@admin.register(ListExport)
class ListExportAdmin(WatchedMixin):
    """Everybody sees the own lists alone."""

    menu = (Menu.DAILY, 30, "download")
    when_empty = gettext_lazy("Long lists that you take out as files wait here, for a day.")
    list_display = [
        "list_name",
        "kind_shown",
        "state",
        "progress",
        "file",
        "kept",
        hour_column("asked_at", gettext_lazy("asked for at")),
    ]
    list_filter = ["state"]
    fields = [
        "list_name", "kind_shown", "state", "progress", "file", "kept", "told", "asked_at",
        "ended_at",
    ]  # fmt: skip
    readonly_fields = ["list_name", "kind_shown", "progress", "file", "kept"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ListExport]:
        own = super().get_queryset(request).filter(asked_by=request.user.pk)
        return own.defer("content")

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perm(TAKE_OUT)

    @display(description=gettext_lazy("list"))
    def list_name(self, wanted: ListExport) -> str:
        return wanted.list_name

    @display(description=gettext_lazy("kind of file"), ordering="kind")
    def kind_shown(self, wanted: ListExport) -> str:
        return str(Kind(wanted.kind).label)

    @display(description=gettext_lazy("kept until"))
    def kept(self, wanted: ListExport) -> str:
        return at_hour(wanted.kept_until)

    @display(description=gettext_lazy("rows written"))
    def progress(self, wanted: ListExport) -> str:
        done = wanted.rows if wanted.state == ListExport.State.DONE else wanted.written
        return _("%(done)d of %(total)d") % {"done": done, "total": wanted.rows}

    @display(description=gettext_lazy("file"))
    def file(self, wanted: ListExport) -> str:
        if wanted.state != ListExport.State.DONE:
            return ""
        if wanted.is_expired(timezone.now()):
            return _("not kept any more: take the list out again")
        url = reverse("admin:invitations_listexport_file", args=[wanted.pk])
        return text_link(url, wanted.file_name)

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.file_view)
        return [
            path("<int:pk>/file/", view, name="invitations_listexport_file"),
            *super().get_urls(),
        ]

    def file_view(self, request: HttpRequest, pk: int) -> FileResponse:
        """Hand the file over to whoever asked for it, while it is kept."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        wanted = get_object_or_404(ListExport, pk=pk, asked_by=request.user.pk)
        if not wanted.content or wanted.is_expired(timezone.now()):
            raise Http404
        if not may_take_out(admin.site.get_model_admin(apps.get_model(wanted.model)), request):
            raise PermissionDenied
        return FileResponse(
            unpacked(bytes(wanted.content)),
            as_attachment=True,
            filename=wanted.file_name,
            content_type=CONTENT_TYPES[Kind(wanted.kind)],
        )
