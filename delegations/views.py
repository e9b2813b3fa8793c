"""The office's page: its answer to the invitation."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe
from django.views.i18n import set_language

from delegations.forms import ReplyForm
from delegations.office import OnFile, answer, held_link, in_words, on_file, received
from invitations.composing import track_calendar
from invitations.dates import printed_date, printed_range
from invitations.models import BRINGING, Invitation
from invitations.replies import WORDS
from invitations.views import gone, gone_because, speak_as_the_letter, unlisted


def for_its_office(
    view: Callable[[HttpRequest, Invitation], HttpResponse],
) -> Callable[[HttpRequest, int], HttpResponse]:
    """Hand over the invitation in the address, where the browser holds a link to it."""

    @wraps(view)
    @unlisted
    def guarded(request: HttpRequest, invitation_id: int) -> HttpResponse:
        link = held_link(request.session.get("invitations", []), invitation_id)
        if link is None or link.invitation.status == Invitation.Status.DRAFT:
            return not_held(request)
        speak_as_the_letter(request, link.invitation)
        if reason := gone_because(link):
            return gone(request, link.invitation, reason)
        return view(request, link.invitation)

    return guarded


def not_held(request: HttpRequest) -> HttpResponse:
    """Say how to get in. What was typed before the session ended waits on the page."""
    if refusal := forgery(request):
        return refusal
    typed = request.POST.copy()
    for name in ("csrfmiddlewaretoken", "language"):
        typed.pop(name, None)
    shown = {"typed": [(name, value) for name, values in typed.lists() for value in values]}
    return render(request, "delegations/not_held.html", shown, status=404)


def forgery(request: HttpRequest) -> HttpResponse | None:
    """Return the refusal of a POST whose token is missing or stale."""
    return CsrfViewMiddleware(not_held).process_view(request, recorded, (), {})


# The view asks for the token by itself, so that a stale one loses nothing that was typed.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@for_its_office
def office(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Show what is on file and take a reply. Only a POST with a chosen answer records one."""
    if request.method != "POST":
        return blank_form(request, invitation)
    form = ReplyForm(request.POST, of=invitation)
    if "language" in request.POST:
        return in_another_language(request, invitation, form)
    if forgery(request):
        form.add_error(None, _("This page was open too long. Please check it and send it again."))
        return page(request, invitation, form, status=403)

    if form.is_valid():
        try:
            answer(invitation, form.words, form.cleaned_data["form_key"])
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
        else:
            return redirect("delegations:recorded", invitation.pk)
    return page(request, invitation, form)


def blank_form(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Start from the words on file, but leave the answer to be chosen."""
    filed = on_file(invitation)
    known = filed.standing or filed.holding
    names = [name for name in WORDS if known and name != "answer"]
    form = ReplyForm(of=invitation, initial={name: getattr(known, name) for name in names})
    return page(request, invitation, form, filed)


def in_another_language(
    request: HttpRequest, invitation: Invitation, form: ReplyForm
) -> HttpResponse:
    """Show the same page in the language chosen, with what was typed."""
    if request.POST["language"] in dict(settings.LANGUAGES):
        translation.activate(request.POST["language"])
    response = page(request, invitation, ReplyForm(of=invitation, initial=form.typed))
    response.cookies.update(set_language(request).cookies)
    return response


def page(
    request: HttpRequest,
    invitation: Invitation,
    form: ReplyForm,
    filed: OnFile | None = None,
    status: int = 200,
) -> HttpResponse:
    edition, language = invitation.edition, translation.get_language()
    filed = filed or on_file(invitation)
    shown = {
        "invitation": invitation,
        "edition": edition,
        "form": form,
        "dates": printed_range(edition.opens_on, edition.closes_on, language),
        "last_day": printed_date(edition.last_day, language),
        "reply_before": printed_date(edition.reply_before, language),
        "is_late": timezone.now() >= edition.deadline,
        "standing": filed.standing and in_words(filed.standing, language),
        "contested": [(reply, received(reply, language)) for reply in filed.contested],
        "holding": filed.holding and received(filed.holding, language),
    }
    return render(request, "delegations/office.html", shown, status=status)


@require_safe
@for_its_office
def recorded(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Show the reply that was recorded last on this site, as it is on file."""
    filed = on_file(invitation)
    reply = filed.last_online
    if reply is None:
        return redirect("delegations:office", invitation.pk)
    mailed = set(reply.acknowledgements.in_force().values_list("variant", flat=True))
    shown = {
        "invitation": invitation,
        "edition": invitation.edition,
        "reply": reply,
        "words": in_words(reply, translation.get_language()),
        "standing": filed.standing,
        "comes": filed.standing is not None and filed.standing.answer in BRINGING,
        "acknowledged": bool(mailed - {"copy"}) and invitation.minister.to_emails,
        "copied": "copy" in mailed,
    }
    return render(request, "delegations/recorded.html", shown)


@require_safe
@for_its_office
def track(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Return the High-Level Track as a calendar file, to an office that comes."""
    if not any(reply.answer in BRINGING for reply in invitation.replies.standing()):
        raise Http404
    edition = invitation.edition
    return HttpResponse(
        track_calendar(edition),
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{edition.symbol}.ics"'},
    )
