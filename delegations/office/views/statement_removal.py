"""A text or the photo taken off an office's statement, after it was asked."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from delegations.models import StatementText
from delegations.office.access import office_required
from delegations.office.forms.delegate import RemovalForm
from delegations.office.on_file import read_on_file
from delegations.office.page import (
    TOO_LONG_OPEN,
    csrf_refusal,
    page_context,
    remember_language,
    switch_language,
)
from delegations.office.parts import office_parts
from delegations.office.views.statement_page import STAFF_NEED, statement_text_context
from delegations.statements import take_photo_off, take_text_off
from invitations.models import Invitation


@require_http_methods(["GET", "HEAD", "POST"])
@office_required(STAFF_NEED)
def text_off(request: HttpRequest, invitation: Invitation, pk: int) -> HttpResponse:
    """Ask whether to take a text off the statement, and do so."""
    texts = StatementText.objects.current().filter(
        statement__delegation__edition=invitation.edition_id,
        statement__delegation__member_state=invitation.member_state_id,
    )
    row = texts.filter(pk=pk).first()
    if row is None:
        return redirect("office:statement", invitation.pk)
    form = removal_form(request, invitation, "")
    if shown := ask_first(request, form, text=statement_text_context(row, invitation)):
        return shown
    try:
        take_text_off(invitation, pk)
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return file_removal_page(request, form, text=statement_text_context(row, invitation))
    messages.success(request, _("%s is off the statement; it stays on file.") % row.called)
    return redirect("office:statement", invitation.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@office_required(STAFF_NEED)
def photo_off(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Ask whether to take the photo off the statement, and do so."""
    statement = read_on_file(invitation).statement
    if statement is None or not statement.photo:
        return redirect("office:statement", invitation.pk)
    form = removal_form(request, invitation, statement.photo_sha256)
    if shown := ask_first(request, form):
        return shown
    try:
        take_photo_off(invitation, form.cleaned_data["seen"])
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return file_removal_page(request, form)
    messages.success(request, _("The photo is off the statement."))
    return redirect("office:statement", invitation.pk)


def removal_form(request: HttpRequest, invitation: Invitation, seen: str) -> RemovalForm:
    if request.method == "POST":
        return RemovalForm(request.POST, of=invitation)
    return RemovalForm(of=invitation, initial={"seen": seen})


def ask_first(request: HttpRequest, form: RemovalForm, **shown: Any) -> HttpResponse | None:
    """Show what would be taken off; None once somebody has said so."""
    if request.method != "POST":
        return file_removal_page(request, form, **shown)
    if switch_language(request):
        return remember_language(request, file_removal_page(request, form, **shown))
    if csrf_refusal(request):
        form.add_error(None, TOO_LONG_OPEN)
        return file_removal_page(request, form, status=403, **shown)
    return None if form.is_valid() else file_removal_page(request, form, **shown)


def file_removal_page(
    request: HttpRequest, form: RemovalForm, status: int = 200, **shown: Any
) -> HttpResponse:
    filed = read_on_file(form.of)
    page = page_context(
        request,
        form.of,
        form=form,
        parts=office_parts(filed),
        here="statement",
        nothing_saved=_("Nothing has been taken off the statement"),
        **shown,
    )
    return render(request, "office/file_off.html", page, status=status)
