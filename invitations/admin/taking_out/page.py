"""The page that asks as which kind of file a list is to be taken out, and hands it over."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminRadioSelectWidget

from invitations.admin.base import ModelAdmin, user_of
from invitations.admin.columns import list_url
from invitations.admin.reauthentication import signed_in_recently
from invitations.admin.taking_out.cells import filters_in_words
from invitations.admin.taking_out.files import CONTENT_TYPES, Kind
from invitations.admin.taking_out.lists import MOST_PRINTED, may_take_out, taken_out


class KindForm(forms.Form):
    """As which file; a list of many rows is not printed."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Kind of file"),
        choices=Kind.choices,
        initial=Kind.XLSX,
        widget=UnfoldAdminRadioSelectWidget,
    )

    def __init__(self, *args: Any, rows: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = rows

    def clean_kind(self) -> str:
        kind: str = self.cleaned_data["kind"]
        if kind == Kind.PDF and self.rows > MOST_PRINTED:
            raise forms.ValidationError(
                _(
                    "A PDF holds at most %(most)s rows, and this list has %(rows)s: narrow it by"
                    " its filters, or choose XLSX or CSV."
                )
                % {"most": MOST_PRINTED, "rows": self.rows}
            )
        return kind


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
        """Ask for the kind of file; a POST hands it over."""
        if not may_take_out(self, request):
            raise PermissionDenied
        listed = self.get_changelist_instance(request)
        form = KindForm(request.POST or None, rows=listed.result_count)
        if form.is_valid():
            kind = form.cleaned_data["kind"]
            return FileResponse(
                taken_out(listed, kind, user_of(request)),
                as_attachment=True,
                filename=self.file_name(kind),
                content_type=CONTENT_TYPES[Kind(kind)],
            )
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": capfirst(self.opts.verbose_name_plural),
            "number": listed.result_count,
            "filters": filters_in_words(listed),
            "form": form,
            "list_url": f"{list_url(self.model)}?{request.GET.urlencode()}",
        }
        return TemplateResponse(request, "admin/taking_out/ask.html", context)

    def file_name(self, kind: str) -> str:
        return f"{self.opts.model_name}-{timezone.localtime():%Y-%m-%d-%H%M}.{kind}"
