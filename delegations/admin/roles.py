"""The groups of staff, and a page that says in words what each may do."""

from typing import Any, NamedTuple

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.models import Group, Permission, User
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _

from delegations.groups import IN_WORDS
from invitations.admin.base import Menu, ModelAdmin
from invitations.admin.lookups import name_of_choice
from invitations.admin.reauthentication import signed_in_recently

MORE_IN_WORDS = {
    "approve_letter": _("approve letters, texts and reminder steps"),
    "release_heldchange": _("release held changes"),
    "erase_personal_data": _("erase what was collected for an edition that is over"),
    "stop_arming": _("stop all sending"),
    "take_out_lists": _("take the lists that they read out as files"),
    "export_minister": _("take ministers and their addresses out as a file"),
}


class Role(NamedTuple):
    """A group of staff: what it may, in words, and who belongs to it."""

    name: str
    words: Any
    writes: list[str]
    reads: list[str]
    more: list[Any]
    members: list[User]


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, ModelAdmin):  # type: ignore[misc]
    menu = (Menu.STAFF, 2, "groups")
    list_display = ["name"]

    @signed_in_recently("change_role")
    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().changeform_view(request, *args, **kwargs)

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.roles_view)
        return [path("roles/", view, name="auth_group_roles"), *super().get_urls()]

    def roles_view(self, request: HttpRequest) -> HttpResponse:
        """Show every member of staff what each role may do, and who has it."""
        groups = Group.objects.prefetch_related("permissions__content_type", "user_set")
        superusers = User.objects.filter(is_superuser=True, is_active=True, is_staff=True)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Who may do what"),
            "roles": [role_of(group) for group in groups.order_by("name")],
            "administrators": superusers.order_by("username"),
        }
        return TemplateResponse(request, "admin/roles.html", context)


def role_of(group: Group) -> Role:
    permissions = list(group.permissions.all())
    written = {one.content_type for one in permissions if one.codename.split("_")[0] in WRITING}
    read = {one.content_type for one in permissions if one.codename.startswith("view_")}
    return Role(
        name=name_of_choice(group),
        words=IN_WORDS.get(group.name, ""),
        writes=sorted(kind.name for kind in written),
        reads=sorted(kind.name for kind in read - written),
        more=[more_words(one) for one in permissions if one.codename.split("_")[0] not in KNOWN],
        members=sorted(
            (user for user in group.user_set.all() if user.is_active),
            key=lambda user: user.get_username(),
        ),
    )


WRITING = {"add", "change", "delete"}
KNOWN = WRITING | {"view"}


def more_words(permission: Permission) -> Any:
    return MORE_IN_WORDS.get(permission.codename, permission.name)
