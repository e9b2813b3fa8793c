"""Which links a browser holds, for the one page of those who answer for several States.

The page sees a cookie for each link that was opened, and names their States; it shows nothing of
what they answered before somebody has said in this browser, for twelve hours, that all are theirs.
"""

import time

from django.conf import settings
from django.core.signing import b62_decode, b62_encode, get_cookie_signer
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from delegations.models.erasure import have_links_ended
from delegations.office.access import OPEN_FOR, keyed_digests
from delegations.office.public_pages import show_as_released
from invitations.letters.released import held_for_each_state
from invitations.models import Invitation, ReplyLink
from invitations.text.spellings import normalize_name

TOGETHER_FOR = 12 * 3600  # seconds
MOST_STATES = 60
# Names and marks are short: those of all Member States go into the one header that servers take.
MARK_BYTES = 9


def cookie_prefix() -> str:
    """Return how the cookies' names begin; over TLS so that no page without TLS can set them."""
    return f"{'__Secure-' * settings.SESSION_COOKIE_SECURE}s-"


def consent_cookie_name() -> str:
    return f"{cookie_prefix()}together"


def set_for_several(response: HttpResponse, name: str, value: str, max_age: int) -> None:
    """Send the cookie to the page of several States alone."""
    response.set_cookie(
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
    now = b62_encode(int(time.time()))
    set_for_several(response, name, f"{now}.{held_digests(link.token, now)[0]}", OPEN_FOR)


def held_digests(token: str, opened_at: str) -> list[str]:
    """Return keyed digests of a token and of when its link was opened; the first is the mark."""
    return keyed_digests("delegations.office.several_states", f"{opened_at} {token}", MARK_BYTES)


def answer_together(response: HttpResponse) -> None:
    name = consent_cookie_name()
    signed = get_cookie_signer(salt=name).sign("yes")
    set_for_several(response, name, signed, TOGETHER_FOR)


def answers_together(request: HttpRequest) -> bool:
    name = consent_cookie_name()
    return request.get_signed_cookie(name, None, max_age=TOGETHER_FOR) is not None


def forget_all(request: HttpRequest, response: HttpResponse) -> None:
    """Let the browser forget what it held for the page; each link still opens its own office."""
    for name in request.COOKIES:
        if name.startswith(cookie_prefix()):
            forget_states(response, name)


def forget_states(response: HttpResponse, name: str) -> None:
    response.delete_cookie(name, path=reverse("office:states"), samesite="Lax")


def marks_held(request: HttpRequest) -> dict[int, str]:
    """Return invitations and what marks their links as opened here, those opened last first."""
    oldest, held = int(time.time()) - OPEN_FOR, []
    for name, mark in request.COOKIES.items():
        number = name.removeprefix(cookie_prefix())
        if name != number and number.isascii() and number.isdecimal() and len(number) < 10:
            opened = opened_at(mark)
            if opened > oldest:
                held.append((opened, int(number), mark))
    return {number: mark for _opened, number, mark in sorted(held, reverse=True)}


def opened_at(mark: str) -> int:
    """Return the hour that a mark gives, in seconds; 0 for what is no mark."""
    try:
        return b62_decode(mark.partition(".")[0][:8] or "0")
    except ValueError:
        return 0


def drop_oldest(request: HttpRequest, response: HttpResponse) -> None:
    """Let the browser forget the links beyond those that the page holds."""
    for number in [*marks_held(request)][MOST_STATES:]:
        forget_states(response, f"{cookie_prefix()}{number}")


def holds_too_many(request: HttpRequest) -> bool:
    return len(marks_held(request)) > MOST_STATES


def invitations_held(request: HttpRequest) -> list[Invitation]:
    """Return the invitations that this browser can answer, in the order of their States' names.

    A link that was replaced or has ended, or whose invitation was withdrawn, has dropped out, and
    so have the oldest beyond the number that the page holds.
    """
    held = dict([*marks_held(request).items()][:MOST_STATES])
    links = ReplyLink.objects.current().filter(invitation__in=held)
    issued = links.filter(invitation__status=Invitation.Status.ISSUED).select_related(
        "invitation__minister", "invitation__edition", "invitation__member_state"
    )
    marked = [link for link in issued if is_marked(link, held[link.invitation_id])]
    if not marked:
        return []
    waiting = held_for_each_state()
    shown = [
        show_as_released(link.invitation, waiting(link.invitation.member_state_id))
        for link in marked
    ]
    editions = {one.edition_id: one.edition for one in shown}
    ended = {pk for pk, one in editions.items() if have_links_ended(one, timezone.now())}
    found = [one for one in shown if one.edition_id not in ended]
    return sorted(found, key=lambda one: (normalize_name(str(one.member_state)), one.pk))


def is_marked(link: ReplyLink, mark: str) -> bool:
    now, _dot, digest = mark.partition(".")
    return any(constant_time_compare(digest, one) for one in held_digests(link.token, now))
