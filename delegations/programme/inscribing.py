"""Inscribe speakers: the statements that offices announced get places on the list."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from delegations.models import HighLevelSession, PolicyStatement, SpeakingSlot
from delegations.programme.order import in_order_of_speaking
from delegations.programme.speakers import (
    HAS_A_PLACE,
    Taken,
    has_room,
    save_in_places,
    who_is_pushed_on,
)
from invitations.forms.stale_form import lock_rows
from invitations.text.dates import comma_list


class Inscribed(NamedTuple):
    """The new places, and why the other statements, by their keys, have none."""

    slots: list[SpeakingSlot]
    refused: dict[int, str]


def inscribe(statement: PolicyStatement, session: HighLevelSession | None = None) -> SpeakingSlot:
    """Give one its place, as ``inscribe_all`` does; raise ValidationError if it gets none."""
    done = inscribe_all([statement], session)
    for reason in done.refused.values():
        raise ValidationError(reason)
    return done.slots[0]


@transaction.atomic
def inscribe_all(
    statements: Iterable[PolicyStatement], session: HighLevelSession | None = None
) -> Inscribed:
    """Give each, in this order, a place in the session, or in the first that it prefers with room.

    There it comes before whoever speaks after it by rank, request and French alphabet; who was
    moved by hand is no measure. One that has a place, or finds no room anywhere, is refused.
    """
    keys = [one.pk for one in statements]
    lists = lock_lists(PolicyStatement.objects.filter(pk__in=keys).values("delegation__edition"))
    joined = ("delegation__edition", "delegation__member_state")
    found = PolicyStatement.objects.with_places().select_related(*joined).in_bulk(keys)
    order = order_among(keys, lists.values())
    done = Inscribed([], {})
    for statement in (found[key] for key in keys if key in found):
        try:
            done.slots.append(put_on_a_list(statement, session, lists, order))
        except ValidationError as refusal:
            done.refused[statement.pk] = " ".join(refusal.messages)
    for one in lists.values():
        one.save()
    return done


def put_on_a_list(
    statement: PolicyStatement,
    session: HighLevelSession | None,
    lists: dict[int, "SessionList"],
    order: dict[int, int],
) -> SpeakingSlot:
    if reason := reason_not_to_inscribe(statement):
        raise ValidationError(reason)
    minutes = statement.delegation.edition.speaking_minutes
    there = list_with_room(statement, session, lists, minutes)
    slot = SpeakingSlot(session=there.session, delegation=statement.delegation, minutes=minutes)
    there.put(slot, there.place_by_order(slot, order))
    return slot


def reason_not_to_inscribe(statement: Any) -> str:
    """Return why one read ``with_places`` gets no place on the list; empty if it may have one."""
    if not statement.is_heard:
        return _("It is not delivered in a session as of today: no place is given.")
    if not statement.lacks_place:
        return str(HAS_A_PLACE)
    return ""


class SessionList:
    """The list of a session that is locked: read once, and saved with all who came to it."""

    def __init__(self, session: HighLevelSession, slots: Sequence[Any]) -> None:
        self.session = session
        self.slots = [*slots]
        self.stood = {one.pk: one.position for one in slots}

    def has_room(self, minutes: int) -> bool:
        speaking = [one.minutes for one in self.slots if one.comes]
        return has_room(self.session, Taken(len(speaking), sum(speaking)), minutes)

    def in_order(self) -> list[SpeakingSlot]:
        """Return who is a measure for others: neither moved by hand, nor speaking no more."""
        return [one for one in self.slots if one.comes and not one.move_reason]

    def place_by_order(self, slot: SpeakingSlot, order: dict[int, int]) -> int:
        """Return the first place behind all who come before it, and before who speaks after it.

        Who was put later since stays before it.
        """
        own = order[slot.delegation_id]
        measures = [
            (order[one.delegation_id], one.position)
            for one in self.in_order()
            if one.delegation_id in order
        ]
        last = max((place for number, place in measures if number < own), default=0)
        later = [place for number, place in measures if number > own and place > last]
        behind_all = max((one.position for one in self.slots), default=0) + 1
        return min(later, default=behind_all)

    def put(self, slot: Any, position: int) -> None:
        for one in who_is_pushed_on(self.slots, position):
            one.position += 1
        slot.position, slot.comes = position, True
        self.slots.append(slot)

    def save(self) -> None:
        moving = {}
        for one in self.slots:
            if one.pk and one.position != self.stood[one.pk]:
                moving[one], one.position = one.position, self.stood[one.pk]
        save_in_places([one for one in self.slots if not one.pk], moving)


def lock_lists(editions: Any) -> dict[int, SessionList]:
    """Lock the sessions of the editions, and return the lists of those that take place, by key."""
    sessions = HighLevelSession.objects.filter(edition__in=editions)
    # All of them, in which a delegation may have a place: two people never give it two.
    lock_rows(HighLevelSession, sessions.values_list("pk", flat=True))
    public = sessions.public()
    slots: dict[int, list[SpeakingSlot]] = {}
    named = ("delegation__edition", "delegation__member_state")
    of_all = SpeakingSlot.objects.filter(session__in=public).with_standing()
    for slot in of_all.select_related(*named):
        slots.setdefault(slot.session_id, []).append(slot)
    return {one.pk: SessionList(one, slots.get(one.pk, [])) for one in public}


def list_with_room(
    statement: PolicyStatement,
    session: HighLevelSession | None,
    lists: dict[int, SessionList],
    minutes: int,
) -> SessionList:
    wanted = [session.pk] if session else [statement.first_choice_id, statement.second_choice_id]
    taking_place = [
        lists[key]
        for key in wanted
        if key in lists and lists[key].session.edition_id == statement.delegation.edition_id
    ]
    if not taking_place:
        raise ValidationError(
            _("No session that takes place in its edition is preferred or chosen: choose one.")
        )
    for one in taking_place:
        if one.has_room(minutes):
            return one
    told = _("There is no room for another speaker: %(sessions)s.")
    named = comma_list([one.session for one in taking_place])
    raise ValidationError(told % {"sessions": named})


def order_among(keys: list[int], lists: Iterable[SessionList]) -> dict[int, int]:
    """Return the number of each delegation, in the order of speaking of all who are compared."""
    there = [slot.delegation_id for one in lists for slot in one.in_order()]
    compared = PolicyStatement.objects.filter(Q(pk__in=keys) | Q(delegation__in=there))
    ordered = in_order_of_speaking(compared).values_list("delegation", flat=True)
    return {delegation: number for number, delegation in enumerate(ordered)}
