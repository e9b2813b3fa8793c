"""The page of one State in one edition."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from delegations.desk.calls import call_form, note_typed_call
from delegations.desk.dossier import Dossier
from delegations.desk.neighbours import neighbours
from delegations.desk.offers import offers
from delegations.desk.page_arguments import desk_page
from delegations.desk.timeline import TimelineLine, timeline
from delegations.desk.waiting import waiting
from invitations.admin.answers import ANSWERS_IN_SHORT
from invitations.admin.base import user_of
from invitations.admin.list_columns import at_hour
from invitations.admin.setup.ministers import address_previews
from invitations.links import grouped_code, reply_url
from invitations.models import Invitation, Language, Letter, Reply
from invitations.text.dates import comma_list, format_date, labelled, left_to_right
from invitations.text.scripts import direction_of_language

SEES_LINKS = "invitations.change_invitation"
STATUS_LABELS = {"draft": "info", "issued": "success", "withdrawn": "danger"}


@desk_page("invitations.view_invitation")
def state_page(request: HttpRequest, symbol: str, iso3: str) -> HttpResponse:
    """Show all that is on file of the State, and what has happened; a POST notes a call."""
    dossier = Dossier(symbol, iso3, user_of(request))
    call = call_form(request, dossier)
    if request.method == "POST" and note_typed_call(request, call):
        return redirect(request.get_full_path())
    context = {
        **admin.site.each_context(request),
        "title": dossier.state.listed_as,
        "edition": dossier.edition,
        "move_waits": dossier.move_waits,
        "last_day": format_date(dossier.edition.last_day, get_language()),
        "last_day_is_over": dossier.edition.is_late(timezone.now()),
        "state": dossier.state,
        "call": call,
        "beside": neighbours(request, dossier),
        "invitations": [invitation_shown(dossier, one) for one in dossier.invitations],
        "missions": dossier.missions,
        "delegation": dossier.delegation,
        "named": dossier.named,
        "statement": dossier.statement,
        "place": place_shown(dossier),
        "waiting": waiting(dossier),
        "timeline": [line_shown(dossier, line) for line in timeline(dossier)],
    }
    return TemplateResponse(request, "admin/desk/state.html", context)


def line_shown(dossier: Dossier, line: TimelineLine) -> dict[str, Any]:
    return {**line._asdict(), "hour": at_hour(line.at, dossier.edition.zone)}


def place_shown(dossier: Dossier) -> dict[str, Any] | None:
    """Return where the State speaks, and when, or that it has spoken."""
    if (place := dossier.place) is None:
        return None
    number = _("%(number)d of %(total)d") % {"number": place.number, "total": place.of}
    return {
        "session": place.session,
        "number": labelled(_("Number on the list"), number),
        "hour": at_hour(place.at, dossier.edition.zone) if place.at else "",
        "is_heard": place.is_heard,
    }


def invitation_shown(dossier: Dossier, invitation: Any) -> dict[str, Any]:
    """Return what the head of the page says of an invitation and its minister."""
    letter = standing(dossier, invitation)
    return {
        "invitation": invitation,
        "minister": invitation.minister,
        "languages": comma_list(
            Language(one).label for one in invitation.minister.languages if one
        ),
        "status": STATUS_LABELS[invitation.status],
        "answer": answer_of(dossier, invitation),
        "letter": letter,
        "printed": addressed_as(invitation, letter),
        "phones": dossier.phones_of(invitation),
        "link": link_of(dossier, invitation),
        "offers": offers(dossier, invitation),
    }


def standing(dossier: Dossier, invitation: Invitation) -> Letter | None:
    """Return the letter that invites: the last approved one, else the last one at work."""
    inviting = [
        letter
        for letter in dossier.of(invitation, dossier.letters)
        if letter.traits.invites and letter.state != Letter.State.CANCELLED
    ]
    approved = [letter for letter in inviting if letter.state == Letter.State.APPROVED]
    return next(iter(approved + inviting), None)


def addressed_as(invitation: Any, letter: Letter | None) -> list[dict[str, Any]]:
    """Return how the letter addressed the minister; before it has words, how it would."""
    if letter and letter.addressee:
        return [
            {
                "language": letter.language,
                "direction": direction_of_language(letter.language),
                "lines": letter.addressee.split("\n"),
            }
        ]
    return [
        {
            "language": one.language,
            "direction": one.direction,
            "lines": [*one.address.lines, one.address.salutation] if one.address else [],
            "refused": one.refused,
        }
        for one in address_previews(invitation.minister)
    ]


def answer_of(dossier: Dossier, invitation: Invitation) -> tuple[str, Any] | None:
    """Return the colour and the words of the standing answer; none of what owes no answer."""
    if invitation.status != Invitation.Status.ISSUED or not dossier.reads(Reply):
        return None
    for reply in dossier.of(invitation, dossier.replies):
        if reply.is_to_confirm:
            return "warning", labelled(_("to be confirmed"), ANSWERS_IN_SHORT[reply.answer])
        if reply.status == Reply.Status.STANDING:
            return "success", ANSWERS_IN_SHORT[reply.answer]
    return ("warning", _("silent")) if invitation.is_principal else None


def link_of(dossier: Dossier, invitation: Any) -> tuple[str, str] | None:
    """Return code and link, for who may see them on the page of the invitation."""
    if not dossier.may(SEES_LINKS) or not invitation.current_links:
        return None
    link = invitation.current_links[0]
    return left_to_right(grouped_code(link.code)), left_to_right(reply_url(link))
