"""Who may do what: said on each page that its reader may not change."""

from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, QuerySet
from django.http import HttpRequest


def groups_acting_on(model: type[Model]) -> "QuerySet[Group]":
    """Return the groups that may do more with such rows than read them."""
    kind = ContentType.objects.get_for_model(model)
    acts = Permission.objects.filter(content_type=kind).exclude(codename__startswith="view_")
    return Group.objects.filter(permissions__in=acts).distinct().order_by("name")


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
    return Group.objects.filter(permissions__in=may).order_by("name")
