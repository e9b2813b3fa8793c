"""Let nobody to the desk who is not wholly signed in."""

from collections.abc import Callable
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.core.exceptions import ReauthenticationRequired
from allauth.core.internal.httpkit import add_query_params
from django.contrib import messages
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from invitations.admin.reauthentication import UNATTENDED, act_behind
from invitations.audit import acting
from wsis_forum.staff.counting import counted_address
from wsis_forum.staff.provider import asked_at_provider, came_by_provider
from wsis_forum.staff.saved_forms import (
    drop_sent_form,
    form_of_desk,
    keep_act,
    keep_form,
    note_signed_out,
    who_signed_out,
)
from wsis_forum.staff.sessions import (
    follow_session,
    has_second_factor,
    note_use,
    second_factor_given,
    session_is_over,
    user_wholly_signed_in,
)


class HistoryMiddleware:
    """Let the history of what a request changes name who is signed in, and from which address.

    In place of django-auditlog's own, which believes any word in X-Forwarded-For.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        by = request.user if isinstance(request.user, User) else None
        with acting(by, counted_address(request)):
            return self.get_response(request)


class StaffSessionMiddleware:
    """End sessions that are too old, and ask for what is missing: a second factor, a new sign-in.

    On the pages of the account everybody signed in is known, to add a second factor; elsewhere
    only those who have given one. Everything of the desk stands under one address.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.desk = reverse("admin:index")
        self.account = reverse("staff_account")
        self.password = reverse("admin:password_change")
        self.words = reverse("admin:jsi18n")
        self.out = reverse("admin:logout")
        self.out_of_account = reverse("account_logout")

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asked, key = request.user, request.session.session_key
        signs_out = request.method == "POST" and request.path in (self.out, self.out_of_account)
        leaving = asked.pk if signs_out else None
        if not request.path.startswith(self.desk):
            request.user = SimpleLazyObject(lambda: user_wholly_signed_in(request, asked))  # type: ignore[assignment]
        response = self.get_response(request)
        if key and key != request.session.session_key:
            follow_session(key, request.session)
        if request.path.startswith((self.account, self.password)):
            # Secrets and recovery codes stand there.
            add_never_cache_headers(response)
        if signs_out:
            # Whoever comes to the machine next finds no page in its cache.
            response["Clear-Site-Data"] = '"cache"'
        if leaving and SESSION_KEY not in request.session:
            note_signed_out(request, leaving)
        return response

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, named: Any
    ) -> HttpResponse | None:
        """Ask after the check against forged requests: only what its author sent is kept."""
        user = request.user
        if not request.path.startswith(self.desk) or request.path == self.out:
            return None
        if not isinstance(user, User):
            return self._keep_of_signed_out(request)
        if session_is_over(request, user):
            return self._sign_in_again(request, user, _("You were signed out after some time."))
        if not second_factor_given(request, user):
            return self._ask_for_second_factor(request, user)
        if not self._is_unattended(request):
            note_use(request.session)
        drop_sent_form(request)
        return None

    def _is_unattended(self, request: HttpRequest) -> bool:
        """Tell whether a page asks by itself, or for the words of its scripts."""
        by_itself = UNATTENDED in request.GET or request.path == self.words
        return request.method == "GET" and by_itself

    def _ask_for_second_factor(self, request: HttpRequest, user: User) -> HttpResponse | None:
        if has_second_factor(user):
            # It was added in another session: nobody gets past it by one that is older.
            return self._sign_in_again(request, user, _("Sign in with your second factor."))
        if request.path.startswith(self.account):
            return None
        messages.warning(request, _("Add a second factor first: without it the desk is closed."))
        return redirect("mfa_index")

    def _keep_of_signed_out(self, request: HttpRequest) -> HttpResponse | None:
        """Keep a form that stood open while its author signed out in another tab."""
        author = who_signed_out(request)
        if author is None or form_of_desk(request, author) is None:
            return None
        return self._ask_to_sign_in(request, author, _("You have signed out in the meantime."))

    def _sign_in_again(self, request: HttpRequest, user: User, why: str) -> HttpResponse:
        logout(request)
        return self._ask_to_sign_in(request, user, why)

    def _ask_to_sign_in(self, request: HttpRequest, user: User, why: str) -> HttpResponse:
        kept = keep_form(request, user)
        messages.warning(request, why)
        return redirect(add_query_params(reverse("account_login"), {"next": kept}))

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Ask who it is once more where an act wants to know, and lose nothing that was typed."""
        if not isinstance(exception, ReauthenticationRequired):
            return None
        user = request.user
        if not isinstance(user, User):
            return None
        ways = get_adapter().get_reauthentication_methods(user)
        kept = keep_form(request, user)
        keep_act(request, kept, act_behind(exception))
        if came_by_provider(request, user) or not ways:
            return redirect(asked_at_provider(kept))
        return redirect(add_query_params(ways[0]["url"], {"next": kept}))
