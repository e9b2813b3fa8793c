"""Texts of statements that come by mail: staff file them for the office."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from delegations.models import PolicyStatement
from delegations.statements import LARGEST_FILE, NOT_SPEAKING, file_text, read_upload, upload_name
from invitations.admin.base import ModelAdmin, user_of
from invitations.forms.fields import LineField
from invitations.models import Invitation, Reply


class FileTextForm(forms.Form):
    text = forms.FileField(
        label=gettext_lazy("Text"),
        help_text=gettext_lazy("PDF, DOCX, ODT or TXT, up to 10 MB each, in any language."),
        widget=UnfoldAdminFileFieldWidget({"accept": ".pdf,.docx,.odt,.txt"}),
    )
    language = LineField(
        label=gettext_lazy("Language"), max_length=60, required=False,
        widget=UnfoldAdminTextInputWidget,
    )  # fmt: skip
    replaces = forms.TypedChoiceField(
        label=gettext_lazy("In place of"), required=False, coerce=int, empty_value=None,
        widget=UnfoldAdminSelectWidget,
    )  # fmt: skip

    def __init__(self, *args: Any, statement: PolicyStatement, **named: Any) -> None:
        super().__init__(*args, **named)
        current = [(text.pk, str(text)) for text in statement.texts.current()]
        chosen: Any = self.fields["replaces"]
        chosen.choices = [("", _("None: it is filed beside the others")), *current]
        if not current:
            del self.fields["replaces"]


class FileTextMixin(ModelAdmin):
    """The page of a statement, from which staff file a text that came by mail."""

    actions_detail = ["file_text"]

    def has_file_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.has_change_permission(request)

    @action(
        description=gettext_lazy("File a text that came by mail"), icon="upload_file",
        url_path="file-text", permissions=["file"],
    )  # fmt: skip
    def file_text(self, request: HttpRequest, object_id: str) -> HttpResponse:
        statement = get_object_or_404(PolicyStatement, pk=object_id)
        back = reverse("admin:delegations_policystatement_change", args=[statement.pk])
        form = FileTextForm(request.POST or None, request.FILES or None, statement=statement)
        if request.method == "POST" and form.is_valid():
            try:
                filed = file_for(statement, form.cleaned_data, user_of(request))
            except ValidationError as refusal:
                form.add_error("text", refusal)
            else:
                messages.success(request, _("On file: %s") % filed)
                return redirect(back)
        context = {
            **self.admin_site.each_context(request),
            "title": _("File a text that came by mail"),
            "about": statement,
            "button": _("Put it on file"),
            "form": form,
            "media": form.media,
            "back": back,
        }
        return TemplateResponse(request, "admin/uploading.html", context)

    file_text.largest_of_staff = LARGEST_FILE + 10_000


def file_for(statement: PolicyStatement, said: dict[str, Any], staff: User) -> str:
    """File the text as the office's whose answer brings the statement; return its name."""
    office, file = office_of(statement), said["text"]
    if office is None:
        raise ValidationError(NOT_SPEAKING)
    filed = (read_upload(file), upload_name(file), said["language"], said.get("replaces"))
    file_text(office, *filed, staff=staff)
    return upload_name(file)


def office_of(statement: PolicyStatement) -> Invitation | None:
    """Return the invitation whose answer brings the statement."""
    delegation = statement.delegation
    invitations = Invitation.objects.filter(
        edition=delegation.edition_id,
        member_state=delegation.member_state_id,
        replies__in=Reply.objects.standing().expecting("statement"),
    )
    return invitations.select_related("edition", "member_state", "minister").first()
