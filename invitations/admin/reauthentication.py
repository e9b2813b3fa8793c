"""Ask again who it is before what cannot be taken back; tell what no person has asked for."""

import functools
from collections.abc import Callable
from typing import Any

from allauth.account.internal.flows.reauthentication import is_reauthentication_required
from allauth.core.exceptions import ReauthenticationRequired
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy, ngettext_lazy

# In the address of what a page asks for by itself: it is no sign that anybody is there.
UNATTENDED = "unattended"
# What the page that asks again names: the words behind "You are about to".
ACTS: dict[str, Any] = {
    "approve_letters": ngettext_lazy(
        "approve %(count)d letter", "approve %(count)d letters", "count"
    ),
    "approve_texts": ngettext_lazy(
        "approve %(count)d text or step", "approve %(count)d texts or steps", "count"
    ),
    "print_letters": ngettext_lazy(
        "print %(count)d letter for pouch and post",
        "print %(count)d letters for pouch and post",
        "count",
    ),
    "archive_letters": ngettext_lazy(
        "take %(count)d letter out as a file", "take %(count)d letters out as a file", "count"
    ),
    "release_changes": ngettext_lazy(
        "release %(count)d change", "release %(count)d changes", "count"
    ),
    "release_changes_alone": ngettext_lazy(
        "release %(count)d change alone", "release %(count)d changes alone", "count"
    ),
    "release_tokens": ngettext_lazy(
        "release %(count)d token of the API", "release %(count)d tokens of the API", "count"
    ),
    "make_token": gettext_lazy("make or look at a token of the API"),
    "release_webhooks": ngettext_lazy(
        "release %(count)d webhook", "release %(count)d webhooks", "count"
    ),
    "make_webhook": gettext_lazy("make or look at a webhook, or change its secret"),
    "remove_factors": ngettext_lazy(
        "remove %(count)d second factor", "remove %(count)d second factors", "count"
    ),
    "end_sessions": ngettext_lazy("end %(count)d session", "end %(count)d sessions", "count"),
    "unlink_accounts": ngettext_lazy(
        "unlink %(count)d sign-in", "unlink %(count)d sign-ins", "count"
    ),
    "approve_circular": gettext_lazy("approve the letters of a circular"),
    "export_ministers": gettext_lazy("export ministers and their addresses"),
    "erase_personal_data": gettext_lazy("erase personal data for good"),
    "take_out_lists": gettext_lazy("take a list out as a file"),
    "change_account": gettext_lazy("look at or change an account of staff"),
    "change_password": gettext_lazy("set the password of a member of staff"),
    "change_role": gettext_lazy("look at or change a role of staff"),
    "name_alternate": gettext_lazy("name an alternate, or change the days"),
    "own_factors": gettext_lazy("change your second factors"),
    "own_sessions": gettext_lazy("end sessions of yours"),
}


class AskedFirst(ReauthenticationRequired):
    """Raised where an act wants to know again who it is; says which act, and of how many rows."""

    def __init__(self, act: str, count: int = 0) -> None:
        super().__init__()
        self.act, self.count = act, count


def signed_in_recently(act: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Mark a view or an action of an admin page as ``act``, one of ``ACTS``.

    What was typed is kept meanwhile; how long a sign-in counts, and what becomes of the request,
    is for the site to say.
    """

    def decorator(view: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(view)
        def asked_first(page: Any, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if is_reauthentication_required(request, app="invitations"):
                raise AskedFirst(act, rows_meant(request, *args))
            return view(page, request, *args, **kwargs)

        return asked_first

    return decorator


def rows_meant(request: HttpRequest, *args: Any) -> int:
    """Return of how many rows the request is: those chosen in a list, or shown for approval."""
    if args and isinstance(args[0], QuerySet):
        return args[0].count()
    return len(request.POST.getlist("letters"))


def format_action(act: str, count: int) -> str:
    """Say what is to be done, in the language of the page."""
    return str(ACTS[act] % {"count": count})


def act_behind(exception: ReauthenticationRequired) -> tuple[str, int]:
    """Return the act that asked and its count; all pages that name none are of second factors."""
    if isinstance(exception, AskedFirst):
        return exception.act, exception.count
    return "own_factors", 0
