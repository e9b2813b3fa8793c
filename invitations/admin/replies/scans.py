"""The scan of what came in on paper, frozen when it is filed."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from invitations.admin.base import ModelAdmin
from invitations.admin.frozen_files import frozen_file_response
from invitations.admin.list_columns import text_link
from invitations.files import frozen
from invitations.files.uploads import MEDIA_TYPES
from invitations.forms.uploads import scan_kind
from invitations.models import Correspondence


class ScansMixin(ModelAdmin):
    def get_urls(self) -> list[Any]:
        return [
            path(
                "<int:pk>/scan/",
                self.admin_site.admin_view(self.scan_view),
                name="invitations_correspondence_scan",
            ),
            *super().get_urls(),
        ]

    def scan_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        correspondence = get_object_or_404(Correspondence.objects.exclude(scan=""), pk=pk)
        name = str(correspondence.scan)
        suffix = name.rpartition(".")[2]
        return frozen_file_response(
            request,
            name,
            correspondence.scan_sha256,
            MEDIA_TYPES[suffix],
            f"scan-{pk}.{suffix}",
        )

    @display(description=gettext_lazy("scan"))
    def scan_file(self, correspondence: Correspondence) -> str:
        if not correspondence.scan:
            return ""
        url = reverse("admin:invitations_correspondence_scan", args=[correspondence.pk])
        return text_link(url, _("open"))


def freeze_scan(scan: Any) -> frozen.Frozen | None:
    if not scan:
        return None
    suffix = scan_kind(scan)
    return frozen.freeze(scan.read(), "scans", suffix)
