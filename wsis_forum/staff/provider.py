"""The organization's own sign-in: whose account it opens, and when it has seen its person."""

import time

from allauth.account.authentication import get_authentication_records
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal.httpkit import add_query_params
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialLogin
from allauth.socialaccount.providers.base import AuthProcess
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from wsis_forum.staff.saved_forms import ASKED_FOR, KEPT
from wsis_forum.staff.sessions import PROVED_AT, has_second_factor, is_recent


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Open an account of ours by its address, once; believe no old sign-in to be a new one."""
        if sociallogin.state.get("process") != AuthProcess.LOGIN:
            return
        if not sociallogin.is_existing and (user := user_of_proved_address(sociallogin)):
            sociallogin.connect(request, user)
        if request.user == sociallogin.user and not is_recent(proved_at(sociallogin)):
            told = _(
                "The provider does not say that you have just signed in there. "
                "Try again, or ask an administrator for a password."
            )
            messages.error(request, told)
            raise ImmediateHttpResponse(redirect("admin:index"))
        # The session that opens now is a new one.
        for name in (KEPT, ASKED_FOR):
            sociallogin.state[name] = request.session.get(name)


def user_of_proved_address(login: SocialLogin) -> User | None:
    """Return the one user who has the address, unless another person of the provider came by it.

    An administrator gave the address, nobody gives it to oneself: it is no reason to take away the
    password, as django-allauth would.
    """
    proved = [address.email for address in login.email_addresses if address.verified]
    users = list(User.objects.filter(email__iexact=proved[0])[:2]) if proved else []
    if len(users) != 1 or SocialAccount.objects.filter(user=users[0]).exists():
        return None
    return users[0]


def proved_at(login: SocialLogin) -> float:
    """Return when the provider last saw who it is; it may answer from a session of its own."""
    told = (login.account.extra_data.get("id_token") or {}).get("auth_time")
    return min(told, time.time()) if isinstance(told, int | float) else 0


def go_on_after(request: HttpRequest, user: User, login: SocialLogin) -> None:
    """Note in the new session when its person was seen, and what was typed in the one before."""
    get_authentication_records(request, user)[-1][PROVED_AT] = proved_at(login)
    kept = login.state.get(KEPT)
    if kept and kept["user"] == user.pk:
        for name in (KEPT, ASKED_FOR):
            request.session[name] = login.state.get(name)
    request.session.modified = True


def came_by_provider(request: HttpRequest, user: User) -> bool:
    """Tell whether the provider alone has said who it is."""
    methods = {record["method"] for record in get_authentication_records(request, user)}
    return "socialaccount" in methods and not has_second_factor(user)


def asked_at_provider(then: str) -> str:
    """Return the address at which the provider asks who it is, whatever it knows already."""
    asked = {"next": then, "auth_params": "prompt=login&max_age=0"}
    return str(add_query_params(reverse("openid_connect_login", args=["oidc"]), asked))
