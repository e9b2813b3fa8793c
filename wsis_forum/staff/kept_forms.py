"""What was typed is kept while its author says again who it is, and shown to be sent once more."""

from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.urls import reverse

from invitations.admin.reauthentication import act_in_words

KEPT = "kept_form"
# What the page that asks again is asked for, and where it goes on.
ASKED_FOR = "asked_for"


def keep_act(request: HttpRequest, then: str, act: tuple[str, int]) -> None:
    """Keep what is to be done at the address, for the pages before it to name."""
    request.session[ASKED_FOR] = {"then": then, "act": act}


def act_kept(request: HttpRequest, then: str) -> str:
    """Return the words of what is to be done at the address; none if nothing was kept for it."""
    asked = request.session.get(ASKED_FOR)
    return act_in_words(*asked["act"]) if asked and asked["then"] == then else ""


def keep_form(request: HttpRequest, user: User) -> str:
    """Keep what the request would have sent; return the address at which to go on afterwards."""
    if request.method != "POST":
        return request.get_full_path()
    # A password or a code that is typed into a form is not written anywhere.
    of_account = request.path.startswith(reverse("staff_account"))
    if of_account or any("password" in name for name in request.POST):
        return request.get_full_path()
    fields = {name: typed for name, typed in request.POST.lists() if name != "csrfmiddlewaretoken"}
    request.session[KEPT] = {
        "user": user.pk,
        "path": request.get_full_path(),
        "fields": fields,
        "files": bool(request.FILES),
    }
    return reverse("staff_continue")


def kept_form(request: HttpRequest) -> dict[str, Any] | None:
    """Return the kept form, if this user has typed it."""
    kept: dict[str, Any] | None = request.session.get(KEPT)
    return kept if kept and kept["user"] == request.user.pk else None


def drop_sent_form(request: HttpRequest) -> None:
    """Keep the form no longer: it is being sent."""
    if request.method == "POST" and KEPT in request.session:
        kept = request.session[KEPT]
        if kept["path"] == request.get_full_path():
            del request.session[KEPT]
