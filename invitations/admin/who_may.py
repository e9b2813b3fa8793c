"""Pages for those who only read them: in words, and with who may do what."""

from typing import Any

from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from unfold import admin as unfold


class ForReadersMixin(unfold.ModelAdmin):
    """What is shown in place of fields whose values only a form makes readable."""

    shown_to_readers: dict[str, str] = {}

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        sets = super().get_fieldsets(request, obj)
        if obj is None or self.has_change_permission(request, obj):
            return sets
        return with_names(without_reason(sets), self.shown_to_readers)


def with_names(sets: Any, names: dict[str, str]) -> list[tuple[Any, dict[str, Any]]]:
    """Return the fieldsets with other names for some of their fields."""
    return [
        (title, {**options, "fields": [rename_fields(name, names) for name in options["fields"]]})
        for title, options in sets
    ]


def rename_fields(name: Any, names: dict[str, str]) -> Any:
    if isinstance(name, list | tuple):
        return tuple(dict.fromkeys(names.get(one, one) for one in name))
    return names.get(name, name)


def without_reason(sets: Any) -> list[tuple[Any, dict[str, Any]]]:
    """Leave out the reason that a change is given: who changes nothing gives none."""
    return [one for one in sets if list(one[1]["fields"]) != ["why_changed"]]


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
