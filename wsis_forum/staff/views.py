"""Pages of the account that django-allauth does not have, or not in this way."""

from typing import Any

from allauth.account.internal.flows.reauthentication import is_reauthentication_required
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import PasswordChangeView
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from delegations.office.views import errors
from invitations.admin.base import user_of
from invitations.admin.reauthentication import AskedFirst
from wsis_forum.staff.forms import OwnPasswordForm
from wsis_forum.staff.saved_forms import fields_of, form_with_old_token, saved_form
from wsis_forum.staff.sessions import end_session


def account(request: HttpRequest) -> HttpResponse:
    return redirect("mfa_index")


@never_cache
def locked(request: HttpRequest, response: Any, credentials: Any) -> HttpResponse:
    """Say that too many passwords or codes were wrong, the same for names that do not exist."""
    minutes = int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)
    page = render(request, "account/locked.html", {"minutes": minutes}, status=429)
    page["Retry-After"] = str(60 * minutes)
    return page


def change_password(
    request: HttpRequest, extra_context: dict[str, Any] | None = None
) -> HttpResponseBase:
    page = PasswordChangeView.as_view(
        form_class=OwnPasswordForm,
        success_url=reverse("admin:password_change_done"),
        extra_context=admin.site.each_context(request) | (extra_context or {}),
    )
    return page(request)


@never_cache
@login_required
def resend_saved_form(request: HttpRequest) -> HttpResponse:
    """Show what was kept, to be sent by a person: a page that is merely opened changes nothing."""
    kept = saved_form(request)
    if kept is None:
        return redirect("admin:index")
    return form_to_send(request, kept)


def form_to_send(request: HttpRequest, form: dict[str, Any], status: int = 200) -> HttpResponse:
    shown = admin.site.each_context(request) | {"kept": form, "fields": fields_of(form)}
    return render(request, "account/continue.html", shown, status=status)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Show a form of the desk with the token of today, to be sent by a person; refuse others."""
    if form := form_with_old_token(request):
        response = form_to_send(request, form, status=403)
        add_never_cache_headers(response)
        return response
    return errors.csrf_failure(request, reason)


@login_required
def end_sessions_of_mine(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """End one of one's own sessions, or all but this one; to be asked anew, show the list."""
    if is_reauthentication_required(request, app="wsis_forum"):
        raise AskedFirst("own_sessions")
    if request.method != "POST":
        return redirect("usersessions_list")
    mine = UserSession.objects.filter(user=request.user)
    others = mine.exclude(session_key=request.session.session_key)
    chosen = others if pk is None else [get_object_or_404(mine, pk=pk)]
    for session in chosen:
        end_session(session, user_of(request))
    messages.success(request, _("The session is ended.") if pk else _("All others are ended."))
    return redirect("usersessions_list")
