"""The front page, and the door that the link in a letter opens."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from invitations.dates import printed_range
from invitations.links import link_for
from invitations.models import ForumEdition, Invitation, ReplyLink

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def unlisted(view: View[P]) -> View[P]:
    """Keep the page out of every cache and of search engines."""

    @wraps(view)
    @never_cache
    def unlisted_view(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex"
        return response

    return unlisted_view


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Name the editions to come, or else the last one. No invitation is shown."""
    coming = ForumEdition.objects.filter(closes_on__gte=timezone.localdate())
    editions = coming or ForumEdition.objects.all()[:1]
    language = translation.get_language()
    dated = [
        (
            edition,
            printed_range(edition.opens_on, edition.closes_on, language),
            printed_range(edition.track_opens_on, edition.track_closes_on, language),
        )
        for edition in editions
    ]
    return render(request, "invitations/home.html", {"editions": dated})


@require_safe
@unlisted
def open_link(request: HttpRequest, token: str) -> HttpResponse:
    """Note the link in the session and move on, so that the token stays on no screen.

    A GET changes nothing else: mail gateways follow every link in a letter.
    """
    response = follow(request, token)
    response["Referrer-Policy"] = "no-referrer"
    return response


def follow(request: HttpRequest, token: str) -> HttpResponse:
    try:
        link = link_for(token)
    except ReplyLink.DoesNotExist:
        return render(request, "404.html", status=404)
    if link.invitation.status == Invitation.Status.DRAFT:
        return render(request, "404.html", status=404)
    if reason := gone_because(link):
        speak_as_the_letter(request, link.invitation)
        return gone(request, link.invitation, reason)

    held = request.session.get("invitations", [])
    if link.pk not in held:
        request.session["invitations"] = [*held, link.pk]
    return redirect("delegations:office", link.invitation_id)


def gone_because(link: ReplyLink) -> str:
    """Why an office can no longer answer by this link; empty where it can."""
    if link.invitation.status == Invitation.Status.WITHDRAWN:
        return "withdrawn"
    if not link.invitation.edition.takes_replies(timezone.now()):
        return "closed"
    return "replaced" if link.replaced_at else ""


def gone(request: HttpRequest, invitation: Invitation, reason: str) -> HttpResponse:
    page = {"edition": invitation.edition, "reason": reason}
    return render(request, "invitations/gone.html", page, status=410)


def speak_as_the_letter(request: HttpRequest, invitation: Invitation) -> None:
    """Use the letter's language, unless the visitor chose one on this site."""
    if request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME) not in dict(settings.LANGUAGES):
        translation.activate(invitation.minister.language)
