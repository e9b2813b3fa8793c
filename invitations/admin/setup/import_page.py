"""The page on which a list of ministers is uploaded: its columns explained, and a template."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import path
from import_export.admin import ImportExportMixin

from invitations.files.uploads import MEDIA_TYPES
from invitations.minister_import.guide import explained_columns, template_workbook


class ImportPageMixin(ImportExportMixin):
    """What the page of the import shows besides its form."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.template_view)
        name = "{}_{}_import_template".format(*self.get_model_info())
        return [path("import/template/", view, name=name), *super().get_urls()]

    def get_import_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_import_context_data(**kwargs)
        return context | {"import_columns": explained_columns()}

    def template_view(self, request: HttpRequest) -> HttpResponse:
        """Return an empty list with its headings, in the language of the page."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        called = {"Content-Disposition": 'attachment; filename="ministers.xlsx"'}
        return HttpResponse(template_workbook(), content_type=MEDIA_TYPES["xlsx"], headers=called)
