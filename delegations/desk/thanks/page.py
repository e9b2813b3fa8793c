"""The page on which it is chosen whom a circular thanks."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from delegations.desk.asked import desk_page
from delegations.desk.thanks.known import Known, all_known
from invitations.admin.answers import MAY_SEE_BOARD
from invitations.admin.base import user_of
from invitations.admin.columns import state_url
from invitations.letters.thanks.choosing import choose_thanked, why_not_chosen
from invitations.models import CAME, SENT_A_TEXT, SPOKE, Circular, ForumEdition, Invitation
from invitations.models.templates import variant_in_words
from invitations.text.dates import comma_list

TEXTS = (SPOKE, CAME, SENT_A_TEXT)


@desk_page("invitations.change_circular", *MAY_SEE_BOARD)
def thanks(request: HttpRequest, pk: int) -> HttpResponse:
    """Show who spoke, came or sent a text; a POST keeps who is ticked, and goes to the audience."""
    circular = get_object_or_404(Circular.objects.select_related("edition"), pk=pk)
    if why := why_not_chosen(circular):
        messages.error(request, why)
        return redirect("admin:invitations_circular_change", circular.pk)
    known, text = all_known(circular.edition), text_asked(request, circular)
    if request.method == "POST" and chosen(request, circular, text, known):
        return redirect("admin:invitations_circular_audience", circular.pk)
    context = {
        **admin.site.each_context(request),
        "title": _("Who is thanked"),
        "has_letters": any(one.thanked_by for one in known),
        "circular": circular,
        "subtitle": comma_list([circular.reference, circular.edition]),
        "text": text,
        "texts": [(one, variant_in_words(one), count_of(known, one)) for one in TEXTS],
        "rows": rows_of(known, circular.edition, ticked_in(request, circular, text)),
    }
    return TemplateResponse(request, "admin/desk/thanks.html", context)


def text_asked(request: HttpRequest, circular: Circular) -> str:
    """Return the text of the address; else the circular's, if it is one of these, or the first."""
    asked = (request.GET.get("text", ""), circular.variant, TEXTS[0])
    return next(one for one in asked if one in TEXTS)


def count_of(known: list[Known], text: str) -> int:
    return sum(one.fits == text for one in known)


def ticked_in(request: HttpRequest, circular: Circular, text: str) -> Callable[[Known], bool]:
    """Return whom to tick: as it was sent, as the circular has them, or at first as it fits."""
    ticked = set(request.POST.getlist("thanked"))
    if request.method != "POST" and text == circular.variant:
        ticked = {str(pk) for pk in circular.chosen.values_list("pk", flat=True)}
    if request.method == "POST" or ticked:
        return lambda one: str(one.invitation.pk) in ticked
    return lambda one: one.fits == text


def rows_of(
    known: list[Known], edition: ForumEdition, is_ticked: Callable[[Known], bool]
) -> list[dict[str, Any]]:
    return [
        {
            "invitation": one.invitation,
            "url": state_url(edition, one.invitation.member_state),
            "facts": comma_list(one.in_words),
            "thanked_by": one.thanked_by,
            "is_fixed": bool(one.thanked_by),
            "is_ticked": is_ticked(one),
        }
        for one in known
    ]


def speakers_in(known: list[Known]) -> dict[int, list[str]]:
    return {one.invitation.pk: one.speaker for one in known if one.speaker is not None}


def chosen(request: HttpRequest, circular: Circular, text: str, known: list[Known]) -> bool:
    """Keep who is ticked; who has its letter by this circular stays, whatever is known by now."""
    ticked = set(request.POST.getlist("thanked"))
    have_it = Invitation.objects.filter(letters__in=circular.letters.in_force())
    named = [
        one.invitation for one in known if not one.thanked_by and str(one.invitation.pk) in ticked
    ]
    try:
        choose_thanked(
            circular, text, [*have_it, *named], user_of(request), speakers=speakers_in(known)
        )
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
        return False
    return True
