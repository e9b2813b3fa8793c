"""The files of an office's policy statement: texts and a photo, taken and given out."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from delegations.models import PolicyStatement, StatementText
from delegations.office.access import office_required
from delegations.office.forms.statement import FilesForm
from delegations.office.forms.waiting_files import (
    file_waiting,
    keep_photo_waiting,
    keep_text_waiting,
)
from delegations.office.on_file import read_on_file
from delegations.office.page import TOO_LONG_OPEN, csrf_refusal
from delegations.office.views.statement_page import (
    STAFF_NEED,
    session_choices,
    statement_page,
    text_choices,
)
from delegations.statements import (
    download_response,
    file_photo,
    file_text,
    photo_download,
    read_photo,
    read_upload,
    text_download,
    upload_name,
)
from invitations.files.confined import OutOfTime, all_within, time_left
from invitations.models import Invitation
from invitations.text.dates import format_list, keep_own_order, labelled

# So long may the files of one form be looked at, one after the other; ten honest ones take two.
FORM_WITHIN = 15  # seconds


@require_http_methods(["GET", "HEAD", "POST"])
@office_required(STAFF_NEED)
def take_statement_files(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Take texts and a photo, each file by itself: a bad one does not hold back a good one."""
    if request.method != "POST":
        return redirect("office:statement", invitation.pk)
    sessions, form = session_choices(invitation), files_form_of(invitation, request)
    if csrf_refusal(request):
        form.add_error(None, TOO_LONG_OPEN)
        return statement_page(request, invitation, sessions, files_form=form, status=403)
    saved: list[str] = []
    if form.is_valid():
        saved = take_files(invitation, form)
        if not form.errors:
            messages.success(request, _("On file: %s") % format_list(saved, get_language()))
            return redirect("office:statement", invitation.pk)
    return statement_page(request, invitation, sessions, files_form=form, files_saved=saved)


def files_form_of(invitation: Invitation, request: HttpRequest | None = None) -> FilesForm:
    """Return the form of the files: with what was sent, or blank."""
    statement = read_on_file(invitation).statement
    current = text_choices(list(statement.texts.current())) if statement else []
    sent = (request.POST, request.FILES) if request else ()
    return FilesForm(*sent, of=invitation, current=current)


def take_files(invitation: Invitation, form: FilesForm) -> list[str]:
    """File each, return the names of those filed, and say at the field why one was refused."""
    with all_within(FORM_WITHIN):
        return take_each(invitation, form)


def take_each(invitation: Invitation, form: FilesForm) -> list[str]:
    given, left = form.cleaned_data, []
    place: Any = (given["text_language"], given.get("replaces"))
    saved: list[str] = []
    for file in given["waiting"]:
        if take_file(form, "waiting", file.called, file_waiting, invitation, file, *place):
            saved.append(file.called)
        else:
            left.append(file)
    for text in given["texts"]:
        if take_file(form, "texts", upload_name(text), file_sent_text, invitation, text, *place):
            saved.append(upload_name(text))
    photo = given["photo"]
    if photo and take_file(form, "photo", upload_name(photo), file_sent_photo, invitation, photo):
        saved.append(upload_name(photo))
    form.keep_waiting(left)
    return saved


def keep_files(invitation: Invitation, form: FilesForm) -> None:
    """Keep each for the form that is shown again, and say at the field why one was refused."""
    given = form.cleaned_data
    kept = list(given["waiting"])
    chosen: list[tuple[str, UploadedFile, Any]] = [
        ("texts", text, keep_text_waiting) for text in given["texts"]
    ]
    if given["photo"]:
        chosen.append(("photo", given["photo"], keep_photo_waiting))
    with all_within(FORM_WITHIN):
        for field, sent, keep in chosen:
            if file := take_file(form, field, upload_name(sent), keep, invitation, sent):
                kept.append(file)
    form.keep_waiting(kept)


def take_file(form: FilesForm, field: str, called: str, verb: Any, *given: Any) -> Any:
    """Return what the verb returns of the file; None if it is refused, and say so at the field."""
    try:
        time_left()
        return verb(*given)
    except OutOfTime:
        why = [_("It was not read: the files took too long together. Please send it by itself.")]
    except ValidationError as refusal:
        why = refusal.messages
    form.add_error(field, [labelled(keep_own_order(called), one) for one in why])
    return None


def file_sent_text(
    invitation: Invitation, text: UploadedFile, language: str, replaces: int | None
) -> StatementText:
    return file_text(invitation, read_upload(text), upload_name(text), language, replaces)


def file_sent_photo(invitation: Invitation, photo: UploadedFile) -> PolicyStatement:
    return file_photo(invitation, read_photo(photo))


def files_form_again(
    request: HttpRequest, invitation: Invitation, *, keeps: bool = True
) -> FilesForm:
    """Return the form of a page that is shown again, its files kept until they can be filed."""
    if not request.POST.getlist("waiting") and not (keeps and request.FILES):
        blank = files_form_of(invitation)
        blank.initial["text_language"] = request.POST.get("text_language", "")
        return blank
    form = files_form_of(invitation, request)
    if keeps and form.is_valid():
        keep_files(invitation, form)
    return form


@require_safe
@office_required(STAFF_NEED)
def text(request: HttpRequest, invitation: Invitation, pk: int) -> HttpResponse:
    """Return a text of the State's statement as a download; a replaced one too."""
    texts = StatementText.objects.filter(
        statement__delegation__edition=invitation.edition_id,
        statement__delegation__member_state=invitation.member_state_id,
    )
    return download_response(text_download(get_object_or_404(texts, pk=pk)))


@require_safe
@office_required(STAFF_NEED)
def photo(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    filed = read_on_file(invitation)
    if filed.statement is None or not filed.statement.photo:
        raise Http404
    return download_response(photo_download(filed.statement))
