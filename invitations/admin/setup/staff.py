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
from django.http import HttpRequest, HttpResponse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from invitations.admin.base import Menu, ModelAdmin, user_of
from invitations.admin.history import format_act
from invitations.admin.lookups import name_of_choice
from invitations.admin.reauthentication import signed_in_recently
from invitations.forms.model_forms import AlternateForm, DigestChoiceForm
from invitations.forms.stale_form import StaleForm
from invitations.models import Alternate, DigestChoice
from invitations.outbox.digests import MAY_BE_TOLD
from invitations.text.dates import comma_list

admin.site.unregister([User, Group, LogEntry])


class AccountForm(StaleForm, UserChangeForm):
    """What an account may do: a page opened before it was closed does not open it again."""


@admin.register(User)
# Django's class comes first, and its stubs type the attributes more narrowly than ours.
class UserAdmin(DjangoUserAdmin, ModelAdmin):  # type: ignore[misc]
    menu = (Menu.STAFF, 1, "badge")
    instead_of_deleting = gettext_lazy("Take “active” away: then nobody signs in with it.")
    form = AccountForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ["username", "full_name", "member_of", "is_staff", "last_login"]
    list_filter = ["is_staff", "is_superuser", "is_active", "groups"]
    # Nobody types them: a page that was opened before the last one would put it back.
    readonly_fields = ["last_login", "date_joined"]

    @signed_in_recently("change_account")
    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().changeform_view(request, *args, **kwargs)

    @signed_in_recently("change_password")
    def user_change_password(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().user_change_password(request, *args, **kwargs)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups")

    @display(description=gettext_lazy("name"), ordering="last_name")
    def full_name(self, user: User) -> str:
        return user.get_full_name()

    @display(description=gettext_lazy("groups"))
    def member_of(self, user: User) -> str:
        return comma_list(map(name_of_choice, user.groups.all()))


@admin.register(Alternate)
class AlternateAdmin(ModelAdmin):
    """Each approver names alternates for oneself; whoever keeps the accounts, for anybody."""

    form = AlternateForm
    menu = (Menu.STAFF, 5, "supervisor_account")
    when_empty = gettext_lazy(
        "An approver who is away names an alternate, who approves and releases in these days."
    )
    list_display = ["approver", "alternate", "from_on", "until_on"]
    list_filter = ["from_on"]
    list_select_related = ["approver", "alternate"]
    fields = ["alternate", ("from_on", "until_on")]

    @signed_in_recently("name_alternate")
    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().changeform_view(request, *args, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ["approver", *self.fields] if request.user.is_superuser else self.fields

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """Give a new row its approver before it is checked."""
        form: Any = super().get_form(request, obj, change, **kwargs)
        if not request.user.is_superuser:
            form.named_by = user_of(request)
        return form

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Offer no deletion of many to approvers: rows of others stand in the list too."""
        actions: dict[str, Any] = super().get_actions(request)
        if not request.user.is_superuser:
            actions.pop("delete_selected", None)
        return actions

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and self._is_own(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and self._is_own(request, obj)

    def _is_own(self, request: HttpRequest, obj: Any) -> bool:
        return obj is None or request.user.is_superuser or obj.approver_id == request.user.pk


@admin.register(DigestChoice)
class DigestChoiceAdmin(ModelAdmin):
    """One page in place of a list: what each who reads the outbox chose for oneself."""

    form = DigestChoiceForm
    menu = (Menu.STAFF, 6, "notifications")
    fields = ["what", "often", "language"]
    radio_fields = {"often": admin.VERTICAL}
    show_add_link = False
    actions = None

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return self.add_view(request)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show and save the choice that is on file, if there is one."""
        own = self.get_queryset(request).first()
        others = ("show_delete", "show_save_and_add_another", "show_save_and_continue")
        context = {"title": _("Digest mails"), **dict.fromkeys(others, False)}
        return self.changeform_view(request, str(own.pk) if own else None, form_url, context)

    def get_queryset(self, request: HttpRequest) -> QuerySet[DigestChoice]:
        return super().get_queryset(request).filter(user=request.user.pk)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        address = user_of(request).email
        told = _("These mails go to %(address)s.") % {"address": address}
        lacking = _("No mail can go to you: ask an administrator to note your e-mail address.")
        return [(None, {"fields": self.fields, "description": told if address else lacking})]

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form: Any = super().get_form(request, obj, change, **kwargs)
        form.chosen_by = user_of(request)
        return form

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(MAY_BE_TOLD) and (
            obj is None or obj.user_id == request.user.pk
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_view_permission(request, obj)


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

    @display(description=pgettext_lazy("of a change of data", "what happened"))
    def act(self, entry: LogEntry) -> str:
        return format_act(entry)

    @display(description=gettext_lazy("Changes"))
    def msg_short(self, entry: LogEntry) -> str:
        return super().msg_short(entry) if entry.changes else ""
