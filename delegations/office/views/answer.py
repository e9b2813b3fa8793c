"""The pages of the office's answer to the invitation."""

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.views.decorators.http import require_http_methods, require_safe

from delegations.office.access import office_required
from delegations.office.forms.answer import ReplyForm
from delegations.office.on_file import (
    OnFile,
    format_receipt,
    format_reply_points,
    read_on_file,
    reply_history,
)
from delegations.office.page import (
    TOO_LONG_OPEN,
    csrf_refusal,
    is_staff_looking,
    page_context,
    place_on_list,
    remember_language,
    switch_language,
)
from delegations.office.parts import next_part, office_parts, parts_put_aside
from delegations.office.receipt import record_pdf
from delegations.office.reconfirmation import mark_of_dates, reconfirmation_on_page
from delegations.office.refusals import no_longer_valid_page_with_typed, reason_replies_are_closed
from delegations.office.views.summary import earlier_words, show_summary, summary_page
from invitations.letters.calendar_events import track_calendar
from invitations.models import ANSWERS_BRINGING, ForumEdition, Invitation
from invitations.outbox.date_change.reconfirmations import StaleDates
from invitations.replies import REPLY_FIELDS, StaleReply, record_reply_once
from invitations.text.dates import format_date


@require_http_methods(["GET", "HEAD", "POST"])
@office_required()
def office(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Show what is on file, or else the form, and take a reply.

    Only a POST with a chosen answer records a reply. The form comes first with a step, to be shown
    as a summary; a form without a step is recorded.
    """
    if not (is_staff_looking(request) or invitation.edition.is_open_to_offices(timezone.now())):
        return closed_page(request, invitation)
    if request.method == "POST":
        return take_reply(request, invitation)
    filed = read_on_file(invitation)
    if filed.standing or filed.contested:
        return filed_page(request, invitation, filed)
    return start_reply(request, invitation, filed)


@require_safe
@office_required()
def change_reply(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Show the form with the words on file, to change the reply."""
    if not (is_staff_looking(request) or invitation.edition.is_open_to_offices(timezone.now())):
        return closed_page(request, invitation)
    return start_reply(request, invitation, read_on_file(invitation))


def take_reply(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    form = ReplyForm(request.POST, of=invitation)
    if shown := show_answer_again(request, invitation, form):
        return shown
    if form.is_valid():
        if request.POST.get("step") == "check":
            return show_summary(request, invitation, form)
        try:
            record_reply_once(
                invitation,
                form.words,
                form.cleaned_data["form_key"],
                form.seen_by_office,
                form.dates_seen,
            )
        except (StaleReply, StaleDates):
            return summary_page(request, invitation, form, status=409)
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
        else:
            return redirect("office:recorded", invitation.pk)
    return answer_page(request, invitation, form)


def closed_page(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Refuse replies, and show the answer on file; an office that comes goes on from here.

    Once the event is over it only reads what it has on file.
    """
    filed, language = read_on_file(invitation), translation.get_language()
    answered, *others = office_parts(filed)
    goes_on = any(part.is_open for part in others)
    shown: dict[str, Any] = {"parts": [answered, *others], "here": "answer"} if goes_on else {}
    shown["state_name"] = invitation.member_state.name_on_paper(language)
    if filed.standing:
        shown["words"] = format_reply_points(filed.standing, language)
    return no_longer_valid_page_with_typed(
        request, invitation, reason_replies_are_closed(invitation.edition), **shown
    )


def show_answer_again(
    request: HttpRequest, invitation: Invitation, form: ReplyForm
) -> HttpResponse | None:
    """Show the form with what was typed; None if it was sent to be recorded or checked."""
    if switch_language(request):
        return show_answer_in_other_language(request, invitation, form)
    if csrf_refusal(request):
        shown = summary_page if is_checked(request, form) else answer_page
        form.add_error(None, TOO_LONG_OPEN)
        return shown(request, invitation, form, status=403)
    if request.POST.get("step") == "change":
        return answer_page(request, invitation, ReplyForm(of=invitation, typed=form.typed))
    return None


def is_checked(request: HttpRequest, form: ReplyForm) -> bool:
    """Whether the form comes from its summary."""
    return request.POST.get("from") == "summary" and form.is_valid()


def start_reply(request: HttpRequest, invitation: Invitation, filed: OnFile) -> HttpResponse:
    """Show the form filled from what is on file; an answer that is to follow is left to choose."""
    known = filed.standing or filed.holding
    words = {name: getattr(known, name) for name in REPLY_FIELDS} if known else {}
    if not filed.standing:
        words.pop("answer", None)
    words |= earlier_words(filed)
    words["seen"] = filed.standing.pk if filed.standing else ""
    words["dates"] = mark_of_dates(invitation)
    return answer_page(request, invitation, ReplyForm(of=invitation, initial=words), filed)


def show_answer_in_other_language(
    request: HttpRequest, invitation: Invitation, form: ReplyForm
) -> HttpResponse:
    """Show the same page in the language chosen, with what was typed."""
    if is_checked(request, form):
        return remember_language(request, show_summary(request, invitation, form))
    form = ReplyForm(of=invitation, typed=form.typed)
    return remember_language(request, answer_page(request, invitation, form))


def answer_page(
    request: HttpRequest,
    invitation: Invitation,
    form: ReplyForm,
    filed: OnFile | None = None,
    status: int = 200,
) -> HttpResponse:
    filed = filed or read_on_file(invitation)
    holding = filed.holding and format_receipt(filed.holding, translation.get_language())
    shown = page_context(
        request,
        invitation,
        form=form,
        parts=office_parts(filed),
        here="answer",
        begun=begun_draft(invitation, filed),
        standing=filed.standing,
        holding=holding,
        follows_another=filed.follows_another,
        **last_day_context(invitation.edition),
    )
    return render(request, "office/office.html", shown, status=status)


def filed_page(
    request: HttpRequest, invitation: Invitation, filed: OnFile, status: int = 200, **more: Any
) -> HttpResponse:
    """Show what the office has answered, and what is left to do; the form is one step away."""
    language, parts = translation.get_language(), office_parts(filed)
    shown = page_context(
        request,
        invitation,
        filed=filed,
        parts=parts,
        here="answer",
        begun=begun_draft(invitation, filed),
        next_part=next_part(parts, "answer"),
        put_aside=parts_put_aside(filed, filed.answers, filed.of_state),
        words=format_reply_points(filed.standing or filed.contested[0], language),
        contested=[(reply, format_receipt(reply, language)) for reply in filed.contested],
        history=reply_history(filed, language),
        asked_again=reconfirmation_on_page(filed),
        place=place_on_list(invitation) if filed.speaks else [],
        **last_day_context(invitation.edition),
        **more,
    )
    return render(request, "office/on_file.html", shown, status=status)


def begun_draft(invitation: Any, filed: OnFile) -> UUID | None:
    """Return the form that was typed last, if its browser comes back and it is not recorded."""
    begun: UUID | None = getattr(invitation, "begun_form", None)
    return None if any(reply.form_key == begun for reply in filed.replies) else begun


def last_day_context(edition: ForumEdition) -> dict[str, Any]:
    language = translation.get_language()
    return {
        "last_day": format_date(edition.last_day, language),
        "reply_before": format_date(edition.reply_before, language),
        "is_late": edition.is_late(timezone.now()),
        # A deadline that is about to move is named as long as it lies ahead.
        "has_deadline": edition.has_last_day
        and (not edition.is_stopped or timezone.now() < edition.deadline),
    }


@require_safe
@office_required()
def show_recorded(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Show the last reply recorded on this site, or else the one that came by another channel."""
    filed = read_on_file(invitation)
    reply = filed.acknowledged
    if reply is None:
        return redirect("office:answer", invitation.pk)
    parts = office_parts(filed)
    mailed = set(reply.acknowledgements.in_force().values_list("variant", flat=True))
    shown = page_context(
        request,
        invitation,
        reply=reply,
        parts=parts,
        words=format_reply_points(reply, translation.get_language()),
        standing=filed.standing,
        filed=filed,
        next_part=next_part(parts, "answer"),
        put_aside=parts_put_aside(filed, filed.answers, filed.of_state),
        acknowledged=bool(mailed - {"copy"}) and invitation.minister.to_emails,
        copied="copy" in mailed,
    )
    return render(request, "office/recorded.html", shown)


@require_safe
@office_required()
def record(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Return the acknowledgement of the reply on file, as a PDF."""
    reply = read_on_file(invitation).acknowledged
    if reply is None:
        return redirect("office:answer", invitation.pk)
    name = f"{invitation.edition.symbol}-{invitation.member_state.iso2.lower()}-{reply.pk}.pdf"
    return HttpResponse(
        record_pdf(reply, translation.get_language()),
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@require_safe
@office_required()
def track(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Return the High-Level Track as a calendar file; 404 for an office that does not come."""
    if not invitation.replies.standing().filter(answer__in=ANSWERS_BRINGING).exists():
        raise Http404
    name = f"{invitation.edition.symbol}.ics"
    return HttpResponse(
        track_calendar(invitation).to_ical(),
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
