"""What was typed is kept while its author says again who it is, and shown to be sent once more."""

from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.urls import reverse

from delegations.office.request_limits import LARGEST_TYPED, content_length
from invitations.admin.reauthentication import format_action
from wsis_forum.staff.sessions import user_wholly_signed_in

KEPT = "saved_form"
SIGNED_OUT = "signed_out"
# What the page that asks again is asked for, and where it goes on.
ASKED_FOR = "asked_for"


def keep_act(request: HttpRequest, then: str, act: tuple[str, int]) -> None:
    """Keep what is to be done at the address, for the pages before it to name."""
    request.session[ASKED_FOR] = {"then": then, "act": act}


def saved_act(request: HttpRequest, then: str) -> str:
    """Return the words of what is to be done at the address; none if nothing was kept for it."""
    asked = request.session.get(ASKED_FOR)
    return format_action(*asked["act"]) if asked and asked["then"] == then else ""


def keep_form(request: HttpRequest, user: User) -> str:
    """Keep what the request would have sent; return the address at which to go on afterwards."""
    if (form := form_of_desk(request, user)) is None:
        return request.get_full_path()
    request.session[KEPT] = form
    return reverse("staff_continue")


def form_of_desk(request: HttpRequest, user: User) -> dict[str, Any] | None:
    """Return what was sent to be kept; a password or a code is not written anywhere."""
    of_account = request.path.startswith(reverse("staff_account"))
    if request.method != "POST" or of_account or any("password" in name for name in request.POST):
        return None
    fields = {name: typed for name, typed in request.POST.lists() if name != "csrfmiddlewaretoken"}
    return {
        "user": user.pk,
        "path": request.get_full_path(),
        "fields": fields,
        "files": bool(request.FILES),
    }


def note_signed_out(request: HttpRequest, pk: int) -> None:
    """Note whose pages may still stand open in other tabs of this browser."""
    request.session[SIGNED_OUT] = pk


def who_signed_out(request: HttpRequest) -> User | None:
    """Return who signed out last in this browser: the author of whatever its pages still send.

    A page that was opened before that person signed in has a token that is refused. Where another
    one signed in since, and was shut out, that one is the author, and nothing is kept.
    """
    if SESSION_KEY in request.session:
        return None
    pk = request.session.get(SIGNED_OUT)
    return User.objects.filter(pk=pk, is_active=True).first() if pk else None


def form_with_old_token(request: HttpRequest) -> dict[str, Any] | None:
    """Return the form of a page of the desk that stood open while its author signed in anew.

    By the origin the browser says that no other site has sent it.
    """
    own = (settings.SITE_URL, f"{request.scheme}://{request.get_host()}")
    of_ours = request.headers.get("Origin") in own and content_length(request) <= LARGEST_TYPED
    if not of_ours or not request.path.startswith(reverse("admin:index")):
        return None
    user = user_wholly_signed_in(request, request.user)
    return form_of_desk(request, user) if user.is_staff else None


def saved_form(request: HttpRequest) -> dict[str, Any] | None:
    """Return the kept form, if this user has typed it."""
    kept: dict[str, Any] | None = request.session.get(KEPT)
    return kept if kept and kept["user"] == request.user.pk else None


def fields_of(form: dict[str, Any]) -> list[tuple[str, str]]:
    return [(name, typed) for name, several in form["fields"].items() for typed in several]


def drop_sent_form(request: HttpRequest) -> None:
    """Keep the form no longer: it is being sent."""
    if request.method == "POST" and KEPT in request.session:
        kept = request.session[KEPT]
        if kept["path"] == request.get_full_path():
            del request.session[KEPT]
