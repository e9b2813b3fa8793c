"""Pages that offer what their reader may do, in words for those who only read."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import messages
from django.contrib.admin.actions import delete_selected
from django.contrib.admin.utils import unquote
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import CASCADE, PROTECT, RESTRICT, Exists, Model, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold import admin as unfold

from invitations.admin.answers import READS_ANSWERS
from invitations.forms.stale_form import lock_to_delete, mark_of_deletion
from invitations.models.held.holding import rows_used, why_kept
from invitations.models.held.rows import HeldRow
from invitations.text.dates import comma_list


class ForReadersMixin(unfold.ModelAdmin):
    """What is shown in place of fields whose values only a form makes readable.

    Columns, fields and filters that ``tell_answers`` are left out for who may not open replies.
    """

    shown_to_readers: dict[str, Any] = {}
    tell_answers: Sequence[Any] = ()

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self._without_answers(request, super().get_fields(request, obj))

    def get_list_display(self, request: HttpRequest) -> Any:
        return self._without_answers(request, super().get_list_display(request))

    def get_list_filter(self, request: HttpRequest) -> Any:
        return self._without_answers(request, super().get_list_filter(request))

    def _without_answers(self, request: HttpRequest, names: Sequence[Any]) -> Sequence[Any]:
        if not self.tell_answers or request.user.has_perm(READS_ANSWERS):
            return names
        return [name for name in names if name not in self.tell_answers]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        sets = super().get_fieldsets(request, obj)
        if obj is None or self.has_change_permission(request, obj):
            return sets
        return with_names(without_reason(sets), self.shown_to_readers)


def with_names(sets: Any, names: dict[str, Any]) -> list[tuple[Any, dict[str, Any]]]:
    """Return the fieldsets with other names for some of their fields."""
    return [
        (title, {**options, "fields": [rename_fields(name, names) for name in options["fields"]]})
        for title, options in sets
    ]


def rename_fields(name: Any, names: dict[str, Any]) -> Any:
    if isinstance(name, list | tuple):
        return tuple(dict.fromkeys(names.get(one, one) for one in name))
    return names.get(name, name)


def without_reason(sets: Any) -> list[tuple[Any, dict[str, Any]]]:
    """Leave out the reason that a change is given: who changes nothing gives none."""
    return [one for one in sets if list(one[1]["fields"]) != ["why_changed"]]


# What can be deleted


CHANGED_SINCE = gettext_lazy(
    "This was changed after you opened the page, and nothing is deleted: look at what stands now, "
    "and delete it then."
)


def is_stale(request: HttpRequest, mark: str) -> bool:
    """Whether somebody confirmed a deletion who saw something else than what would go."""
    return bool(request.POST.get("post")) and request.POST.get("seen", "") not in ("", mark)


def delete_unless_stale(
    page: "DeletedAloneMixin", request: HttpRequest, queryset: QuerySet[Any]
) -> HttpResponse | None:
    """Delete the chosen rows, once it was asked; ask again if any was changed since."""
    with transaction.atomic():
        mark = page.mark_of_deletion(request, queryset)
        if is_stale(request, mark):
            messages.warning(request, CHANGED_SINCE)
            data: Any = request.POST.copy()
            del data["post"]
            request.POST = data
        answer: Any = delete_selected(page, request, queryset)
    if answer:
        answer.context_data["seen"] = mark
    return answer


class DeletedAloneMixin(unfold.ModelAdmin):
    """Pages that offer to delete only a record to which no other one holds, as it was shown."""

    change_form_outer_after_template = "admin/kept.html"
    instead_of_deleting: Any = ""

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Offer no deletion of many rows at once where any of them may have to stay."""
        actions: dict[str, Any] = super().get_actions(request)
        if issubclass(self.model, HeldRow) or self.relations_that_keep(request):
            actions.pop("delete_selected", None)
        if "delete_selected" in actions:
            _act, *named = actions["delete_selected"]
            actions["delete_selected"] = (delete_unless_stale, *named)
        return actions

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Delete the record, once it was asked; ask again if it or what goes along was changed."""
        with transaction.atomic():
            row = self.get_object(request, unquote(object_id))
            mark = self.mark_of_deletion(request, [row]) if row else ""
            if is_stale(request, mark):
                messages.warning(request, CHANGED_SINCE)
                return HttpResponseRedirect(request.get_full_path())
            return super().delete_view(request, object_id, {"seen": mark, **(extra_context or {})})

    def mark_of_deletion(self, request: HttpRequest, rows: Iterable[Any]) -> str:
        """Return the mark of all that would be deleted; of what is confirmed, under its locks."""
        keys = [row.pk for row in rows]
        if request.POST.get("post"):
            lock_to_delete(list(rows), getattr(self.form, "locked_first", ""))
        return mark_of_deletion(QuerySet(self.model).filter(pk__in=keys))

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        row = context["original"]
        if row and self.has_delete_permission(request, row):
            kept = self.reasons_to_keep(request, row)
            context |= {"show_delete": not kept, "kept": kept}
        return super().render_change_form(request, context, *args, **kwargs)

    def reasons_to_keep(self, request: HttpRequest, row: Model) -> list[Any]:
        """Return sentences on what keeps the record from being deleted, and what to do instead."""
        if kinds := self.kinds_held(request, row):
            told = _("This record cannot be deleted, for others belong to it: %(kinds)s.")
            return [told % {"kinds": comma_list(kinds)}, self.instead_of_deleting]
        used = rows_used(self.model, [row.pk]) if isinstance(row, HeldRow) else []
        return [why_kept(one) for one in used]

    def kinds_held(self, request: HttpRequest, row: Model) -> list[str]:
        """Return the names of what belongs to the record, in one query."""
        relations = self.relations_that_keep(request)
        if not relations:
            return []
        held = [
            Exists(QuerySet(one.related_model).filter(**{one.field.name: OuterRef("pk")}))
            for one in relations
        ]
        there = QuerySet(self.model).filter(pk=row.pk).values_list(*held).get()
        found = [
            one.related_model for one, is_there in zip(relations, there, strict=True) if is_there
        ]
        return list(dict.fromkeys(str(model._meta.verbose_name_plural) for model in found))

    def relations_that_keep(self, request: HttpRequest) -> list[Any]:
        """Return the relations to this model whose rows would refuse its deletion."""
        relations = self.opts.get_fields(include_hidden=True)
        return [one for one in relations if self._keeps(request, one)]

    def _keeps(self, request: HttpRequest, relation: Any) -> bool:
        on_delete = getattr(relation, "on_delete", None) if relation.auto_created else None
        if on_delete is not CASCADE:
            return on_delete in (PROTECT, RESTRICT)
        page = self.admin_site._registry.get(relation.related_model)
        return page is not None and not page.has_delete_permission(request)


# Who may do what


def groups_acting_on(model: type[Model]) -> "QuerySet[Group]":
    """Return the groups that may do more with such rows than read them."""
    return groups_with(permissions_on(model).exclude(codename__startswith="view_"))


def groups_changing(model: type[Model]) -> "QuerySet[Group]":
    """Return the groups that may write such rows, which is more than to approve or export them."""
    return groups_with(permissions_on(model).filter(codename__regex="^(add|change|delete)_"))


def permissions_on(model: type[Model]) -> "QuerySet[Permission]":
    return Permission.objects.filter(content_type=ContentType.objects.get_for_model(model))


def groups_with(permissions: "QuerySet[Permission]") -> "QuerySet[Group]":
    return Group.objects.filter(permissions__in=permissions).distinct().order_by("name")


def reads_only(request: HttpRequest, model: type[Model]) -> bool:
    # An administrator may all, and their permissions would be read from the tables.
    if request.user.is_superuser:
        return False
    label, name = model._meta.app_label, model._meta.model_name
    may = request.user.get_all_permissions()
    own = {code for code in may if code.startswith(f"{label}.") and code.endswith(f"_{name}")}
    return own == {f"{label}.view_{name}"}


def groups_who_may(permission: str) -> "QuerySet[Group]":
    """Return the groups with the permission, which is named as ``has_perm`` names it."""
    label, code = permission.split(".")
    may = Permission.objects.filter(content_type__app_label=label, codename=code)
    return groups_with(may)
