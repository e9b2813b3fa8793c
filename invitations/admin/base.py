"""What the pages of the admin have in common."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any, cast
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.utils import get_fields_from_path, unquote
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Model, QuerySet
from django.db.models.constants import LOOKUP_SEP
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from modeltranslation.utils import build_localized_fieldname
from unfold import admin as unfold
from unfold.decorators import display

from invitations.admin.history import lines_of
from invitations.files import frozen
from invitations.forms.fields import OF_COLUMNS
from invitations.forms.model_forms import WholeRowForm
from invitations.text.dates import left_to_right


class ModelAdmin(unfold.ModelAdmin):
    """A page of one model; ``menu`` is its group, place and symbol in the sidebar."""

    form = WholeRowForm
    formfield_overrides: Any = OF_COLUMNS
    menu: tuple[Any, int, str] | None = None
    when_empty: Any = ""
    object_history_template = "admin/history.html"
    list_select_related: Any = ()
    list_filter_sheet = False
    list_fullwidth = True
    # What links of our own pages ask of the list, beside what its filters ask.
    linked_lookups: Sequence[str] = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """What the list joins, the page of one row, the search and the actions join too."""
        rows = super().get_queryset(request)
        return rows.select_related(*self.list_select_related) if self.list_select_related else rows

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """A list answers what its filters and our own links ask, and nothing else.

        Django lets everybody compare each column of a row, one that is withheld too: asked sign by
        sign, the list would spell it out.
        """
        if lookup in parts_of_date(self.date_hierarchy):
            # Midnight of the first year, or after the last, is no instant in every zone.
            least = dt.MINYEAR if lookup.endswith("__year") else 0
            return value.isdecimal() and least < int(value[:5]) < dt.MAXYEAR
        filters = (lookups_of(self.model, one) for one in self.get_list_filter(request))
        own = {"pk", f"{self.opts.pk.name}__exact", *self.linked_lookups}
        return lookup in own.union(*filters)

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        """A search looks into the rows of another list only where the user may read that list."""
        return [
            name
            for name in super().get_search_fields(request)
            if all(self._may_read(request, model) for model in lists_on(self.model, name))
        ]

    def _may_read(self, request: HttpRequest, model: type[Model]) -> bool:
        page = self.admin_site._registry.get(model)
        return page is not None and page.has_view_permission(request)

    def get_form(
        self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm]:
        form = super().get_form(request, obj, change, **kwargs)
        form.refusal = getattr(request, "refusal", None)
        return form

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """What the address says of a column, read as its values are; what is none is left out."""
        said: dict[str, Any] = super().get_changeform_initial_data(request)
        columns = {column.name: column for column in self.opts.get_fields()}
        return {
            name: value
            for name, typed in said.items()
            for value in (read_as(columns[name], typed) if name in columns else [typed])
        }

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the form again, with the reason, where the verb that saves it refuses."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except ValidationError as refusal:
            request.refusal = refusal  # type: ignore[attr-defined]  # get_form hands it on
        return super().changeform_view(request, object_id, form_url, extra_context)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        row = self.get_object(request, unquote(object_id))
        lines = lines_of(row) if row else []
        return super().history_view(request, object_id, {"lines": lines, **(extra_context or {})})


def read_as(column: Any, typed: Any) -> list[Any]:
    """The one value of a column that was typed, or none."""
    try:
        if column.many_to_many:
            return [[column.target_field.to_python(key) for key in typed]]
        return [column.to_python(typed)]
    except (ValidationError, AttributeError):  # rows that name this one are no column of it
        return []


def lookups_of(model: type[Model], item: Any) -> set[str]:
    """The names under which a filter stands in the address of a list."""
    if isinstance(item, type):
        return {item.parameter_name}  # type: ignore[attr-defined]  # each of ours has one
    path = item if isinstance(item, str) else item[0]
    column: Any = get_fields_from_path(model, path)[-1]
    if isinstance(column, models.DateField):
        return {f"{path}__{comparison}" for comparison in ("gte", "lt", "isnull")}
    if column.is_relation:
        return {f"{path}__{column.target_field.name}__exact", f"{path}__isnull"}
    return {path, f"{path}__exact", f"{path}__isnull"}


def parts_of_date(path: str | None) -> set[str]:
    return {f"{path}__{part}" for part in ("year", "month", "day")} if path else set()


def lists_on(model: type[Model], search_field: str) -> list[type[Model]]:
    """The models of which a search field looks into many rows; the one that a row names is its own.

    A comparison may stand last, which is no column.
    """
    passed = []
    for name in search_field.lstrip("^=@").split(LOOKUP_SEP)[:-1]:
        column: Any = model._meta.get_field(name)
        if not column.is_relation:
            break
        model = column.related_model
        if column.one_to_many or column.many_to_many:
            passed.append(model)
    return passed


class FilledFilter(admin.SimpleListFilter):
    """Yes or no: whether the column holds anything."""

    column = ""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Yes")), ("no", _("No"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any] | None:
        if self.value() is None:
            return None
        return queryset.filter(**{f"{self.column}__isnull": self.value() == "no"})


class RecordAdmin(ModelAdmin):
    """Rows that the verbs write and nobody edits by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class RecordInline(unfold.TabularInline):
    """The same rows on the page of what they belong to."""

    extra = 0
    max_num = 0
    can_delete = False
    show_change_link = True
    hide_title = True
    tab = True

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


def language_tabs(*names: str) -> list[tuple[Any, dict[str, Any]]]:
    """One tab for each language, English first, with that language's column of each text."""
    languages = sorted(settings.LANGUAGES, key=lambda language: language[0] != "en")
    return [
        (
            label,
            {
                "classes": ["tab"],
                "fields": [build_localized_fieldname(name, code) for name in names],
            },
        )
        for code, label in languages
    ]


def link(url: str, text: Any) -> str:
    return format_html('<a class="text-link" href="{}">{}</a>', url, text)


def page_of(row: Model) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def list_of(model: type[Model], **filters: Any) -> str:
    url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    return f"{url}?{urlencode(filters)}" if filters else url


def at_hour(at: dt.datetime | None) -> str:
    return left_to_right(date_format(timezone.localtime(at), "Y-m-d H:i")) if at else ""


def at_hour_with(at: dt.datetime | None, *words: object) -> str:
    """The instant, then who or why, without what is empty."""
    return " ".join(filter(None, [at_hour(at), *(str(word or "") for word in words)]))


def hour(name: str, title: Any) -> Callable[[Any], str]:
    """A column of a list: that instant, to the minute."""

    @display(description=title, ordering=name)
    def shown(row: Any) -> str:
        return at_hour(getattr(row, name))

    return shown


def who(request: HttpRequest) -> User:
    """Everybody in the admin is signed in."""
    return cast("User", request.user)


def frozen_file(
    request: HttpRequest, name: str, sha256: str, content_type: str, download: str
) -> HttpResponse:
    """The frozen bytes as they are, or a page that says that they are not those any more."""
    try:
        content = frozen.thaw(name, sha256)
    except frozen.Tampered as damage:
        context = {"title": _("This file is not what was frozen"), "damage": str(damage)}
        return TemplateResponse(request, "admin/tampered.html", context, status=409)
    shown = "inline" if content_type != "message/rfc822" else "attachment"
    return HttpResponse(
        content,
        content_type=content_type,
        headers={"Content-Disposition": f'{shown}; filename="{download}"'},
    )


class Menu:
    """The groups of the sidebar, in their order."""

    DAILY = gettext_lazy("Invitations")
    FORUM = gettext_lazy("Delegations")
    ADDRESSEES = gettext_lazy("Addressees")
    SET_UP = gettext_lazy("Edition")
    STAFF = gettext_lazy("Staff")
