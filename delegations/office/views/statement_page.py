"""The page of a policy statement, as it is shown by whatever was sent to it."""

from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from delegations.models import MODE_OF_ANSWER, HighLevelSession, PolicyStatement, StatementText
from delegations.office.forms.statement import COLUMNS, SLOTS, FilesForm, StatementForm
from delegations.office.on_file import OnFile, format_edition_hour, read_on_file
from delegations.office.page import is_staff_looking, page_context, place_on_list
from delegations.office.parts import doubts_on_file, named_by_answer, next_part, office_parts
from delegations.receipts import receipt_goes_to
from delegations.statements import statement_mark, takes_texts
from invitations.models import Answer, ForumEdition, Invitation
from invitations.text.dates import format_date, format_hour

STAFF_NEED = "delegations.view_policystatement"


def session_choices(invitation: Invitation) -> list[tuple[int, str]]:
    """Return the sessions that take place and have slots, by their hours in calendars.

    What the State prefers stays among them, and says so where it is not offered any more: whoever
    saves the form for another reason does not drop it.
    """
    offered = HighLevelSession.objects.public().filter(seats__gt=0, pk=OuterRef("pk"))
    of_state = PolicyStatement.objects.filter(
        delegation__edition=invitation.edition_id,
        delegation__member_state=invitation.member_state_id,
    )
    preferred = [Q(pk__in=of_state.values(name)) for name in SLOTS]
    sessions = HighLevelSession.objects.filter(edition=invitation.edition_id)
    sessions = sessions.annotate(is_offered=Exists(offered))
    shown = sessions.filter(preferred[0] | preferred[1] | Q(is_offered=True)).by_published_hour()
    return [(one.pk, format_session(one, invitation.edition)) for one in shown]


def format_session(session: Any, edition: ForumEdition) -> str:
    hours = session.as_published
    at = format_hour(
        hours.starts_at.astimezone(edition.zone), edition.time_zone_name, get_language()
    )
    named = f"{hours.title} – {at}"
    return (
        named
        if session.is_offered
        else _("%(session)s (not offered any more)") % {"session": named}
    )


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
    name, function = named_by_answer(filed)
    known: dict[str, Any] = {"speaker_name": name, "speaker_function": function}
    if reply := filed.standing:
        known["mode"] = MODE_OF_ANSWER.get(Answer(reply.answer), PolicyStatement.Mode.IN_PERSON)
    return known


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
    announced = filed.speaks and filed.statement
    now = timezone.now()
    takes = takes_texts(invitation, now)
    shown = page_context(
        request,
        invitation,
        form=form or statement_form(filed, sessions),
        files_form=files_form,
        filed=filed,
        parts=parts,
        here="statement",
        next_part=next_part(parts, "statement"),
        doubts=doubts_on_file(filed),
        place=place_on_list(invitation) if filed.speaks else [],
        receipt_goes_to=receipt_goes_to(invitation, "statement") if announced else "",
        texts=[statement_text_context(text, invitation) for text in texts],
        takes_texts=takes,
        takes_off=takes and filed.speaks and not is_staff_looking(request),
        track_is_open=edition.local_date(now) >= edition.track_opens_on,
        track_opens=format_date(edition.track_opens_on, get_language()),
        **{"nothing_saved": _("Nothing has been saved yet"), **more},
    )
    return render(request, "office/statement.html", shown, status=status)


def text_choices(texts: list[StatementText]) -> list[tuple[int, str]]:
    return [(text.pk, text.called) for text in texts if text.replaced_at is None]


def statement_text_context(text: StatementText, invitation: Invitation) -> dict[str, Any]:
    language = get_language()
    replaced = text.replaced_at and format_edition_hour(text.replaced_at, invitation, language)
    return {
        "pk": text.pk,
        "called": text.called,
        "language": text.language,
        "kind": text.kind.upper(),
        "size": filesizeformat(text.size),
        "filed": format_edition_hour(text.filed_at, invitation, language),
        "replaced": replaced,
        "is_taken_off": text.is_taken_off,
    }
