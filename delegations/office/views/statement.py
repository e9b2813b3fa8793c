"""What an office sends of its policy statement: particulars and files, in one form."""

from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from delegations.models import PolicyStatement
from delegations.office.access import office_required
from delegations.office.forms.base import differing_fields
from delegations.office.forms.statement import COLUMNS, FilesForm, StatementForm
from delegations.office.on_file import read_on_file
from delegations.office.page import (
    TOO_LONG_OPEN,
    csrf_refusal,
    remember_language,
    switch_language,
)
from delegations.office.views.statement_files import (
    files_form_again,
    files_form_of,
    take_files,
)
from delegations.office.views.statement_page import (
    STAFF_NEED,
    session_choices,
    statement_form,
    statement_page,
)
from delegations.statements import statement_mark, submit_statement, takes_texts
from invitations.forms.stale_form import Stale
from invitations.models import Invitation
from invitations.text.dates import format_list, running_text


@require_http_methods(["GET", "HEAD", "POST"])
@office_required(STAFF_NEED)
def statement(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Show the statement, and save its particulars and the files that were chosen.

    Each is saved by itself: a bad file holds back no word, and a wrong word no file, but that a
    first statement's wait for its words.
    """
    sessions = session_choices(invitation)
    if request.method != "POST":
        return statement_page(request, invitation, sessions)
    form = StatementForm(request.POST, of=invitation, sessions=sessions)
    if switch_language(request):
        return show_statement_in_other_language(request, invitation, form)
    if csrf_refusal(request):
        form.add_error(None, TOO_LONG_OPEN)
        kept = files_form_again(request, invitation, keeps=False)
        return show_statement_again(request, invitation, form, status=403, files_form=kept)
    stale = save_particulars(invitation, form)
    files_form, saved = save_files(request, invitation, form)
    if stale:
        return stale_statement_page(request, invitation, stale, files_form, saved)
    if not form.errors and files_form and files_form.errors:
        messages.success(request, saved_words(saved))
    if form.errors or (files_form and files_form.errors):
        again = form if form.errors else statement_form(read_on_file(invitation), sessions)
        return show_statement_again(
            request, invitation, again, files_form=files_form, files_saved=saved
        )
    messages.success(request, saved_words(saved))
    return redirect("office:statement", invitation.pk)


def save_particulars(invitation: Invitation, form: StatementForm) -> Stale | None:
    """Save what is valid; return what somebody else saved meanwhile."""
    if form.is_valid():
        try:
            submit_statement(invitation, form.words, form.cleaned_data["seen"])
        except Stale as stale:
            return stale
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
    return None


def save_files(
    request: HttpRequest, invitation: Invitation, particulars: StatementForm
) -> tuple[FilesForm | None, list[str]]:
    """File what was chosen, and return the form with its faults and the names of the files.

    Where the first particulars are wrong there is no statement yet: the files wait for it.
    """
    chosen = bool(request.FILES or request.POST.get("replaces") or request.POST.get("waiting"))
    if not chosen or not takes_texts(invitation, timezone.now()):
        return None, []
    if particulars.errors and read_on_file(invitation).statement is None:
        return files_form_again(request, invitation), []
    form = files_form_of(invitation, request)
    return form, take_files(invitation, form) if form.is_valid() else []


def saved_words(files: list[str]) -> str:
    on_file = _("On file: %s") % format_list(files, get_language()) if files else ""
    return running_text([_("The particulars of the statement are saved."), on_file])


def show_statement_in_other_language(
    request: HttpRequest, invitation: Invitation, form: StatementForm
) -> HttpResponse:
    sessions = session_choices(invitation)
    again = StatementForm(of=invitation, sessions=sessions, typed=form.typed)
    files_form = files_form_again(request, invitation, keeps=csrf_refusal(request) is None)
    shown = statement_page(
        request,
        invitation,
        sessions,
        again,
        files_form=files_form,
        had_files=bool(request.FILES) and not files_form.kept,
    )
    return remember_language(request, shown)


def show_statement_again(
    request: HttpRequest, invitation: Invitation, form: StatementForm, **shown: Any
) -> HttpResponse:
    """Show the page with what was typed; a file that was not taken has to be chosen once more."""
    files_form = shown.get("files_form")
    is_kept = shown.get("files_saved") or (files_form and files_form.kept)
    had_files = bool(request.FILES) and not is_kept
    if form.errors and shown.get("files_saved"):
        shown["nothing_saved"] = _("The particulars have not been saved")
    return statement_page(request, invitation, form.sessions, form, had_files=had_files, **shown)


def stale_statement_page(
    request: HttpRequest,
    invitation: Invitation,
    stale: Stale,
    files_form: FilesForm | None,
    files_saved: list[str],
) -> HttpResponse:
    """Show the saved values beside the typed ones; sent again, the form replaces them."""
    filed, sessions = read_on_file(invitation), session_choices(invitation)
    data = request.POST.copy()
    data["seen"] = statement_mark(cast("PolicyStatement", stale.row) if stale.row.pk else None)
    form = StatementForm(data, of=invitation, sessions=sessions)
    form.add_error(None, stale)
    beside = []
    if filed.statement:
        beside = differing_fields(statement_form(filed, sessions), form, COLUMNS)
    more = {"beside": beside, "filed": filed, "files_form": files_form, "files_saved": files_saved}
    return show_statement_again(request, invitation, form, status=409, **more)
