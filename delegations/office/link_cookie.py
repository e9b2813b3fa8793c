"""The cookie by which a browser holds the link that it has opened."""

from django.conf import settings
from django.core.signing import b64_encode
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.crypto import salted_hmac

from invitations.models import ReplyLink

DIGEST_BYTES = 12


def link_cookie_name(invitation_id: int) -> str:
    return f"office-{invitation_id}"


def link_digest(token: str) -> str:
    """Return the keyed digest of a token, for the browser's cookie; it opens nothing."""
    digest = salted_hmac("invitations.links", token, algorithm="sha256").digest()
    return b64_encode(digest[:DIGEST_BYTES]).decode()


def set_link_cookie(response: HttpResponse, link: ReplyLink) -> None:
    """Send the cookie to the pages of its office alone, until some weeks after this opening."""
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
