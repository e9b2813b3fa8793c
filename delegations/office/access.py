"""Who may open an office's page, and who may only look at it."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.conf import settings
from django.contrib.auth.models import User
from django.core.signing import b64_encode
from django.http import HttpRequest, HttpResponse, QueryDict
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.i18n import set_language

from delegations.office.request_limits import LARGEST_TYPED, announced, too_much
from invitations.letters.addressing import minister_name_in
from invitations.models import ForumEdition, Invitation, Minister, ReplyLink

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]
OfficeView = Callable[..., HttpResponse]
DIGEST_BYTES = 12
# What a form brings along that nobody typed.
NOT_TYPED = ("csrfmiddlewaretoken", "language")
HIDDEN = ("invitation", "form_key", "seen", "step", "from")
# Ten texts and a photo of 10 MB each.
LARGEST_REQUEST = 120 * 1024 * 1024


def unlisted(view: View[P]) -> View[P]:
    """Keep the page out of every cache and of search engines."""

    @wraps(view)
    @never_cache
    def unlisted_view(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex"
        return response

    return unlisted_view


# What a browser keeps of a link is a cookie that goes to the pages of its office alone, and ends
# some weeks after the link was opened last.


def link_cookie_name(invitation_id: int) -> str:
    return f"office-{invitation_id}"


def link_digest(token: str) -> str:
    """What the cookie says: which link was opened, and nothing that opens it."""
    digest = salted_hmac("invitations.links", token, algorithm="sha256").digest()
    return b64_encode(digest[:DIGEST_BYTES]).decode()


def set_link_cookie(response: HttpResponse, link: ReplyLink) -> None:
    response.set_signed_cookie(
        link_cookie_name(link.invitation_id),
        link_digest(link.token),
        max_age=settings.SESSION_COOKIE_AGE,
        path=reverse("office:answer", args=[link.invitation_id]),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def read_link_cookie(request: HttpRequest, invitation_id: int) -> ReplyLink | None:
    """Return the link to the invitation that this browser has opened, with what its page shows."""
    name, ends_after = link_cookie_name(invitation_id), settings.SESSION_COOKIE_AGE
    digest = request.get_signed_cookie(name, None, max_age=ends_after)
    if not digest:
        return None
    links = ReplyLink.objects.filter(invitation=invitation_id).select_related(
        "invitation__minister", "invitation__edition", "invitation__member_state"
    )
    return next((link for link in links if link_digest(link.token) == digest), None)


def office_required(*permissions: str) -> Callable[[OfficeView], OfficeView]:
    """Hand over the invitation in the address, where the browser holds a link to it.

    Staff look without a link, as far as these permissions let them, and change nothing: a browser
    in which somebody of staff is signed in is never an office's. The views ask for the token of
    the form by themselves, so that a stale one loses nothing that was typed.
    """

    def guard(view: OfficeView) -> OfficeView:
        @wraps(view)
        @csrf_exempt
        @unlisted
        def guarded(request: HttpRequest, invitation_id: int, **named: Any) -> HttpResponse:
            if looks_on(request):
                refused = refused_to_staff(request, invitation_id, permissions)
                return refused or view(request, invitation_of(invitation_id), **named)
            link = read_link_cookie(request, invitation_id)
            if link is None or link.invitation.status == Invitation.Status.DRAFT:
                return too_much(request, LARGEST_REQUEST) or not_held(request)
            speak_as_the_letter(request, link.invitation.minister.language)
            if refused := too_much(request, LARGEST_REQUEST):
                return refused
            if reason := gone_because(link):
                return gone_with_words(request, link.invitation, reason)
            return view(request, link.invitation, **named)

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
    shown: dict[str, Any] = {"edition": ForumEdition.objects.current()}
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


def gone_because(link: ReplyLink) -> str:
    """Why the link opens no office's page any more; empty where it does."""
    if link.invitation.status == Invitation.Status.WITHDRAWN:
        return "withdrawn"
    return "replaced" if link.replaced_at else ""


def gone(request: HttpRequest, invitation: Invitation, reason: str, **more: object) -> HttpResponse:
    page = {"invitation": invitation, "edition": invitation.edition, "reason": reason, **more}
    return render(request, "office/gone.html", page, status=410)


def speak_as_the_letter(request: HttpRequest, language: str) -> None:
    """Use the letter's language, unless the visitor chose one on this site."""
    if request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME) not in dict(settings.LANGUAGES):
        translation.activate(language)


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
        return minister_name_in(minister, minister.language)
    return minister.name
