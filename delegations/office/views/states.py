"""One page for a mission that answers for several States."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from delegations.office.access import private_page
from delegations.office.on_file import OnFile, read_several_on_file
from delegations.office.page import format_minister_name, is_staff_looking
from delegations.office.parts import office_parts
from delegations.office.public_pages import announced_edition
from delegations.office.several_states import (
    MOST_STATES,
    answer_together,
    answers_together,
    drop_oldest,
    forget_all,
    holds_too_many,
    invitations_held,
)
from invitations.models import ForumEdition
from invitations.text.dates import format_date


@require_http_methods(["GET", "HEAD", "POST"])
@private_page
def several_states(request: HttpRequest) -> HttpResponse:
    """Name the States, and show what is answered and left once somebody said that all are theirs.

    Nothing is answered here: each answer goes to the page of its own invitation.
    """
    if request.method == "POST":
        return decide_together(request)
    # Staff look at one office after the other, by their own permissions.
    held = [] if is_staff_looking(request) else invitations_held(request)
    is_agreed = answers_together(request)
    filed = read_several_on_file(held) if held and is_agreed else []
    shown = {
        "edition": announced_edition(),
        "held": held,
        "at_most": MOST_STATES if holds_too_many(request) else 0,
        "is_agreed": is_agreed,
        "states": [summary_of_state(one) for one in filed],
        "silent": sum(one.standing is None for one in filed),
    }
    response = render(request, "office/states.html", shown)
    drop_oldest(request, response)
    return response


def decide_together(request: HttpRequest) -> HttpResponse:
    """Keep for twelve hours that the States belong together, or forget them."""
    response = redirect("office:states")
    if request.POST.get("step") == "forget":
        forget_all(request, response)
    elif request.POST.get("step") == "together" and not is_staff_looking(request):
        answer_together(response)
    return response


def summary_of_state(filed: OnFile) -> dict[str, Any]:
    """Return what the page shows of one State: its answer, and what is done and left."""
    invitation = filed.invitation
    answered, *others = office_parts(filed)
    standing, edition = filed.standing, invitation.edition
    return {
        "invitation": invitation,
        "minister_name": format_minister_name(invitation.minister),
        "answer": capfirst(standing.get_answer_display()) if standing else answered.state,
        "contested": answered.state if filed.contested else "",
        "others": others if filed.answers else [],
        "last_day": "" if standing else last_day_in_short(edition),
    }


def last_day_in_short(edition: ForumEdition) -> str:
    """Return the last day to reply, or that one follows; empty once it is over, or rests."""
    if edition.postponed_at:
        return _("The event has been postponed; new dates will be announced.")
    if edition.awaits_last_day:
        return _("A new last day to reply will be announced.")
    if edition.is_stopped or edition.is_late(timezone.now()):
        return ""
    return format_date(edition.last_day, translation.get_language())
