"""The office's policy statement: its particulars, and its files."""

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
from delegations.office.access import (
    TOO_LONG_OPEN,
    asks_for_a_language,
    forgery,
    kept_in,
    office_required,
    shown_to,
)
from delegations.office.forms.statement import COLUMNS, FilesForm, StatementForm
from delegations.office.on_file import OnFile, on_file, parts, printed_at
from delegations.office.views.delegation import shown_in
from delegations.statements import (
    attachment,
    bytes_of,
    file_photo,
    file_text,
    mark_of,
    photo_of,
    refuse_large,
    submit,
    takes_texts,
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
    """Show the statement, and take its particulars."""
    sessions = sessions_of(invitation.edition)
    if request.method != "POST":
        return page(request, invitation, sessions)
    form = StatementForm(request.POST, of=invitation, sessions=sessions)
    if asks_for_a_language(request):
        sessions = sessions_of(invitation.edition)
        again = StatementForm(of=invitation, sessions=sessions, typed=form.typed)
        return kept_in(request, page(request, invitation, sessions, again))
    if forgery(request):
        form.add_error(None, TOO_LONG_OPEN)
        return page(request, invitation, sessions, form, status=403)
    if form.is_valid():
        try:
            submit(invitation, form.words, form.cleaned_data["seen"])
        except Stale as stale:
            return stale_page(request, invitation, sessions, stale)
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
        else:
            messages.success(request, _("The particulars of the statement are saved."))
            return redirect("office:statement", invitation.pk)
    return page(request, invitation, sessions, form)


def sessions_of(edition: ForumEdition) -> list[tuple[int, str]]:
    """The sessions in which statements are delivered, with their hours."""
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


def form_of(filed: OnFile, sessions: list[tuple[int, str]]) -> StatementForm:
    """Start from the statement on file, or from what the answer says of the speaker."""
    row = filed.statement
    if row is not None:
        known = {name: getattr(row, column) for name, column in COLUMNS.items()}
        known["seen"] = mark_of(row)
    else:
        known = begun(filed)
    return StatementForm(of=filed.invitation, sessions=sessions, initial=known)


def begun(filed: OnFile) -> dict[str, Any]:
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
    """Show what stands beside what was typed; the same form, sent again, takes its place."""
    filed = on_file(invitation)
    data = request.POST.copy()
    data["seen"] = mark_of(cast("PolicyStatement", stale.row) if stale.row.pk else None)
    form = StatementForm(data, of=invitation, sessions=sessions)
    form.add_error(None, stale)
    beside = []
    if filed.statement:
        standing = form_of(filed, sessions)
        pairs = [(n, shown_in(standing, n), shown_in(form, n)) for n in COLUMNS if n in form.fields]
        beside = [(form[n].label, ours, theirs) for n, ours, theirs in pairs if ours != theirs]
    return page(request, invitation, sessions, form, status=409, beside=beside, filed=filed)


def page(
    request: HttpRequest,
    invitation: Invitation,
    sessions: list[tuple[int, str]],
    form: StatementForm | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    filed = more.pop("filed", None) or on_file(invitation)
    of_statement = StatementText.objects.filter(statement=filed.statement)
    texts = list(of_statement) if filed.statement else []
    files_form = more.pop("files_form", None) or FilesForm(of=invitation, current=choices(texts))
    edition = invitation.edition
    shown = shown_to(
        request,
        invitation,
        form=form or form_of(filed, sessions),
        files_form=files_form,
        filed=filed,
        parts=parts(filed),
        here="statement",
        texts=[in_print(text, invitation) for text in texts],
        takes_texts=takes_texts(edition, timezone.now()),
        track_opens=printed_date(edition.track_opens_on, get_language()),
        nothing_saved=_("Nothing has been saved yet"),
        **more,
    )
    return render(request, "office/statement.html", shown, status=status)


def choices(texts: list[StatementText]) -> list[tuple[int, str]]:
    return [(text.pk, text.called) for text in texts if text.replaced_at is None]


def in_print(text: StatementText, invitation: Invitation) -> dict[str, Any]:
    language = get_language()
    replaced = text.replaced_at and printed_at(text.replaced_at, invitation, language)
    return {
        "pk": text.pk,
        "called": text.called,
        "language": text.language,
        "kind": text.kind.upper(),
        "size": filesizeformat(text.size),
        "filed": printed_at(text.filed_at, invitation, language),
        "replaced": replaced,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@office_required(STAFF_NEED)
def files(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Take texts and a photo: each file by itself, so that a bad one holds no good one back."""
    if request.method != "POST":
        return redirect("office:statement", invitation.pk)
    sessions, filed = sessions_of(invitation.edition), on_file(invitation)
    current = choices(list(filed.statement.texts.current())) if filed.statement else []
    form = FilesForm(request.POST, request.FILES, of=invitation, current=current)
    if forgery(request):
        form.add_error(None, TOO_LONG_OPEN)
        return page(request, invitation, sessions, files_form=form, status=403)
    saved: list[str] = []
    if form.is_valid():
        saved = take_files(invitation, form)
        if not form.errors:
            messages.success(request, _("On file: %s") % printed_list(saved, get_language()))
            return redirect("office:statement", invitation.pk)
    return page(request, invitation, sessions, files_form=form, files_saved=saved)


def take_files(invitation: Invitation, form: FilesForm) -> list[str]:
    """File each, and say at its field why one was refused."""
    given, saved = form.cleaned_data, []
    replaces = given.get("replaces")
    for text in given["texts"]:
        try:
            file_text(invitation, read(text), called(text), given["text_language"], replaces)
        except ValidationError as refusal:
            form.add_error(
                "texts", [labelled(keep_own_order(called(text)), said) for said in refusal.messages]
            )
        else:
            saved.append(called(text))
    if photo := given["photo"]:
        try:
            file_photo(invitation, read(photo))
        except ValidationError as refusal:
            form.add_error("photo", refusal.messages)
        else:
            saved.append(called(photo))
    return saved


def read(file: UploadedFile) -> bytes:
    """A file that is too large is refused before it is read."""
    refuse_large(file.size or 0)
    return file.read()


def called(file: UploadedFile) -> str:
    """The name that the office gave the file, for people to recognize it by."""
    return without_overrides(tidy_line(file.name or ""))[-120:] or _("text")


@require_safe
@office_required(STAFF_NEED)
def text(request: HttpRequest, invitation: Invitation, pk: int) -> HttpResponse:
    """Hand a text of the State's statement back, a replaced one too."""
    texts = StatementText.objects.filter(
        statement__delegation__edition=invitation.edition_id,
        statement__delegation__member_state=invitation.member_state_id,
    )
    return attachment(bytes_of(get_object_or_404(texts, pk=pk)))


@require_safe
@office_required(STAFF_NEED)
def photo(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    filed = on_file(invitation)
    if filed.statement is None or not filed.statement.photo:
        raise Http404
    return attachment(photo_of(filed.statement))
