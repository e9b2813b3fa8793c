"""Who may open an office's page, and who may only look at it."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, QueryDict
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.i18n import set_language

from delegations.office.on_file import held_by
from delegations.office.request_limits import LARGEST_TYPED, announced, too_much
from delegations.office.views.entry import (
    edition_at_hand,
    gone,
    gone_because,
    imprint_held,
    speak_as_the_letter,
    unlisted,
)
from invitations.letters.addressing import name_in
from invitations.models import Invitation, Minister

View = Callable[..., HttpResponse]
# What a form brings along that nobody typed.
NOT_TYPED = ("csrfmiddlewaretoken", "language")
HIDDEN = ("invitation", "form_key", "seen", "step", "from")
# Ten texts and a photo of 10 MB each.
LARGEST_REQUEST = 120 * 1024 * 1024


def for_its_office(*permissions: str) -> Callable[[View], View]:
    """Hand over the invitation in the address, where the browser holds a link to it.

    Staff look without a link, as far as these permissions let them, and change nothing: a browser
    in which somebody of staff is signed in is never an office's. The views ask for the token of
    the form by themselves, so that a stale one loses nothing that was typed.
    """

    def guard(view: View) -> View:
        @wraps(view)
        @csrf_exempt
        @unlisted
        def guarded(request: HttpRequest, invitation_id: int, **named: Any) -> HttpResponse:
            if looks_on(request):
                refused = refused_to_staff(request, invitation_id, permissions)
                return refused or view(request, invitation_of(invitation_id), **named)
            link = held_by(imprint_held(request, invitation_id), invitation_id)
            if link is None or link.invitation.status == Invitation.Status.DRAFT:
                return too_much(request, LARGEST_REQUEST) or not_held(request)
            invitation = link.invitation
            speak_as_the_letter(request, invitation.minister.language)
            if refused := too_much(request, LARGEST_REQUEST):
                return refused
            if reason := gone_because(invitation, is_replaced=link.replaced_at is not None):
                return gone_with_words(request, invitation, reason)
            return view(request, invitation, **named)

        # In the language of the letter, which is known here.
        guarded.measures_requests = True  # type: ignore[attr-defined]
        return guarded

    return guard


def looks_on(request: HttpRequest) -> bool:
    """Whether somebody of the secretariat is signed in: to look, never to answer."""
    return isinstance(request.user, User) and request.user.is_staff


def invitation_of(pk: int) -> Invitation:
    return Invitation.objects.select_related("edition", "minister", "member_state").get(pk=pk)


def refused_to_staff(
    request: HttpRequest, invitation_id: int, permissions: tuple[str, ...]
) -> HttpResponse | None:
    if not Invitation.objects.filter(pk=invitation_id).exists():
        return render(request, "404.html", status=404)
    may_look = request.user.has_perms(("invitations.view_invitation", *permissions))
    if may_look and request.method in ("GET", "HEAD"):
        return None
    shown = {"may_look": may_look, "invitation_id": invitation_id}
    return render(request, "office/look_only.html", shown, status=403)


def not_held(request: HttpRequest) -> HttpResponse:
    """Say how to get in. What was typed meanwhile waits on the page."""
    speak_as_the_address(request)
    shown: dict[str, Any] = {"edition": edition_at_hand()}
    if announced(request) > LARGEST_TYPED:
        shown["had_files"] = True
    elif refusal := forgery(request):
        return refusal
    else:
        shown |= {"typed": typed_pairs(request.POST), "had_files": bool(request.FILES)}
    return render(request, "office/not_held.html", shown, status=404)


def speak_as_the_address(request: HttpRequest) -> None:
    """Use the language that a letter's link wrote into the address, where nothing else tells it."""
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME) in dict(settings.LANGUAGES)
    if not chosen and request.GET.get("in") in dict(settings.LANGUAGES):
        translation.activate(request.GET["in"])


def gone_with_words(
    request: HttpRequest, invitation: Invitation, reason: str, **more: Any
) -> HttpResponse:
    """Say why the page takes nothing; what was typed meanwhile is shown, to be copied."""
    if request.method == "POST" and not forgery(request):
        typed = typed_pairs(request.POST)
        more["typed"] = [value for name, value in typed if value and name not in HIDDEN]
    return gone(request, invitation, reason, **more)


def typed_pairs(posted: QueryDict) -> list[tuple[str, str]]:
    typed = [(name, values) for name, values in posted.lists() if name not in NOT_TYPED]
    return [(name, value) for name, values in typed for value in values]


def forgery(request: HttpRequest) -> HttpResponse | None:
    """Return the refusal of a POST whose token is missing or stale."""
    return CsrfViewMiddleware(not_held).process_view(request, not_held, (), {})


TOO_LONG_OPEN = gettext_lazy("This page was open too long. Please check it and send it again.")


def asks_for_a_language(request: HttpRequest) -> bool:
    """Whether the form came only to be shown in another language; that language is then spoken."""
    if request.method != "POST" or "language" not in request.POST:
        return False
    if request.POST["language"] in dict(settings.LANGUAGES):
        translation.activate(request.POST["language"])
    return True


def kept_in(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Let the browser remember the language that was chosen."""
    response.cookies.update(set_language(request).cookies)
    return response


def shown_to(request: HttpRequest, invitation: Invitation, **more: Any) -> dict[str, Any]:
    """What each page of an office shows."""
    return {
        "invitation": invitation,
        "edition": invitation.edition,
        "minister_name": name_of(invitation.minister),
        "looks_on": looks_on(request),
        **more,
    }


def name_of(minister: Minister) -> str:
    """The minister's name, in its own script where the page speaks the minister's language."""
    if translation.get_language() == minister.language:
        return name_in(minister, minister.language)
    return minister.name
