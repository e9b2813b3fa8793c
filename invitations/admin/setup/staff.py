"""The staff, and the log of all changes."""

from typing import Any

from auditlog.admin import LogEntryAdmin
from auditlog.filters import CIDFilter, ResourceTypeFilter
from auditlog.models import LogEntry
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from invitations.admin.base import Menu, ModelAdmin
from invitations.admin.history import act_in_words
from invitations.text.dates import comma_list

admin.site.unregister([User, Group, LogEntry])


@admin.register(User)
# Django's class comes first, and its stubs type the attributes more narrowly than ours.
class UserAdmin(DjangoUserAdmin, ModelAdmin):  # type: ignore[misc]
    menu = (Menu.STAFF, 1, "badge")
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ["username", "full_name", "member_of", "is_staff", "last_login"]
    list_filter = ["is_staff", "is_superuser", "is_active", "groups"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups")

    @display(description=gettext_lazy("name"), ordering="last_name")
    def full_name(self, user: User) -> str:
        return user.get_full_name()

    @display(description=gettext_lazy("groups"))
    def member_of(self, user: User) -> str:
        return comma_list(user.groups.all())


class KindOfRowFilter(ResourceTypeFilter):
    """A filter by the kind of row changed, under the desk's own names."""

    title = gettext_lazy("kind of row")

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        types = [
            (key, ContentType.objects.get_for_id(key))
            for key, _model in super().lookups(request, model_admin)
        ]
        return sorted(((key, capfirst(one.name)) for key, one in types), key=lambda one: one[1])


@admin.register(LogEntry)
class ChangeAdmin(LogEntryAdmin, ModelAdmin):
    menu = (Menu.STAFF, 3, "manage_history")
    when_empty = gettext_lazy("Changes of data are written here by themselves.")
    list_display = ["created", "resource_url", "action", "act", "msg_short", "user_url"]
    list_filter = ["action", KindOfRowFilter, CIDFilter]
    readonly_fields = [*LogEntryAdmin.readonly_fields, "act"]
    fieldsets = [
        (None, {"fields": ["created", "user_url", "resource_url", "cid"]}),
        (gettext_lazy("Changes"), {"fields": ["action", "act", "msg"]}),
    ]

    @display(description=gettext_lazy("what happened"))
    def act(self, entry: LogEntry) -> str:
        return act_in_words(entry)

    @display(description=gettext_lazy("Changes"))
    def msg_short(self, entry: LogEntry) -> str:
        return super().msg_short(entry) if entry.changes else ""
