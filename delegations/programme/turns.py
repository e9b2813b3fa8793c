"""Turns: who speaks when in a session, and who before and after whom."""

import datetime as dt
from collections.abc import Iterator
from typing import NamedTuple

from delegations.models import HighLevelSession, SpeakingSlot


class Turn(NamedTuple):
    """A place and its hours, if each who speaks before keeps the minutes given."""

    slot: SpeakingSlot
    begins_at: dt.datetime
    ends_at: dt.datetime


def turns_in(session: HighLevelSession, beside: SpeakingSlot | None = None) -> Iterator[Turn]:
    """Yield the turns of who speaks today, in order, and that of a place ``beside`` them.

    A place whose State is heard no more takes no time.
    """
    begins_at = session.starts_at
    standing = set(session.slots.standing().values_list("pk", flat=True))
    slots = session.slots.select_related("delegation__member_state", "delegation__statement")
    for slot in slots.order_by("position"):
        if slot.pk not in standing and slot != beside:
            continue
        minutes = slot.minutes if slot.pk in standing else 0
        ends_at = begins_at + dt.timedelta(minutes=minutes)
        yield Turn(slot, begins_at, ends_at)
        begins_at = ends_at


class Neighbours(NamedTuple):
    before: Turn | None
    own: Turn
    after: Turn | None


def neighbours_of(slot: SpeakingSlot) -> Neighbours:
    """Return who speaks right before and after the place, with the hours of all three."""
    turns = [None, *turns_in(slot.session, beside=slot), None]
    at = next(n for n, turn in enumerate(turns) if turn and turn.slot == slot)
    own = turns[at]
    assert own is not None  # noqa: S101 -- found by its slot
    return Neighbours(turns[at - 1], own, turns[at + 1])
