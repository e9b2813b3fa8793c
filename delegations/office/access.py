"""Who may open an office's page, by the cookie in which a browser holds a link; who may look."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.conf import settings
from django.core.signing import b64_encode
from django.db.models import OuterRef, Subquery
from django.db.models.functions import JSONObject
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from delegations.models.erasure import have_links_ended
from delegations.office.drafts import newest_form
from delegations.office.page import activate_letter_language, is_staff_looking
from delegations.office.public_pages import refusal_page, show_as_released
from delegations.office.refusals import link_not_held, no_longer_valid_page_with_typed
from delegations.office.request_limits import refuse_oversized
from delegations.office.saved_pages import shown_at_an_address
from invitations.letters.released import held_changes
from invitations.models import Arming, Invitation, ReplyLink
from invitations.outbox.arming import is_a_copy

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]
OfficeView = Callable[..., HttpResponse]
# Ten texts of 10 MB each, and a photo of 20 MB.
LARGEST_REQUEST = 125 * 1024 * 1024
DIGEST_BYTES = 12
ARMED_AS = {name: name for name in ("deployment", "database", "key_sha256")}
OPEN_FOR = 14 * 24 * 3600  # seconds for which a browser holds a link after opening it


class OnACopy(Exception):
    """Offices answer on another database; whoever answered on this one would not be heard."""


def private_page(view: View[P]) -> View[P]:
    """Keep the page out of every cache and of search engines."""

    @wraps(view)
    @never_cache
    def private_view(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex"
        return response

    return private_view


def office_required(*permissions: str) -> Callable[[OfficeView], OfficeView]:
    """Pass the invitation of the address to the view, if the browser holds a link to it.

    Staff look without a link, as far as these permissions let them, and change nothing: a browser
    in which somebody of staff is signed in is never an office's.
    """

    def guard(view: OfficeView) -> OfficeView:
        @wraps(view)
        # The views check the form's token themselves: a stale one loses nothing that was typed.
        @csrf_exempt
        @private_page
        def guarded(request: HttpRequest, invitation_id: int, **named: Any) -> HttpResponse:
            if is_staff_looking(request):
                refused = refuse_staff(request, invitation_id, permissions)
                return refused or view(request, load_invitation(invitation_id), **named)
            link = read_link_cookie(request, invitation_id)
            if link is None or not link.invitation.was_issued:
                return refuse_oversized(request, LARGEST_REQUEST) or link_not_held(request)
            activate_letter_language(request, link.invitation.minister.language)
            refuse_on_a_copy(link)
            if refused := refuse_oversized(request, LARGEST_REQUEST):
                return refused
            # Before a page that was kept: it shows what was typed.
            if have_links_ended(link.invitation.edition, timezone.now()):
                return no_longer_valid_page_with_typed(request, link.invitation, "past")
            return shown_at_an_address(open_to_its_office(view))(request, link, **named)

        # A refusal speaks the letter's language, which the middleware does not know.
        guarded.measures_requests = True  # type: ignore[attr-defined]
        return guarded

    return guard


def open_to_its_office(view: OfficeView) -> OfficeView:
    """Show the page to whom holds its link; one whose link has ended is told so."""

    def opened(request: HttpRequest, link: Any, **named: Any) -> HttpResponse:
        if reason := link.gone_reason:
            return no_longer_valid_page_with_typed(request, link.invitation, reason)
        link.invitation.begun_form = getattr(link, "begun_form", None)
        return view(request, link.invitation, **named)

    return opened


def refuse_on_a_copy(link: Any) -> None:
    """Raise OnACopy where the arming that came with the link is of another database."""
    if link.armed_as and is_a_copy(Arming(**link.armed_as)):
        raise OnACopy


def load_invitation(pk: int) -> Invitation:
    invitations = Invitation.objects.select_related("edition", "minister__rank", "member_state")
    found = invitations.get(pk=pk)
    return show_as_released(found, held_changes(found))


def refuse_staff(
    request: HttpRequest, invitation_id: int, permissions: tuple[str, ...]
) -> HttpResponse | None:
    """Return the refusal of staff who may not look, or who try to change something."""
    if not Invitation.objects.filter(pk=invitation_id).exists():
        return refusal_page(request, "404.html", 404)
    may_look = request.user.has_perms(("invitations.view_invitation", *permissions))
    if may_look and request.method in ("GET", "HEAD"):
        return None
    shown = {"may_look": may_look, "invitation_id": invitation_id}
    return render(request, "office/look_only.html", shown, status=403)


# The cookie


def link_cookie_name(invitation_id: int) -> str:
    """Return the cookie's name; over TLS one that no page without TLS can set."""
    return f"{'__Secure-' * settings.SESSION_COOKIE_SECURE}{earlier_cookie_name(invitation_id)}"


def earlier_cookie_name(invitation_id: int) -> str:
    """Return the name without prefix, under which earlier versions let browsers hold a link."""
    return f"office-{invitation_id}"


def keyed_digests(purpose: str, words: str, size: int) -> list[str]:
    """Return the digest under today's key, and then under each older one that still opens."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    made = (salted_hmac(purpose, words, secret=key, algorithm="sha256").digest() for key in keys)
    return [b64_encode(digest[:size]).decode() for digest in made]


def link_digests(token: str) -> list[str]:
    """Return the keyed digests of a token, the first for the browser's cookie; none opens it."""
    return keyed_digests("invitations.links", token, DIGEST_BYTES)


def set_link_cookie(response: HttpResponse, link: ReplyLink) -> None:
    """Send the cookie to the pages of its office alone, until some weeks after this opening."""
    response.set_signed_cookie(
        link_cookie_name(link.invitation_id),
        link_digests(link.token)[0],
        max_age=OPEN_FOR,
        path=reverse("office:answer", args=[link.invitation_id]),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def read_link_cookie(request: HttpRequest, invitation_id: int) -> ReplyLink | None:
    """Return the link to the invitation that this browser has opened, with what its page shows."""
    names = (link_cookie_name(invitation_id), earlier_cookie_name(invitation_id))
    ends_after = OPEN_FOR
    signed = (request.get_signed_cookie(name, None, max_age=ends_after) for name in names)
    digest = next(filter(None, signed), None)
    if not digest:
        return None
    links = ReplyLink.objects.filter(invitation=invitation_id).select_related(
        "invitation__minister__rank", "invitation__edition", "invitation__member_state"
    )
    links = links.annotate(armed_as=Subquery(Arming.objects.values(of=JSONObject(**ARMED_AS))[:1]))
    if request.method != "POST":  # who sends a form does not ask what was begun
        links = links.annotate(begun_form=Subquery(newest_form(OuterRef("invitation"))))
    link = next((link for link in links if digest in link_digests(link.token)), None)
    if link:
        link.invitation = show_as_released(link.invitation, held_changes(link.invitation))
    return link
