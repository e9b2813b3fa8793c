"""The page of an edition's personal data: what goes when, what that waits for, what has gone."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from delegations.admin.erasures import format_effect, format_links
from delegations.desk.erasure.erasing import (
    ask_for_erasure,
    reason_not_to_erase_edition,
    take_back_erasure,
)
from delegations.desk.erasure.kinds import count_left, format_counts
from delegations.desk.erasure.owed import owed_in_words
from delegations.desk.page_arguments import desk_page
from delegations.models import Erasure
from invitations.admin.base import user_of
from invitations.admin.list_columns import at_hour, change_url
from invitations.admin.reauthentication import signed_in_recently
from invitations.forms.action_forms import ReasonForm
from invitations.models import ForumEdition
from invitations.text.dates import running_text

MAY_LOOK = "delegations.view_erasure"
MAY_ERASE = "delegations.erase_personal_data"


@never_cache
@desk_page(MAY_LOOK)
def erasure_page(request: HttpRequest, symbol: str) -> HttpResponse:
    """Show what goes and when; a POST asks for it at once, by who may, with a reason."""
    edition = get_object_or_404(ForumEdition, symbol=symbol)
    erases = request.user.has_perm(MAY_ERASE)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and erases and form.is_valid():
        if "take_back" in request.POST:
            return taken_back(request, edition, form)
        return ask_erasure(None, request, edition, form)
    return show_erasure_page(request, edition, form if erases else None)


def show_erasure_page(
    request: HttpRequest, edition: ForumEdition, form: ReasonForm | None
) -> HttpResponse:
    under_way = edition.erasures.under_way().first()
    context = {
        **admin.site.each_context(request),
        "title": _("Personal data of %(edition)s") % {"edition": edition},
        "edition": edition,
        "edition_url": change_url(edition),
        "may_change": request.user.has_perm("invitations.change_forumedition"),
        "effect": format_effect(edition, get_language()),
        "links": format_links(edition, get_language()),
        "left": format_counts(count_left(edition)),
        "owed": owed_in_words(edition),
        "under_way": under_way and at_hour(under_way.began_at),
        "asked": format_request(under_way),
        "why_not": "" if under_way else reason_not_to_erase_edition(edition),
        "form": form,
        "ended": format_erasures(edition.erasures.exclude(ended_at=None)),
    }
    return TemplateResponse(request, "admin/desk/erasure.html", context)


@signed_in_recently("erase_personal_data")
def ask_erasure(
    _page: None, request: HttpRequest, edition: ForumEdition, form: ReasonForm
) -> HttpResponse:
    try:
        ask_for_erasure(edition, user_of(request), form.cleaned_data["reason"])
    except ValidationError as refusal:
        form.add_error(None, refusal.messages)
        return show_erasure_page(request, edition, form)
    messages.success(request, _("It is erased in an hour. Until then it can be taken back here."))
    return HttpResponseRedirect(request.path)


def taken_back(request: HttpRequest, edition: ForumEdition, form: ReasonForm) -> HttpResponse:
    try:
        take_back_erasure(edition, user_of(request), form.cleaned_data["reason"])
    except ValidationError as refusal:
        messages.error(request, running_text(refusal.messages))
    else:
        messages.success(request, _("It is taken back: nothing was erased."))
    return HttpResponseRedirect(request.path)


def format_request(erasure: Erasure | None) -> dict[str, str]:
    """Return who asked for it, why, and when it begins; nothing once it has begun."""
    if erasure is None or not erasure.can_be_taken_back:
        return {}
    who, begins = str(erasure.asked_by), at_hour(erasure.begins_at)
    return {"who": who, "reason": erasure.reason, "begins": begins}


def format_erasures(erasures: "QuerySet[Erasure]") -> list[dict[str, Any]]:
    return [
        {
            "at": at_hour(one.ended_at),
            "who": str(one.asked_by or _("the machine")),
            "reason": one.reason,
            "what": format_counts(one.counts),
        }
        for one in erasures.select_related("asked_by")
    ]
