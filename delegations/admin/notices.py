"""The notices on the public pages."""

from django.contrib import admin
from django.http import HttpRequest

from delegations.models import Notice
from invitations.admin.base import Menu, ModelAdmin, language_tabs
from invitations.forms.model_forms import HeldRowForm


@admin.register(Notice)
class NoticeAdmin(ModelAdmin):
    form = HeldRowForm
    menu = (Menu.FORUM, 9, "policy")
    list_display = ["kind"]
    readonly_fields = ["kind"]
    fieldsets = [(None, {"fields": ["kind"]}), *language_tabs("text")]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Notice | None = None) -> bool:
        return False
