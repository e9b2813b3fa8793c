"""The page that asks as which kind of file a list is to be taken out, and hands it over."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import FileResponse, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminRadioSelectWidget

from invitations.admin.base import ModelAdmin, user_of
from invitations.admin.export_cells import list_sheet
from invitations.admin.export_files import CONTENT_TYPES, ExportFormat, write_export
from invitations.admin.list_columns import list_url
from invitations.admin.reauthentication import signed_in_recently
from invitations.audit import record_export
from invitations.files.exported_tables import ExportedSheet

TAKE_OUT = "invitations.take_out_lists"
MOST_PRINTED = 500  # rows: more would take a process of the site hundreds of megabytes


def may_take_out(page: Any, request: HttpRequest) -> bool:
    """Whether the person may read the list, and take it out."""
    return bool(
        page.has_view_permission(request) and request.user.has_perms((TAKE_OUT, *page.also_needed))
    )


class KindForm(forms.Form):
    """As which file; a list of many rows is not printed."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Kind of file"),
        choices=ExportFormat.choices,
        initial=ExportFormat.XLSX,
        widget=UnfoldAdminRadioSelectWidget,
    )

    def __init__(self, *args: Any, rows: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = rows

    def clean_kind(self) -> str:
        kind: str = self.cleaned_data["kind"]
        if kind == ExportFormat.PDF and self.rows > MOST_PRINTED:
            raise forms.ValidationError(
                _(
                    "A PDF holds at most %(most)s rows, and this list has %(rows)s: narrow it by"
                    " its filters, or choose XLSX or CSV."
                )
                % {"most": MOST_PRINTED, "rows": self.rows}
            )
        return kind


def asked_or_handed_over(
    request: HttpRequest, sheet: ExportedSheet, model: type[Model], name: str, **beside: Any
) -> HttpResponse | FileResponse:
    """Ask for the kind of file; a POST hands the list over.

    ``beside`` goes into the context of the page: ``list_url`` is the address of the list.
    """
    form = KindForm(request.POST or None, rows=sheet.number)
    if form.is_valid():
        return hand_over_export(request, sheet, form.cleaned_data["kind"], model, name)
    context = {
        **admin.site.each_context(request),
        "title": sheet.title,
        "number": sheet.number,
        "filters": sheet.filters,
        "form": form,
        **beside,
    }
    return TemplateResponse(request, "admin/taking_out/ask.html", context)


def hand_over_export(
    request: HttpRequest, sheet: ExportedSheet, kind: str, model: type[Model], name: str
) -> FileResponse:
    """Return the list as a file, and write down who took out how many rows of what."""
    file = write_export(kind, sheet)
    record_export(model, sheet.number, ExportFormat(kind).label, user_of(request))
    return FileResponse(
        file,
        as_attachment=True,
        filename=f"{name}-{timezone.localtime():%Y-%m-%d-%H%M}.{kind}",
        content_type=CONTENT_TYPES[ExportFormat(kind)],
    )


class TakenOutMixin(ModelAdmin):
    """A list that can be taken out as it is shown; ``also_needed`` are further permissions."""

    list_before_template = "admin/before_list.html"
    also_needed: tuple[str, ...] = ()

    def get_urls(self) -> list[Any]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_take_out"
        view = self.admin_site.admin_view(self.take_out_view)
        return [path("take-out/", view, name=name), *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = dict(extra_context or {})
        if may_take_out(self, request):
            context["take_out_url"] = self.take_out_url(request)
        return super().changelist_view(request, context)

    def take_out_url(self, request: HttpRequest) -> str:
        """Return the address of the page that takes out what the list shows, all its pages."""
        chosen = request.GET.copy()
        chosen.pop("p", None)
        url = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_take_out")
        return f"{url}?{chosen.urlencode()}" if chosen else url

    @signed_in_recently("take_out_lists")
    def take_out_view(self, request: HttpRequest) -> HttpResponse | FileResponse:
        """Ask for the kind of file; a POST hands the list over as the page shows it."""
        if not may_take_out(self, request):
            raise PermissionDenied
        return asked_or_handed_over(
            request,
            list_sheet(self.get_changelist_instance(request)),
            self.model,
            str(self.opts.model_name),
            opts=self.opts,
            list_url=f"{list_url(self.model)}?{request.GET.urlencode()}",
        )
