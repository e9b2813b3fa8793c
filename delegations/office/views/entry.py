"""The front page, the ways in by a letter's link or code, and the check of a letter."""

import re

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from delegations.models.erasure import have_links_ended
from delegations.office.access import private_page, set_link_cookie
from delegations.office.forms.codes import CheckForm, CodeForm, PublicForm
from delegations.office.page import (
    activate_letter_language,
    activate_linked_language,
    activate_offered_language,
    activate_sent_language,
    remember_language,
)
from delegations.office.public_pages import announced_edition
from delegations.office.refusals import no_longer_valid_page
from delegations.office.saved_pages import keep_shortly, lead_to_saved, shown_shortly_at_an_address
from delegations.office.several_states import hold_for_several
from delegations.office.throttle import count_wrong
from invitations.files.sealing import has_seal
from invitations.letters.verification import LetterVerdict, verify_check_code, verify_pdf
from invitations.links import (
    is_like_a_check_code,
    is_like_a_code,
    link_for_code,
    link_for_token,
)
from invitations.models import ForumEdition, Invitation, ReplyLink, SessionHours
from invitations.text.dates import format_date, keep_own_order

TOKEN_FIRST = re.compile(r"[a-z0-9]+", re.IGNORECASE)
PASTED_LINK = re.compile(r"/r/([a-z0-9]+)", re.IGNORECASE)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the announced editions to come, or else the last one, and no invitation."""
    editions = [one.as_released for one in ForumEdition.objects.announced().at_hand()]
    offered = activate_offered_language(request, *editions)
    language, now = translation.get_language(), timezone.now()
    in_calendars = set(SessionHours.objects.order_by().values_list("edition", flat=True).distinct())
    dated = [
        (
            edition,
            edition.forum_days(language),
            edition.track_days(language),
            edition.shows_speakers(now),
            edition.pk in in_calendars,
            edition.is_ahead(now),
        )
        for edition in editions
    ]
    only = editions[0] if len(editions) == 1 else None
    shown = {"editions": dated, "edition": only, "offered": offered}
    return render(request, "office/home.html", shown)


@require_safe
@private_page
def open_reply_link(request: HttpRequest, token: str) -> HttpResponse:
    """Give the browser the link's cookie and move on, so that the token stays on no screen.

    A GET changes no row: mail gateways follow every link in a letter.
    """
    response = follow_link(request, token)
    response["Referrer-Policy"] = "no-referrer"
    return response


@require_safe
@private_page
def open_spoilt_link(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Open a link broken into lines, or with signs at its end; lead others to the code."""
    token = TOKEN_FIRST.match("".join(rest.split()))
    response = redirect("office:open", token[0].lower()) if token else lead_to_code()
    response["Referrer-Policy"] = "no-referrer"
    return response


@require_safe
def spoilt_page(request: HttpRequest, page: str) -> HttpResponse:
    """Lead to the page whose address was typed in capitals, or broken into lines."""
    return redirect(f"office:{''.join(page.replace('/', ' ').split()).lower()}")


def follow_link(request: HttpRequest, token: str) -> HttpResponse:
    try:
        link = link_for_token(token.lower())
    except ReplyLink.DoesNotExist:
        return lead_to_code()
    return enter_office(request, link) if link.invitation.was_issued else lead_to_code()


def lead_to_code() -> HttpResponse:
    """Lead whose link opens nothing, as a truncated one does, to the page of the code."""
    return redirect(reverse("office:code") + "?wrong-link=1")


def enter_office(request: HttpRequest, link: ReplyLink) -> HttpResponse:
    """Give the browser the link's cookie, and move on to the page of its office."""
    is_past = have_links_ended(link.invitation.edition, timezone.now())
    if reason := link.gone_reason or "past" * is_past:
        activate_letter_language(request, link.invitation.minister.language)
        activate_linked_language(request)
        return no_longer_valid_page(request, link.invitation, reason)

    response = redirect(office_url(request, link.invitation))
    if not request.user.is_staff:  # Staff look, and never answer.
        set_link_cookie(response, link)
        hold_for_several(response, link)
    return response


def office_url(request: HttpRequest, invitation: Invitation) -> str:
    """Return the address of the office's page, with the letter's language where it is needed."""
    language = invitation.minister.language
    address = reverse("office:answer", args=[invitation.pk])
    # A browser that may refuse cookies knows no language there: the address tells it.
    if request.COOKIES or language == translation.get_language():
        return address
    return f"{address}?in={language}"


@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
@private_page
@shown_shortly_at_an_address
def enter_code(request: HttpRequest) -> HttpResponse:
    """Take the code printed on paper, which opens what the link opens.

    A code that was never given out, one of what was never issued and no code get the same answer.
    """
    template = "office/code.html"
    if is_only_shown(request):
        shown: dict[str, object] = {"wrong_link": "wrong-link" in request.GET}
        return render_form(request, template, CodeForm(initial=request.POST.dict()), shown)
    typed = request.POST.get("code", "")
    if link := PASTED_LINK.search(typed):
        return redirect("office:open", link[1].lower())
    if is_like_a_check_code(typed):
        return led_over(request, "check", CheckForm)
    form = CodeForm(request.POST)
    if not form.is_valid():
        return render_form(request, template, form)
    if found := issued_link(form.cleaned_data["code"]):
        return enter_office(request, found)
    if wait := count_wrong("code", client_address(request)):
        return throttled(request, template, form, wait)
    form.add_error("code", _("This code opens nothing: please compare it with the letter."))
    return render_form(request, template, form)


def issued_link(typed: str) -> ReplyLink | None:
    """Return the link that the code opens; None where none of its kind was ever in force."""
    try:
        link = link_for_code(typed)
    except ReplyLink.DoesNotExist:
        return None
    return link if link.invitation.was_issued else None


@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
@private_page
@shown_shortly_at_an_address
def check(request: HttpRequest) -> HttpResponse:
    """Say whether a letter is one of ours, but never to whom it went."""
    template = "office/check.html"
    if is_only_shown(request):
        form = CheckForm(initial={"code": request.POST.get("code", "")})
        return render_form(request, template, form, {"had_files": bool(request.FILES)})
    if is_like_a_code(request.POST.get("code", "")):
        return led_over(request, "code", CodeForm)
    form = CheckForm(request.POST, request.FILES)
    if not form.is_valid():
        return render_form(request, template, form)
    letter = form.cleaned_data["letter"]
    verdict = verify_pdf(letter.read()) if letter else verify_check_code(form.cleaned_data["code"])
    if not verdict.is_ours and (wait := count_wrong("check", client_address(request))):
        return throttled(request, template, form, wait)
    return render_form(request, template, form, format_verdict(verdict))


def led_over(request: HttpRequest, page: str, form: type[PublicForm]) -> HttpResponse:
    """Lead to the page to which this one of a letter's two codes belongs, with the code filled in.

    Nothing is looked up, so nothing is told, and nothing counts as a wrong try.
    """
    kept = form(initial={"code": request.POST["code"]})
    shown = render_form(request, f"office/{page}.html", kept, {"is_led_over": True})
    return lead_to_saved(request, shown, reverse(f"office:{page}"), keep=keep_shortly)


def format_verdict(verdict: LetterVerdict) -> dict[str, object]:
    """Return the verdict, with its dates as the page's language prints them."""
    language = translation.get_language()
    dates = {
        name: format_date(day, language)
        for name in ("dated_on", "replaced_on", "seal_valid_until", "sealed_on")
        if (day := getattr(verdict, name))
    }
    names = {name: keep_own_order(getattr(verdict, name)) for name in ("sealed_by", "time_from")}
    return {"verdict": verdict, "has_seal": has_seal(), **names, **dates}


def is_only_shown(request: HttpRequest) -> bool:
    """Whether the form is only shown: for the first time, or in the language just chosen."""
    return request.method != "POST" or "language" in request.POST


def render_form(
    request: HttpRequest,
    template: str,
    form: PublicForm,
    shown: dict[str, object] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Show the form with what was typed, and the address to write to instead."""
    edition = announced_edition()
    activate_offered_language(request, edition)
    language = activate_sent_language(request)
    page = {"form": form, "edition": edition, **(shown or {})}
    response = render(request, template, page, status=status)
    return remember_language(request, response) if language else response


def throttled(request: HttpRequest, template: str, form: PublicForm, wait: int) -> HttpResponse:
    response = render_form(request, template, form, {"too_many": True}, status=429)
    response["Retry-After"] = str(wait)
    return response


def client_address(request: HttpRequest) -> str:
    """Return the connection's address, or the one that the outermost of our own proxies saw."""
    # Anyone can write what stands further left in the header.
    seen = request.headers.get("X-Forwarded-For", "").split(",")
    if settings.PROXIES and len(seen) >= settings.PROXIES:
        return seen[-settings.PROXIES].strip()
    return request.META["REMOTE_ADDR"]
