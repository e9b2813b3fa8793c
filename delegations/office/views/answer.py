"""The pages of the office's answer to the invitation."""

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.views.decorators.http import require_http_methods, require_safe

from delegations.office.access import is_staff_looking, office_required
from delegations.office.forms.answer import ReplyForm
from delegations.office.on_file import (
    OnFile,
    office_parts,
    printed_receipt,
    read_on_file,
    reply_history,
    reply_in_words,
)
from delegations.office.page import (
    TOO_LONG_OPEN,
    csrf_refusal,
    page_context,
    remember_language,
    switch_language,
)
from delegations.office.receipt import record_pdf
from delegations.office.refusals import gone_page_with_typed
from invitations.letters.calendar.events import track_calendar
from invitations.models import ANSWERS_BRINGING, Invitation
from invitations.replies import REPLY_FIELDS, UnseenReply, record_reply_once, reply_in_draft
from invitations.text.dates import printed_date, printed_range


@require_http_methods(["GET", "HEAD", "POST"])
@office_required()
def office(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Show what is on file, and take a reply.

    Only a POST with a chosen answer records a reply. The form comes first with a step, to be shown
    as a summary; a form without a step is recorded.
    """
    if not (is_staff_looking(request) or invitation.edition.takes_replies(timezone.now())):
        return closed_page(request, invitation)
    if request.method == "POST":
        return take_reply(request, invitation)
    return start_reply(request, invitation)


def take_reply(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    form = ReplyForm(request.POST, of=invitation)
    if shown := show_again(request, invitation, form):
        return shown
    if form.is_valid():
        if request.POST.get("step") == "check":
            return summary_page(request, invitation, form)
        try:
            record_reply_once(
                invitation, form.words, form.cleaned_data["form_key"], form.seen_by_office
            )
        except UnseenReply:
            return summary_page(request, invitation, form, status=409)
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
        else:
            return redirect("office:recorded", invitation.pk)
    return answer_page(request, invitation, form)


def closed_page(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Refuse replies; an office that comes goes on with the statement and the delegation."""
    answered, *others = office_parts(read_on_file(invitation))
    goes_on = any(part.is_open for part in others)
    shown = {"parts": [answered, *others], "here": "answer"} if goes_on else {}
    return gone_page_with_typed(request, invitation, "closed", **shown)


def show_again(
    request: HttpRequest, invitation: Invitation, form: ReplyForm
) -> HttpResponse | None:
    """Show the form with what was typed; None if it was sent to be recorded or checked."""
    if switch_language(request):
        return show_in_other_language(request, invitation, form)
    if csrf_refusal(request):
        form.add_error(None, TOO_LONG_OPEN)
        return answer_page(request, invitation, form, status=403)
    if request.POST.get("step") == "change":
        return answer_page(request, invitation, ReplyForm(of=invitation, typed=form.typed))
    return None


def start_reply(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Show the form filled from the reply on file, but leave the answer to be chosen."""
    filed = read_on_file(invitation)
    known = filed.standing or filed.holding
    words = (
        {name: getattr(known, name) for name in REPLY_FIELDS if name != "answer"} if known else {}
    )
    words["seen"] = filed.standing.pk if filed.standing else ""
    return answer_page(request, invitation, ReplyForm(of=invitation, initial=words), filed)


def show_in_other_language(
    request: HttpRequest, invitation: Invitation, form: ReplyForm
) -> HttpResponse:
    """Show the same page in the language chosen, with what was typed."""
    if request.POST.get("from") == "summary" and form.is_valid():
        return remember_language(request, summary_page(request, invitation, form))
    form = ReplyForm(of=invitation, typed=form.typed)
    return remember_language(request, answer_page(request, invitation, form))


def summary_page(
    request: HttpRequest, invitation: Invitation, form: ReplyForm, status: int = 200
) -> HttpResponse:
    """Show what would be recorded; record nothing yet."""
    filed, language = read_on_file(invitation), translation.get_language()
    reply = reply_in_draft(invitation, form.words)
    words, beside = reply.recorded_points(language), []
    standing, seen = filed.standing, form.seen_by_office
    if standing and seen is not None and seen != str(standing.pk):
        beside = differing_points(standing.recorded_points(language), words)
        data = request.POST.copy()
        data["seen"] = str(standing.pk)
        form = ReplyForm(data, of=invitation)
        form.add_error(None, UnseenReply())
    shown = page_context(
        request,
        invitation,
        form=form,
        parts=office_parts(filed),
        words=words,
        standing=standing,
        beside=beside,
    )
    return render(request, "office/summary.html", shown, status=status)


def differing_points(
    standing: list[tuple[str, str]], typed: list[tuple[str, str]]
) -> list[tuple[str, str, str]]:
    """Return label, words on file and words typed of each point in which two replies differ."""
    ours, theirs = dict(standing), dict(typed)
    pairs = [(label, ours.get(label, ""), theirs.get(label, "")) for label in {**ours, **theirs}]
    return [(label, stands, said) for label, stands, said in pairs if stands != said]


def answer_page(
    request: HttpRequest,
    invitation: Invitation,
    form: ReplyForm,
    filed: OnFile | None = None,
    status: int = 200,
) -> HttpResponse:
    edition, language = invitation.edition, translation.get_language()
    filed = filed or read_on_file(invitation)
    shown = page_context(
        request,
        invitation,
        form=form,
        parts=office_parts(filed),
        here="answer",
        dates=printed_range(edition.opens_on, edition.closes_on, language),
        last_day=printed_date(edition.last_day, language),
        reply_before=printed_date(edition.reply_before, language),
        is_late=edition.is_late(timezone.now()),
        standing=filed.standing and reply_in_words(filed.standing, language),
        contested=[(reply, printed_receipt(reply, language)) for reply in filed.contested],
        holding=filed.holding and printed_receipt(filed.holding, language),
        history=reply_history(filed, language),
    )
    return render(request, "office/office.html", shown, status=status)


@require_safe
@office_required()
def recorded(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Show the last reply recorded on this site, as it is on file."""
    filed = read_on_file(invitation)
    reply = filed.last_online
    if reply is None:
        return redirect("office:answer", invitation.pk)
    mailed = set(reply.acknowledgements.in_force().values_list("variant", flat=True))
    shown = page_context(
        request,
        invitation,
        reply=reply,
        parts=office_parts(filed),
        words=reply_in_words(reply, translation.get_language()),
        standing=filed.standing,
        comes=filed.standing is not None and filed.standing.answer in ANSWERS_BRINGING,
        acknowledged=bool(mailed - {"copy"}) and invitation.minister.to_emails,
        copied="copy" in mailed,
    )
    return render(request, "office/recorded.html", shown)


@require_safe
@office_required()
def record(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Return the acknowledgement of the last reply recorded on this site, as a PDF."""
    reply = read_on_file(invitation).last_online
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
