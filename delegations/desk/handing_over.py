"""The page on which an invitation is handed over to a successor in office."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from delegations.desk.offers import HANDS_OVER
from delegations.desk.page_arguments import desk_page
from delegations.models import Delegate, Delegation, PolicyStatement
from invitations.admin.answers import ANSWERS_IN_SHORT
from invitations.admin.base import user_of
from invitations.admin.corrections.reasons import reason_brought
from invitations.admin.list_columns import on_day, state_url
from invitations.audit import Act, save_new
from invitations.forms.corrections import HandOverForm, NewMinisterForm
from invitations.letters.planning import standing_letter
from invitations.models import Invitation, Minister
from invitations.outbox.corrections.succession import (
    ask_to_hand_over,
    other_invitations,
    reason_not_to_hand_over,
)

ONE_OF_THEM = gettext_lazy(
    "Somebody on file is chosen, and another name is typed below: leave one of the two empty."
)


@desk_page(*HANDS_OVER)
def hand_over_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask who takes office, and what becomes of what is on file; a POST asks for the hand-over."""
    found = Invitation.objects.select_related("edition", "member_state", "minister__member_state")
    invitation = get_object_or_404(found, pk=pk)
    back = state_url(invitation.edition, invitation.member_state)
    if why := reason_not_to_hand_over(invitation):
        messages.error(request, why)
        return redirect(back)
    on_file = what_is_on_file(invitation, user_of(request))
    form = HandOverForm(
        request.POST or None,
        invitation=invitation,
        asks=what_is_asked(invitation, on_file),
        initial={
            "successor": named_successor(request, invitation),
            "reason": reason_brought(request, [invitation.minister_id]),
        },
    )
    new = NewMinisterForm(request.POST or None, before=invitation.minister)
    if request.method == "POST" and request_hand_over(request, invitation, form, new):
        return redirect(back)
    context = {
        **admin.site.each_context(request),
        "title": _("Hand over to a successor"),
        "invitation": invitation,
        "minister": invitation.minister,
        "state": invitation.member_state,
        "form": form,
        "new": new,
        "elsewhere": invited_elsewhere(invitation),
        "media": form.media + new.media,
        "back": back,
        **on_file,
    }
    return TemplateResponse(request, "admin/desk/hand_over.html", context)


def what_is_on_file(invitation: Invitation, user: User) -> dict[str, Any]:
    """Return letter, answer, delegation and announced speaker, as the page says them.

    Who may not open the list of delegates learns how many are named.
    """
    letter, reply = standing_letter(invitation), invitation.replies.standing().first()
    of_state = Delegation.objects.filter(
        edition=invitation.edition_id, member_state=invitation.member_state_id
    )
    named = Delegate.objects.filter(delegation__in=of_state).order_by("pk")
    announced = PolicyStatement.objects.filter(delegation__in=of_state)
    return {
        "letter": letter,
        "letter_day": on_day(letter.approved_at) if letter else "",
        "answer": ANSWERS_IN_SHORT[reply.answer] if reply else "",
        "answer_day": on_day(reply.received_at) if reply else "",
        "delegation": describe_delegation(named),
        "people": named if user.has_perm("delegations.view_delegate") else [],
        "speaker": announced.values_list("speaker_name", flat=True).first(),
    }


def describe_delegation(named: "QuerySet[Delegate]") -> str:
    """Return how many are named, and that a head is missing; empty where nobody is named."""
    roles = list(named.values_list("role", flat=True))
    if not roles:
        return ""
    people = ngettext("%(count)d person named", "%(count)d people named", len(roles)) % {
        "count": len(roles)
    }
    if Delegate.Role.HEAD in roles:
        return people
    return _("%(people)s; the head of delegation is still to be named") % {"people": people}


def invited_elsewhere(invitation: Invitation) -> list[tuple[str, str]]:
    """Return the other editions to come that invite the person, each with its page of hand-over.

    Nothing leaves to the person there either, once a successor is entered here.
    """
    live = Invitation.objects.filter(minister=invitation.minister_id).exclude(pk=invitation.pk)
    live = live.exclude(status=Invitation.Status.WITHDRAWN)
    to_come = live.filter(edition__closes_on__gte=timezone.localdate()).order_by("pk")
    return [
        (str(one.edition), reverse("desk:hand_over", args=[one.pk]))
        for one in to_come.select_related("edition")
    ]


def what_is_asked(invitation: Invitation, on_file: dict[str, Any]) -> list[str]:
    """Return the questions that make sense: nothing is asked about what is not there."""
    is_there = {
        "reply": on_file["answer"],
        "delegation": on_file["delegation"],
        "principal": invitation.is_principal and other_invitations(invitation).exists(),
    }
    return [name for name, found in is_there.items() if found]


def named_successor(request: HttpRequest, invitation: Invitation) -> int | None:
    named = request.GET.get("successor", "")
    return int(named) if named.isdecimal() else invitation.minister.successor_id


def request_hand_over(
    request: HttpRequest, invitation: Invitation, form: HandOverForm, new: NewMinisterForm
) -> bool:
    """Ask for the hand-over; where it is refused, the form says why."""
    if not form.is_valid() or not (form.cleaned_data["successor"] or new.is_valid()):
        return False
    successor = form.cleaned_data["successor"]
    if successor and new.is_typed:
        form.add_error("successor", ONE_OF_THEM)
        return False
    try:
        with transaction.atomic():
            successor = successor or added(request, new)
            reason = form.cleaned_data["reason"]
            ask_to_hand_over(invitation, successor, form.choices, user_of(request), reason)
    except ValidationError as refusal:
        form.add_error(None, refusal.messages)
        return False
    told = _(
        "The link of %(old)s is dead from now on. A second person releases the hand-over to "
        "%(new)s."
    ) % {"old": invitation.minister, "new": successor}
    messages.success(request, told)
    return True


def added(request: HttpRequest, new: NewMinisterForm) -> Minister:
    minister: Minister = new.instance
    save_new(minister, Act.WRITTEN_FOR_SUCCESSION, user_of(request))
    return minister
