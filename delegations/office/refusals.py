"""Pages that refuse a request, and show again what was typed."""

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from delegations.office.page import activate_address_language, csrf_refusal
from delegations.office.request_limits import LARGEST_TYPED, content_length
from invitations.models import ForumEdition, Invitation

# What a form brings along that nobody typed.
NOT_TYPED = ("csrfmiddlewaretoken", "language")
HIDDEN = ("invitation", "form_key", "seen", "step", "from")


def link_not_held(request: HttpRequest) -> HttpResponse:
    """Say how to get in, and keep on the page what was typed meanwhile."""
    activate_address_language(request)
    shown: dict[str, Any] = {"edition": ForumEdition.objects.current()}
    if content_length(request) > LARGEST_TYPED:
        shown["had_files"] = True
    elif refusal := csrf_refusal(request):
        return refusal
    else:
        shown |= {"typed": typed_values(request.POST), "had_files": bool(request.FILES)}
    return render(request, "office/not_held.html", shown, status=404)


def gone_page(
    request: HttpRequest, invitation: Invitation, reason: str, **more: object
) -> HttpResponse:
    page = {"invitation": invitation, "edition": invitation.edition, "reason": reason, **more}
    return render(request, "office/gone.html", page, status=410)


def gone_page_with_typed(
    request: HttpRequest, invitation: Invitation, reason: str, **more: Any
) -> HttpResponse:
    """Say why the page takes nothing; what was typed meanwhile is shown, to be copied."""
    if request.method == "POST" and not csrf_refusal(request):
        typed = typed_values(request.POST)
        more["typed"] = [value for name, value in typed if value and name not in HIDDEN]
    return gone_page(request, invitation, reason, **more)


def typed_values(posted: QueryDict) -> list[tuple[str, str]]:
    typed = [(name, values) for name, values in posted.lists() if name not in NOT_TYPED]
    return [(name, value) for name, values in typed for value in values]
