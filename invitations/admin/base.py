"""The base classes of the admin's pages."""

import datetime as dt
import functools
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import unquote
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.paginator import Page, Paginator
from django.core.validators import ProhibitNullCharactersValidator
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from modeltranslation.utils import build_localized_fieldname
from unfold import admin as unfold

from invitations.admin.history import history_lines
from invitations.admin.lookups import (
    initial_value,
    lists_searched,
    lookups_of_date,
    lookups_of_filter,
    name_of_choice,
)
from invitations.admin.waiting import WaitingMarkMixin
from invitations.admin.who_may import (
    DeletedAloneMixin,
    ForReadersMixin,
    groups_acting_on,
    groups_changing,
    reads_only,
    without_reason,
)
from invitations.forms.fields import COLUMN_FORM_FIELDS
from invitations.forms.model_forms import WholeRowForm
from invitations.forms.stale_form import ListedForm, ListedFormSet
from invitations.letters.planning import try_waiting_again
from invitations.models import HeldChange
from invitations.models.held.holding import rows_used, why_kept
from invitations.models.held.proposals import is_proposed
from invitations.models.held.rows import HeldRow
from invitations.text.dates import comma_list

SHOWN_AGAIN_AFTER = 3  # seconds


class NarrowPaginator(Paginator):
    """Find the keys of a page first, and join only to its rows what the page shows of them.

    The database sorts all rows of a list: with the texts of edition, minister and State beside
    each it moved two hundred columns of every row, to show twenty.
    """

    def _get_page(self, rows: Any, *args: Any, **kwargs: Any) -> Any:
        listed: Any = self.object_list
        if self.num_pages > 1:
            rows = listed.filter(pk__in=[*rows.values_list("pk", flat=True)])
        return Page(rows, *args, **kwargs)


class ModelAdmin(ForReadersMixin, DeletedAloneMixin, WaitingMarkMixin):
    """A page of one model; ``menu`` is its group, place and icon in the sidebar."""

    form = WholeRowForm
    formfield_overrides: Any = COLUMN_FORM_FIELDS
    menu: tuple[Any, int, str] | None = None
    when_empty: Any = ""
    object_history_template = "admin/history.html"
    list_select_related: Any = ()
    list_filter_sheet = False
    list_fullwidth = True
    # A page of a list stays below 300 kB: who has a slow line reads it too.
    list_per_page = list_max_show_all = 20
    paginator = NarrowPaginator
    list_before_template = "admin/who_may.html"
    change_form_outer_before_template = "admin/before_record.html"
    change_form_before_template = "admin/seen.html"
    # unfold's templates ask for these at each field and row; what no page has is looked for long.
    conditional_fields: Mapping[str, str] = {}
    list_sections: Sequence[Any] = ()
    # Whether anybody changes such a row on its page or in its list; and where else it is done.
    is_changed_here = True
    instead_of_changing: Any = ""
    # The lookups of links on our own pages, beside those of the list's filters.
    linked_lookups: Sequence[str] = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Join for the page of one row, the search and the actions what the list joins."""
        rows = super().get_queryset(request)
        return rows.select_related(*self.list_select_related) if self.list_select_related else rows

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Allow only the lookups of the list's filters and of our own links.

        Django lets everybody compare each column of a row, even one that the page withholds: the
        list would spell it out, sign by sign.
        """
        if lookup in lookups_of_date(self.date_hierarchy):
            # The first and the last midnight of the calendar are no instants in some zones.
            least = dt.MINYEAR if lookup.endswith("__year") else 0
            return value.isdecimal() and least < int(value[:5]) < dt.MAXYEAR
        filters = (lookups_of_filter(self.model, one) for one in self.get_list_filter(request))
        own = {"pk", f"{self.opts.pk.name}__exact", *self.linked_lookups}
        return lookup in own.union(*filters)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Leave out the mark of the row: it stands before the fields, on every page once."""
        return [name for name in super().get_fields(request, obj) if name != "seen"]

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        """Search the rows of another list only if the user may read that list."""
        return [
            name
            for name in super().get_search_fields(request)
            if all(self._may_read(request, model) for model in lists_searched(self.model, name))
        ]

    def _may_read(self, request: HttpRequest, model: type[Model]) -> bool:
        page = self.admin_site._registry.get(model)
        return page is not None and page.has_view_permission(request)

    def response_action(
        self, request: HttpRequest, queryset: QuerySet[Any], **more: Any
    ) -> HttpResponseBase | None:
        """Refuse keys that no row can have, which no list of ours sends.

        Once it is done, go back to the page on which the action was chosen. Django says ``more``
        from 6.1 on.
        """
        try:
            for key in request.POST.getlist(ACTION_CHECKBOX_NAME):
                ProhibitNullCharactersValidator()(key)
                self.opts.pk.clean(key, None)
        except ValidationError:
            told = _("Which rows are meant cannot be read: choose them in the list once more.")
            messages.error(request, told)
            return HttpResponseRedirect(request.get_full_path())
        answer = super().response_action(request, queryset, **more)
        if isinstance(answer, HttpResponseRedirect) and answer.url == request.get_full_path():
            return HttpResponseRedirect(back_to(request) or answer.url)
        return answer

    def get_form(
        self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm]:
        form = super().get_form(request, obj, change, **kwargs)
        form.refusal = getattr(request, "refusal", None)
        return form

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> type[forms.ModelForm]:
        form: type[forms.ModelForm] = super().get_changelist_form(
            request, **{"form": ListedForm, **kwargs}
        )
        return form

    def get_changelist_formset(self, request: HttpRequest, **kwargs: Any) -> Any:
        return super().get_changelist_formset(request, **{"formset": ListedFormSet, **kwargs})

    def formfield_for_dbfield(self, *args: Any, **kwargs: Any) -> Any:
        """Name each choice as the lists and the search for choices do."""
        field = super().formfield_for_dbfield(*args, **kwargs)
        if isinstance(field, forms.ModelChoiceField):
            field.label_from_instance = name_of_choice  # type: ignore[assignment, method-assign]
        return field

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Read the values in the address as their columns do, and drop those that are invalid."""
        said: dict[str, Any] = super().get_changeform_initial_data(request)
        columns = {column.name: column for column in self.opts.get_fields()}
        return {
            name: value
            for name, typed in said.items()
            for value in (initial_value(columns[name], typed) if name in columns else [typed])
        }

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the form again, with the reason, if the function that saves it refuses."""
        extra_context = {"held": self.held_on_page(request, object_id), **(extra_context or {})}
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except ValidationError as refusal:
            # Django saves in the middle of this view, after the form's checks, and rolls back on a
            # fault; no method that it calls there can return the page of the form. So the view runs
            # again, with a form that refuses: get_form receives nothing of ours but the request.
            request.refusal = refusal  # type: ignore[attr-defined]
        return super().changeform_view(request, object_id, form_url, extra_context)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {**self._who_may(request), **(extra_context or {})}
        # Rows that are edited in their list stay locked from their comparison until they are saved.
        with transaction.atomic() if "_save" in request.POST else nullcontext():
            return super().changelist_view(request, context)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context |= self._who_may(request)
        return super().render_change_form(request, context, *args, **kwargs)

    def _who_may(self, request: HttpRequest) -> dict[str, Any]:
        if not reads_only(request, self.model):
            return {}
        changing, acting = groups_changing(self.model), groups_acting_on(self.model)
        return {
            "reads_only": True,
            "who_changes": comma_list(map(name_of_choice, changing)),
            "who_may": "" if changing else comma_list(map(name_of_choice, acting)),
            "administrator_may": self.is_changed_here,
            "instead_of_changing": self.instead_of_changing,
        }

    def held_on_page(self, request: HttpRequest, object_id: str | None) -> list[dict[str, Any]]:
        """Return each change of the record that waits for a second person, the last one first."""
        page: Any = self.admin_site._registry.get(HeldChange)
        if not (object_id and page and issubclass(self.model, HeldRow)):
            return []
        row = self.get_object(request, unquote(object_id))
        changes = HeldChange.objects.undecided().of(row) if row else []
        return [page.on_page_of_record(request, change) for change in changes]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Let letters that wait be tried at once: what one of them lacks may be saved now."""
        super().save_related(request, form, formsets, change)
        transaction.on_commit(try_waiting_again)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """Say beside "changed successfully" what automatic mail does not use yet."""
        held = isinstance(obj, HeldRow) and not is_proposed(type(obj))
        if held and HeldChange.objects.waiting().of(obj).exists():
            told = _(
                "Automatic mail says what stood here before, and goes where it went, until a "
                "second person releases this change."
            )
            messages.warning(request, told)
        return super().response_change(request, obj)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[Any, Any, Any, Any]:
        """Say before the deletion which rows are kept: letters use them."""
        gone, counts, lacking, kept = super().get_deleted_objects(objs, request)
        if issubclass(self.model, HeldRow):
            kept = [*kept, *map(why_kept, rows_used(self.model, [row.pk for row in objs]))]
        return gone, counts, lacking, kept

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        row = self.get_object(request, unquote(object_id))
        lines = history_lines(row, functools.partial(self._may_read, request)) if row else []
        return super().history_view(request, object_id, {"lines": lines, **(extra_context or {})})


class FilledFilter(admin.SimpleListFilter):
    """Yes or no: whether the column holds a value."""

    column = ""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Yes")), ("no", _("No"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any] | None:
        if self.value() is None:
            return None
        return queryset.filter(**{f"{self.column}__isnull": self.value() == "no"})


class CalledByEditionFilter(admin.RelatedFieldListFilter):
    """Choices whose names hold that of their edition, found by one query."""

    def field_choices(self, field: Any, request: Any, model_admin: Any) -> list[Any]:
        rows = field.related_model._default_manager.select_related("edition")
        return [(row.pk, str(row)) for row in rows]


class RecordAdmin(ModelAdmin):
    """A page of rows that our functions write and nobody edits by hand."""

    is_changed_here = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class RecordInline(unfold.TabularInline):
    """Such rows, on the page of the row to which they belong."""

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
    """Return one tab for each language, English first, with that language's column of each text."""
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


def back_to(request: HttpRequest) -> str:
    """Return the address of the page on which an action was chosen; empty for its own list."""
    said = request.POST.get("back", "")
    is_ours = said.startswith("/") and url_has_allowed_host_and_scheme(said, allowed_hosts=None)
    return said if is_ours else ""


def user_of(request: HttpRequest) -> User:
    """Return the user; everybody in the admin is signed in."""
    return cast("User", request.user)


def asked_first(first: Sequence[Any], sets: Any) -> list[tuple[Any, dict[str, Any]]]:
    """Return the fieldsets of a new record: what has to be there first, the rest folded."""
    named = {name for line in first for name in ([line] if isinstance(line, str) else line)}
    found: list[tuple[Any, dict[str, Any]]] = [(None, {"fields": first})]
    for title, options in without_reason(sets):
        if fields := [line for line in map(without(named), options["fields"]) if line]:
            found.append((title, {**options, "fields": fields, "classes": ["collapse"]}))
    return found


def without(named: set[str]) -> Callable[[Any], Any]:
    """Return what takes the named fields out of a line of a page."""

    def left(line: Any) -> Any:
        if isinstance(line, str):
            return "" if line in named else line
        return tuple(name for name in line if name not in named)

    return left


# On the pages of records whose changes may wait for a second person.
WHY_IT_CHANGES: tuple[Any, dict[str, Any]] = (
    gettext_lazy("Reason"),
    {"fields": ["why_changed"]},
)


class Menu:
    """The groups of the sidebar, in order."""

    DAILY = gettext_lazy("Invitations")
    FORUM = gettext_lazy("Delegations")
    ADDRESSEES = gettext_lazy("Addressees")
    SET_UP = gettext_lazy("Edition")
    STAFF = gettext_lazy("Staff")
