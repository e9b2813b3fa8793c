"""By what wrong passwords and codes are counted: the account's name and the client's address."""

from typing import Any

from allauth.core import ratelimit
from axes.handlers.proxy import AxesProxyHandler
from django.contrib.auth import user_login_failed
from django.contrib.auth.models import User
from django.http import HttpRequest

from delegations.office.throttle import counted_network
from delegations.office.views.entry import client_address


def counted_name(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """Return the name in one spelling: signing in does not distinguish capitals either."""
    given = credentials or request.POST
    # Django calls the name so, and django-axes as the field of the form.
    typed = given.get("username") or given.get("login") or ""
    # PostgreSQL takes no NUL.
    return str(typed).replace("\0", "").strip().casefold()[:255]


def counted_address(request: HttpRequest) -> str | None:
    """Return the client's address, of IPv6 the first one of its network; None if there is none."""
    if not (request.META.get("REMOTE_ADDR") or "HTTP_X_FORWARDED_FOR" in request.META):
        return None
    counted = counted_network(client_address(request)).partition("/")[0]
    return None if counted == "unknown" else counted


def is_locked(request: HttpRequest, user: User) -> bool:
    """Tell whether too many passwords or codes were wrong; the page says so by itself then."""
    credentials = {"username": user.get_username()}
    if AxesProxyHandler.is_allowed(request, credentials):
        return False
    request.axes_locked_out = True  # type: ignore[attr-defined]
    request.axes_credentials = credentials  # type: ignore[attr-defined]
    return True


def count_wrong_code(request: HttpRequest, user: User) -> None:
    """Count a wrong code as a wrong password is counted."""
    credentials = {"username": user.get_username()}
    user_login_failed.send(sender=__name__, credentials=credentials, request=request)


def forget_wrong_codes(request: HttpRequest, user: User) -> None:
    """Count the account's codes anew, which django-allauth counts from all addresses."""
    ratelimit.clear(request, action="login_failed", key=f"mfa-auth-user-{user.pk}")
