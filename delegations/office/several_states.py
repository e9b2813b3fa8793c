"""Which links a browser holds, for the one page of those who answer for several States.

The page sees a cookie for each link that was opened, and shows nothing of them before somebody has
said in this browser, for twelve hours, that the States are all theirs.
"""

from collections.abc import Iterator

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from delegations.office.access import OPEN_FOR, link_digest
from invitations.models import Invitation, ReplyLink
from invitations.text.spellings import normalize_name

TOGETHER_FOR = 12 * 3600  # seconds
MOST_STATES = 100


def cookie_prefix() -> str:
    """Return how the cookies' names begin; over TLS so that no page without TLS can set them."""
    return f"{'__Secure-' * settings.SESSION_COOKIE_SECURE}states-"


def consent_cookie_name() -> str:
    return f"{cookie_prefix()}together"


def set_for_several(response: HttpResponse, name: str, value: str, max_age: int) -> None:
    """Send the cookie to the page of several States alone."""
    response.set_signed_cookie(
        name,
        value,
        max_age=max_age,
        path=reverse("office:states"),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def hold_for_several(response: HttpResponse, link: ReplyLink) -> None:
    """Let the page of several States know of a link that was opened; the digest opens nothing."""
    name = f"{cookie_prefix()}{link.invitation_id}"
    set_for_several(response, name, link_digest(link.token), OPEN_FOR)


def answer_together(response: HttpResponse) -> None:
    set_for_several(response, consent_cookie_name(), "yes", TOGETHER_FOR)


def answers_together(request: HttpRequest) -> bool:
    name = consent_cookie_name()
    return request.get_signed_cookie(name, None, max_age=TOGETHER_FOR) is not None


def forget_all(request: HttpRequest, response: HttpResponse) -> None:
    """Let the browser forget what it held for the page; each link still opens its own office."""
    for name in request.COOKIES:
        if name.startswith(cookie_prefix()):
            response.delete_cookie(name, path=reverse("office:states"), samesite="Lax")


def digests_held(request: HttpRequest) -> Iterator[tuple[int, str]]:
    """Yield invitations and the digests of their links, as far as the signatures are ours."""
    for name in list(request.COOKIES):
        number = name.removeprefix(cookie_prefix())
        if name != number and number.isascii() and number.isdecimal() and len(number) < 10:
            digest = request.get_signed_cookie(name, None, max_age=OPEN_FOR)
            if digest:
                yield int(number), digest


def invitations_held(request: HttpRequest) -> list[Invitation]:
    """Return the invitations that this browser can answer, in the order of their States' names.

    A link that was replaced or whose invitation was withdrawn has dropped out.
    """
    held = dict(list(digests_held(request))[:MOST_STATES])
    links = ReplyLink.objects.current().filter(invitation__in=held)
    issued = links.filter(invitation__status=Invitation.Status.ISSUED).select_related(
        "invitation__minister", "invitation__edition", "invitation__member_state"
    )
    found = [
        link.invitation for link in issued if link_digest(link.token) == held[link.invitation_id]
    ]
    return sorted(found, key=lambda one: (normalize_name(str(one.member_state)), one.pk))
