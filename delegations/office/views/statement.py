"""The page of an office's policy statement, and its particulars."""

from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from delegations.changes import Stale
from delegations.models import HighLevelSession, PolicyStatement, StatementText
from delegations.office.access import office_required
from delegations.office.forms.base import differing_fields
from delegations.office.forms.statement import COLUMNS, FilesForm, StatementForm
from delegations.office.on_file import (
    OnFile,
    next_part,
    office_parts,
    printed_edition_hour,
    read_on_file,
)
from delegations.office.page import (
    TOO_LONG_OPEN,
    csrf_refusal,
    page_context,
    remember_language,
    switch_language,
)
from delegations.statements import (
    statement_mark,
    submit_statement,
    takes_texts,
)
from invitations.models import Answer, ForumEdition, Invitation
from invitations.text.dates import (
    printed_date,
    printed_hour,
)

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
    """Return the sessions that take place and have speaking slots, with their hours."""
    language = get_language()
    return [
        (
            session.pk,
            f"{session.title} – "
            + printed_hour(
                session.starts_at.astimezone(edition.zone), edition.time_zone_name, language
            ),
        )
        for session in HighLevelSession.objects.taking_place().filter(edition=edition, seats__gt=0)
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
    edition, parts = invitation.edition, office_parts(filed)
    shown = page_context(
        request,
        invitation,
        form=form or statement_form(filed, sessions),
        files_form=files_form,
        filed=filed,
        parts=parts,
        here="statement",
        next_part=next_part(parts, "statement"),
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
