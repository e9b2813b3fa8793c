"""The office's answer to the invitation."""

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.views.decorators.http import require_http_methods, require_safe

from delegations.office.access import (
    TOO_LONG_OPEN,
    asks_for_a_language,
    forgery,
    gone_with_words,
    kept_in,
    looks_on,
    office_required,
    shown_to,
)
from delegations.office.forms.answer import ReplyForm
from delegations.office.on_file import OnFile, answer, history, in_words, on_file, parts, received
from delegations.office.receipt import record_pdf
from invitations.letters.context import recorded_points
from invitations.letters.message import track_calendar
from invitations.models import ANSWERS_BRINGING, Invitation, Reply
from invitations.replies import REPLY_FIELDS, UnseenReply
from invitations.text.dates import printed_date, printed_range


@require_http_methods(["GET", "HEAD", "POST"])
@office_required()
def office(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Show what is on file and take a reply. Only a POST with a chosen answer records one.

    The form asks first to be shown as a summary; what comes without a step is recorded.
    """
    if not (looks_on(request) or invitation.edition.takes_replies(timezone.now())):
        return closed(request, invitation)
    return take(request, invitation) if request.method == "POST" else begun(request, invitation)


def take(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    form = ReplyForm(request.POST, of=invitation)
    if shown := shown_again(request, invitation, form):
        return shown
    if form.is_valid():
        if request.POST.get("step") == "check":
            return summary(request, invitation, form)
        try:
            answer(invitation, form.words, form.cleaned_data["form_key"], form.seen_by_office)
        except UnseenReply:
            return summary(request, invitation, form, status=409)
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
        else:
            return redirect("office:recorded", invitation.pk)
    return page(request, invitation, form)


def closed(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Take no reply any more; who comes goes on with the statement and the delegation."""
    answered, *others = parts(on_file(invitation))
    goes_on = any(part.is_open for part in others)
    shown = {"parts": [answered, *others], "here": "answer"} if goes_on else {}
    return gone_with_words(request, invitation, "closed", **shown)


def shown_again(
    request: HttpRequest, invitation: Invitation, form: ReplyForm
) -> HttpResponse | None:
    """The form with what was typed, where it came for something else than to be recorded."""
    if asks_for_a_language(request):
        return in_another_language(request, invitation, form)
    if forgery(request):
        form.add_error(None, TOO_LONG_OPEN)
        return page(request, invitation, form, status=403)
    if request.POST.get("step") == "change":
        return page(request, invitation, ReplyForm(of=invitation, typed=form.typed))
    return None


def begun(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Start from the words on file, but leave the answer to be chosen."""
    filed = on_file(invitation)
    known = filed.standing or filed.holding
    words = (
        {name: getattr(known, name) for name in REPLY_FIELDS if name != "answer"} if known else {}
    )
    words["seen"] = filed.standing.pk if filed.standing else ""
    return page(request, invitation, ReplyForm(of=invitation, initial=words), filed)


def in_another_language(
    request: HttpRequest, invitation: Invitation, form: ReplyForm
) -> HttpResponse:
    """Show the same page in the language chosen, with what was typed."""
    if request.POST.get("from") == "summary" and form.is_valid():
        return kept_in(request, summary(request, invitation, form))
    form = ReplyForm(of=invitation, typed=form.typed)
    return kept_in(request, page(request, invitation, form))


def summary(
    request: HttpRequest, invitation: Invitation, form: ReplyForm, status: int = 200
) -> HttpResponse:
    """Show what would be recorded; nothing is yet."""
    filed, language = on_file(invitation), translation.get_language()
    reply = Reply(invitation=invitation, **form.words)
    words, beside = recorded_points(reply, language), []
    standing, seen = filed.standing, form.seen_by_office
    if standing and seen is not None and seen != str(standing.pk):
        beside = differing(recorded_points(standing, language), words)
        data = request.POST.copy()
        data["seen"] = str(standing.pk)
        form = ReplyForm(data, of=invitation)
        form.add_error(None, UnseenReply())
    shown = shown_to(
        request,
        invitation,
        form=form,
        parts=parts(filed),
        words=words,
        standing=standing,
        beside=beside,
    )
    return render(request, "office/summary.html", shown, status=status)


def differing(
    standing: list[tuple[str, str]], typed: list[tuple[str, str]]
) -> list[tuple[str, str, str]]:
    """Label, what stands and what was typed, wherever the two replies differ."""
    ours, theirs = dict(standing), dict(typed)
    pairs = [(label, ours.get(label, ""), theirs.get(label, "")) for label in {**ours, **theirs}]
    return [(label, stands, said) for label, stands, said in pairs if stands != said]


def page(
    request: HttpRequest,
    invitation: Invitation,
    form: ReplyForm,
    filed: OnFile | None = None,
    status: int = 200,
) -> HttpResponse:
    edition, language = invitation.edition, translation.get_language()
    filed = filed or on_file(invitation)
    shown = shown_to(
        request,
        invitation,
        form=form,
        parts=parts(filed),
        here="answer",
        dates=printed_range(edition.opens_on, edition.closes_on, language),
        last_day=printed_date(edition.last_day, language),
        reply_before=printed_date(edition.reply_before, language),
        is_late=edition.is_late(timezone.now()),
        standing=filed.standing and in_words(filed.standing, language),
        contested=[(reply, received(reply, language)) for reply in filed.contested],
        holding=filed.holding and received(filed.holding, language),
        history=history(filed, language),
    )
    return render(request, "office/office.html", shown, status=status)


@require_safe
@office_required()
def recorded(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Show the reply that was recorded last on this site, as it is on file."""
    filed = on_file(invitation)
    reply = filed.last_online
    if reply is None:
        return redirect("office:answer", invitation.pk)
    mailed = set(reply.acknowledgements.in_force().values_list("variant", flat=True))
    shown = shown_to(
        request,
        invitation,
        reply=reply,
        parts=parts(filed),
        words=in_words(reply, translation.get_language()),
        standing=filed.standing,
        comes=filed.standing is not None and filed.standing.answer in ANSWERS_BRINGING,
        acknowledged=bool(mailed - {"copy"}) and invitation.minister.to_emails,
        copied="copy" in mailed,
    )
    return render(request, "office/recorded.html", shown)


@require_safe
@office_required()
def record(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Return the acknowledgement of the reply that was recorded last on this site, as a PDF."""
    reply = on_file(invitation).last_online
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
    """Return the High-Level Track as a calendar file, to an office that comes."""
    if not any(reply.answer in ANSWERS_BRINGING for reply in invitation.replies.standing()):
        raise Http404
    edition = invitation.edition
    return HttpResponse(
        track_calendar(edition),
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{edition.symbol}.ics"'},
    )
