"""The front page, the doors that a letter's link and code open, and the check of a letter."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe
from django.views.i18n import set_language

from delegations.office.access import (
    gone,
    gone_because,
    set_link_cookie,
    speak_as_the_letter,
    unlisted,
)
from delegations.office.forms.codes import CheckForm, CodeForm, PublicForm
from delegations.office.request_limits import LARGEST_TYPED, announced
from delegations.office.throttle import count_wrong
from invitations.files.frozen import StoreUnavailable
from invitations.letters.verification import LetterVerdict, verify_check_code, verify_pdf
from invitations.links import link_for_code, link_for_token
from invitations.models import ForumEdition, Invitation, ReplyLink
from invitations.text.dates import printed_date, printed_range


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Name the editions to come, or else the last one. No invitation is shown."""
    editions = ForumEdition.objects.at_hand()
    language, now = translation.get_language(), timezone.now()
    dated = [
        (
            edition,
            printed_range(edition.opens_on, edition.closes_on, language),
            printed_range(edition.track_opens_on, edition.track_closes_on, language),
            edition.shows_speakers(now),
        )
        for edition in editions
    ]
    return render(request, "office/home.html", {"editions": dated})


@require_safe
@unlisted
def open_link(request: HttpRequest, token: str) -> HttpResponse:
    """Let the browser hold the link and move on, so that the token stays on no screen.

    A GET changes no row: mail gateways follow every link in a letter.
    """
    response = follow(request, token)
    response["Referrer-Policy"] = "no-referrer"
    return response


def follow(request: HttpRequest, token: str) -> HttpResponse:
    try:
        link = link_for_token(token)
    except ReplyLink.DoesNotExist:
        return render(request, "404.html", status=404)
    if link.invitation.status == Invitation.Status.DRAFT:
        return render(request, "404.html", status=404)
    return opened(request, link)


def opened(request: HttpRequest, link: ReplyLink) -> HttpResponse:
    """Let the browser hold the link, and move on to the page of its office."""
    if reason := gone_because(link):
        speak_as_the_letter(request, link.invitation.minister.language)
        return gone(request, link.invitation, reason)

    response = redirect(office_in_its_language(request, link.invitation))
    if not request.user.is_staff:  # who looks, and never answers
        set_link_cookie(response, link)
    return response


def office_in_its_language(request: HttpRequest, invitation: Invitation) -> str:
    """The address of the office's page.

    A browser that may refuse cookies will know nothing there, so the address tells the language
    of the letter where the browser speaks another one.
    """
    language, address = (
        invitation.minister.language,
        reverse("office:answer", args=[invitation.pk]),
    )
    if request.COOKIES or language == translation.get_language():
        return address
    return f"{address}?in={language}"


class StoreOutOfReach:
    """Say in words that a file cannot be read or kept now, wherever a page has not said it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, StoreUnavailable):
            return None
        shown = {"because": exception, "edition": ForumEdition.objects.current()}
        response = unlisted(render)(request, "503.html", shown, status=503)
        response["Retry-After"] = "120"
        return response


def form_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say in words why a form without its token was not taken.

    The switch of the language is such a form where cookies are refused; the page then speaks it.
    """
    if announced(request) <= LARGEST_TYPED:
        speak_as_chosen(request)
    page = {"edition": ForumEdition.objects.current()}
    return render(request, "403_csrf.html", page, status=403)


@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
@unlisted
def enter_code(request: HttpRequest) -> HttpResponse:
    """Take the code printed on paper, which opens what the link opens.

    What was never given out, is a draft's or is no code at all gets one and the same answer.
    """
    template = "office/code.html"
    if asks_nothing(request):
        return ask(request, template, CodeForm(initial=request.POST.dict()))
    form = CodeForm(request.POST)
    if not form.is_valid():
        return ask(request, template, form)
    if link := given_out(form.cleaned_data["code"]):
        return opened(request, link)
    if wait := count_wrong("code", client_address(request)):
        return too_many(request, template, form, wait)
    form.add_error("code", _("This code opens nothing: please compare it with the letter."))
    return ask(request, template, form)


def given_out(typed: str) -> ReplyLink | None:
    try:
        link = link_for_code(typed)
    except ReplyLink.DoesNotExist:
        return None
    return None if link.invitation.status == Invitation.Status.DRAFT else link


@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
@unlisted
def check(request: HttpRequest) -> HttpResponse:
    """Say whether a letter is one of ours, and never to whom it went."""
    template = "office/check.html"
    if asks_nothing(request):
        return ask(request, template, CheckForm(initial={"code": request.POST.get("code", "")}))
    form = CheckForm(request.POST, request.FILES)
    if not form.is_valid():
        return ask(request, template, form)
    letter = form.cleaned_data["letter"]
    verdict = verify_pdf(letter.read()) if letter else verify_check_code(form.cleaned_data["code"])
    if not verdict.is_ours and (wait := count_wrong("check", client_address(request))):
        return too_many(request, template, form, wait)
    return ask(request, template, form, in_print(verdict))


def in_print(verdict: LetterVerdict) -> dict[str, object]:
    """The verdict with its dates as the page's language prints them."""
    language = translation.get_language()
    dates = {
        name: printed_date(day, language)
        for name in ("dated_on", "replaced_on")
        if (day := getattr(verdict, name))
    }
    return {"verdict": verdict, **dates}


def asks_nothing(request: HttpRequest) -> bool:
    """Whether the form is only shown: for the first time, or in the language just chosen."""
    return request.method != "POST" or "language" in request.POST


def ask(
    request: HttpRequest,
    template: str,
    form: PublicForm,
    shown: dict[str, object] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Show the form with what was typed, and whom to write to instead."""
    language = speak_as_chosen(request)
    page = {"form": form, "edition": ForumEdition.objects.current(), **(shown or {})}
    response = render(request, template, page, status=status)
    if language:
        response.cookies.update(set_language(request).cookies)
    return response


def speak_as_chosen(request: HttpRequest) -> str | None:
    """Use the language that the switch sent, and return it."""
    language = request.POST.get("language")
    if language in dict(settings.LANGUAGES):
        translation.activate(language)
    return language


def too_many(request: HttpRequest, template: str, form: PublicForm, wait: int) -> HttpResponse:
    response = ask(request, template, form, {"too_many": True}, status=429)
    response["Retry-After"] = str(wait)
    return response


def client_address(request: HttpRequest) -> str:
    """The address of the connection, or what the outermost of our own proxies saw of it.

    What stands before that in the header, anyone can write.
    """
    seen = request.headers.get("X-Forwarded-For", "").split(",")
    if settings.PROXIES and len(seen) >= settings.PROXIES:
        return seen[-settings.PROXIES].strip()
    return request.META["REMOTE_ADDR"]
