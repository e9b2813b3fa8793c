"""Inscribe speakers: the statement that an office announced gets a place on the list."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, Q
from django.utils.translation import gettext as _

from delegations.models import HighLevelSession, PolicyStatement, SpeakingSlot
from delegations.programme.speakers import (
    HAS_A_PLACE,
    has_room,
    in_order_of_speaking,
    next_place,
    place_speaker,
)
from invitations.forms.seen import lock_rows
from invitations.text.dates import comma_list


@transaction.atomic
def inscribe(statement: PolicyStatement, session: HighLevelSession | None = None) -> SpeakingSlot:
    """Give the statement a place in the session, or else in the first that it prefers with room.

    There it comes before whoever speaks after it by rank, request and French alphabet; who was
    moved by hand is no measure. Raise ValidationError if it has a place, or nowhere is room.
    """
    edition = statement.delegation.edition
    # All of them, in which its delegation may have a place: two people never give it two.
    lock_rows(HighLevelSession, edition.sessions.values_list("pk", flat=True))
    if because := why_not_inscribed(PolicyStatement.objects.with_places().get(pk=statement.pk)):
        raise ValidationError(because)
    slot = SpeakingSlot(delegation=statement.delegation, minutes=edition.speaking_minutes)
    slot.session = session_with_room(statement, session, slot.minutes)
    slot.position = place_by_order(statement, slot.session)
    place_speaker(slot)
    return slot


def why_not_inscribed(statement: Any) -> str:
    """Return why one read ``with_places`` gets no place on the list; empty if it may have one."""
    if not statement.is_heard:
        return _("It is not delivered in a session as of today: no place is given.")
    if not statement.lacks_place:
        return str(HAS_A_PLACE)
    return ""


def session_with_room(
    statement: PolicyStatement, session: HighLevelSession | None, minutes: int
) -> HighLevelSession:
    wanted = [session] if session else [statement.first_choice, statement.second_choice]
    public = HighLevelSession.objects.public().filter(edition=statement.delegation.edition_id)
    taking_place = [one for one in wanted if one and public.contains(one)]
    if not taking_place:
        raise ValidationError(
            _("No session that takes place in its edition is preferred or chosen: choose one.")
        )
    for one in taking_place:
        if has_room(one, minutes):
            return one
    told = _("There is no room for another speaker: %(sessions)s.")
    raise ValidationError(told % {"sessions": comma_list(taking_place)})


def place_by_order(statement: PolicyStatement, session: HighLevelSession) -> int:
    """Return the first place behind all who come before it, and before who speaks after it.

    Whoever speaks no more is no measure, and who was put later since stays before it.
    """
    in_order = session.slots.standing().filter(moved_because="")
    there = PolicyStatement.objects.filter(
        Q(pk=statement.pk) | Q(delegation__in=in_order.values("delegation"))
    )
    order = list(in_order_of_speaking(there).values_list("delegation", flat=True))
    own = order.index(statement.delegation_id)
    before = in_order.filter(delegation__in=order[:own]).aggregate(last=Max("position"))["last"]
    later = in_order.filter(delegation__in=order[own + 1 :], position__gt=before or 0)
    first = later.order_by("position").values_list("position", flat=True).first()
    return next_place(session) if first is None else first
