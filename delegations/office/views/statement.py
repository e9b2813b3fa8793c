"""The page of an office's policy statement: its particulars, and its files."""

from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from delegations.changes import Stale
from delegations.models import PolicyStatement, StatementText
from delegations.office.access import office_required
from delegations.office.forms.base import differing_fields
from delegations.office.forms.statement import COLUMNS, FilesForm, StatementForm
from delegations.office.on_file import OnFile, office_parts, printed_edition_hour, read_on_file
from delegations.office.page_context import page_context
from delegations.office.page_language import remember_language, switch_language
from delegations.office.refusals import TOO_LONG_OPEN, csrf_refusal
from delegations.statements import (
    download_response,
    file_photo,
    file_text,
    photo_download,
    refuse_large_file,
    statement_mark,
    submit_statement,
    takes_texts,
    text_download,
)
from invitations.models import Answer, ForumEdition, Invitation
from invitations.text.dates import (
    keep_own_order,
    labelled,
    printed_date,
    printed_hour,
    printed_list,
)
from invitations.text.lines import tidy_line, without_overrides

STAFF_NEED = "delegations.view_policystatement"
MODES = {Answer.VIDEO: PolicyStatement.Mode.VIDEO, Answer.WRITTEN: PolicyStatement.Mode.WRITTEN}


@require_http_methods(["GET", "HEAD", "POST"])
@office_required(STAFF_NEED)
def statement(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Show the statement, and save its particulars."""
    sessions = session_choices(invitation.edition)
    if request.method != "POST":
        return statement_page(request, invitation, sessions)
    form = StatementForm(request.POST, of=invitation, sessions=sessions)
    if switch_language(request):
        sessions = session_choices(invitation.edition)
        again = StatementForm(of=invitation, sessions=sessions, typed=form.typed)
        return remember_language(request, statement_page(request, invitation, sessions, again))
    if csrf_refusal(request):
        form.add_error(None, TOO_LONG_OPEN)
        return statement_page(request, invitation, sessions, form, status=403)
    if form.is_valid():
        try:
            submit_statement(invitation, form.words, form.cleaned_data["seen"])
        except Stale as stale:
            return stale_page(request, invitation, sessions, stale)
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
        else:
            messages.success(request, _("The particulars of the statement are saved."))
            return redirect("office:statement", invitation.pk)
    return statement_page(request, invitation, sessions, form)


def session_choices(edition: ForumEdition) -> list[tuple[int, str]]:
    """Return the sessions that have speaking slots, with their hours."""
    language = get_language()
    return [
        (
            session.pk,
            f"{session.title} – "
            + printed_hour(
                session.starts_at.astimezone(edition.zone), edition.time_zone_name, language
            ),
        )
        for session in edition.sessions.filter(seats__gt=0)
    ]


def statement_form(filed: OnFile, sessions: list[tuple[int, str]]) -> StatementForm:
    """Return a form filled from the statement on file, or from what the answer says."""
    row = filed.statement
    if row is not None:
        known = {name: getattr(row, column) for name, column in COLUMNS.items()}
        known["seen"] = statement_mark(row)
    else:
        known = values_from_answer(filed)
    return StatementForm(of=filed.invitation, sessions=sessions, initial=known)


def values_from_answer(filed: OnFile) -> dict[str, Any]:
    """Return the speaker and the mode that the standing answer names, or the minister."""
    reply, minister = filed.standing, filed.invitation.minister
    if reply and reply.answer == Answer.REPRESENTED:
        name, function = reply.substitute_name, reply.substitute_function
    else:
        name, function = minister.name, minister.portfolio
    known: dict[str, Any] = {"speaker_name": name, "speaker_function": function}
    if reply:
        known["mode"] = MODES.get(Answer(reply.answer), PolicyStatement.Mode.IN_PERSON)
    return known


def stale_page(
    request: HttpRequest, invitation: Invitation, sessions: list[tuple[int, str]], stale: Stale
) -> HttpResponse:
    """Show the saved values beside the typed ones; sent again, the form replaces them."""
    filed = read_on_file(invitation)
    data = request.POST.copy()
    data["seen"] = statement_mark(cast("PolicyStatement", stale.row) if stale.row.pk else None)
    form = StatementForm(data, of=invitation, sessions=sessions)
    form.add_error(None, stale)
    beside = []
    if filed.statement:
        standing = statement_form(filed, sessions)
        beside = differing_fields(standing, form, COLUMNS)
    return statement_page(
        request, invitation, sessions, form, status=409, beside=beside, filed=filed
    )


def statement_page(
    request: HttpRequest,
    invitation: Invitation,
    sessions: list[tuple[int, str]],
    form: StatementForm | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    filed = more.pop("filed", None) or read_on_file(invitation)
    of_statement = StatementText.objects.filter(statement=filed.statement)
    texts = list(of_statement) if filed.statement else []
    files_form = more.pop("files_form", None) or FilesForm(
        of=invitation, current=text_choices(texts)
    )
    edition = invitation.edition
    shown = page_context(
        request,
        invitation,
        form=form or statement_form(filed, sessions),
        files_form=files_form,
        filed=filed,
        parts=office_parts(filed),
        here="statement",
        texts=[printed_text(text, invitation) for text in texts],
        takes_texts=takes_texts(edition, timezone.now()),
        track_opens=printed_date(edition.track_opens_on, get_language()),
        nothing_saved=_("Nothing has been saved yet"),
        **more,
    )
    return render(request, "office/statement.html", shown, status=status)


def text_choices(texts: list[StatementText]) -> list[tuple[int, str]]:
    return [(text.pk, text.called) for text in texts if text.replaced_at is None]


def printed_text(text: StatementText, invitation: Invitation) -> dict[str, Any]:
    language = get_language()
    replaced = text.replaced_at and printed_edition_hour(text.replaced_at, invitation, language)
    return {
        "pk": text.pk,
        "called": text.called,
        "language": text.language,
        "kind": text.kind.upper(),
        "size": filesizeformat(text.size),
        "filed": printed_edition_hour(text.filed_at, invitation, language),
        "replaced": replaced,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@office_required(STAFF_NEED)
def files(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Take texts and a photo, each file by itself: a bad one does not hold back a good one."""
    if request.method != "POST":
        return redirect("office:statement", invitation.pk)
    sessions, filed = session_choices(invitation.edition), read_on_file(invitation)
    current = text_choices(list(filed.statement.texts.current())) if filed.statement else []
    form = FilesForm(request.POST, request.FILES, of=invitation, current=current)
    if csrf_refusal(request):
        form.add_error(None, TOO_LONG_OPEN)
        return statement_page(request, invitation, sessions, files_form=form, status=403)
    saved: list[str] = []
    if form.is_valid():
        saved = take_files(invitation, form)
        if not form.errors:
            messages.success(request, _("On file: %s") % printed_list(saved, get_language()))
            return redirect("office:statement", invitation.pk)
    return statement_page(request, invitation, sessions, files_form=form, files_saved=saved)


def take_files(invitation: Invitation, form: FilesForm) -> list[str]:
    """File each, return the names of those filed, and say at the field why one was refused."""
    given, saved = form.cleaned_data, []
    replaces = given.get("replaces")
    for text in given["texts"]:
        try:
            file_text(
                invitation, read_upload(text), upload_name(text), given["text_language"], replaces
            )
        except ValidationError as refusal:
            form.add_error(
                "texts",
                [labelled(keep_own_order(upload_name(text)), said) for said in refusal.messages],
            )
        else:
            saved.append(upload_name(text))
    if photo := given["photo"]:
        try:
            file_photo(invitation, read_upload(photo))
        except ValidationError as refusal:
            form.add_error("photo", refusal.messages)
        else:
            saved.append(upload_name(photo))
    return saved


def read_upload(file: UploadedFile) -> bytes:
    """Return the content; refuse a file that is too large before it is read."""
    refuse_large_file(file.size or 0)
    return file.read()


def upload_name(file: UploadedFile) -> str:
    """Return the name that the office gave the file, by which people recognize it."""
    return without_overrides(tidy_line(file.name or ""))[-120:] or _("text")


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
