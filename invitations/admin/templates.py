"""The words of letters and mails. A change makes the next version, which two people approve."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from invitations.admin.base import Menu, page_of, who
from invitations.admin.editions import ApprovedByTwoAdmin, ApprovedByTwoFilter
from invitations.approval import revise
from invitations.models import LetterTemplate
from invitations.placeholders import PLACEHOLDERS


def placeholders() -> str:
    return _("Placeholders: %(names)s") % {"names": " ".join(f"${n}" for n in sorted(PLACEHOLDERS))}


@admin.register(LetterTemplate)
class LetterTemplateAdmin(ApprovedByTwoAdmin):
    menu = (Menu.SET_UP, 4, "edit_document")
    list_display = [
        "kind",
        "variant",
        "language",
        "version",
        "subject",
        "written",
        "approved",
    ]
    list_filter = ["kind", "variant", "language", ApprovedByTwoFilter]
    list_select_related = ["written_by", "first_approver", "second_approver"]
    search_fields = ["subject", "paper", "mail"]
    readonly_fields = ["version", "written", "approved"]
    fieldsets = [
        (
            None,
            {
                "fields": [("kind", "variant"), ("language", "version"), ("written", "approved")],
                "description": gettext_lazy(
                    "What you save becomes the next version; letters already composed keep theirs."
                ),
            },
        ),
        (
            gettext_lazy("Words"),
            {
                "fields": ["subject", "paper", "mail"],
                "description": lazy(placeholders, str)(),
            },
        ),
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        named = ["kind", "variant", "language"] if obj else []
        return [*named, *self.readonly_fields]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @display(description=gettext_lazy("written"))
    def written(self, template: LetterTemplate) -> str:
        return f"{template.written_at:%Y-%m-%d} {template.written_by or ''}"

    def describe(self, template: LetterTemplate) -> str:
        return "\n\n".join(filter(None, [template.subject, template.paper, template.mail]))

    def save_model(
        self, request: HttpRequest, obj: LetterTemplate, form: forms.ModelForm, change: bool
    ) -> None:
        if not change:
            obj.written_by = who(request)
            super().save_model(request, obj, form, change)
        elif form.changed_data:
            kept = LetterTemplate.objects.get(pk=obj.pk)
            revised = revise(kept, who(request), obj.subject, obj.paper, obj.mail)
            obj.pk = revised.pk
            obj.refresh_from_db()

    def response_change(self, request: HttpRequest, obj: LetterTemplate) -> HttpResponse:
        super().response_change(request, obj)
        return HttpResponseRedirect(page_of(obj))
