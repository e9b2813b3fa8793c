"""Turns: who speaks before and after whom, with the hours of the room."""

import datetime as dt
from typing import NamedTuple

from delegations.models import HighLevelSession, SpeakingSlot
from delegations.programme.calling import running_order


class Turn(NamedTuple):
    """A place and its hours, as far as they are known or to be expected."""

    slot: SpeakingSlot
    begins_at: dt.datetime
    ends_at: dt.datetime


def turns_in(session: HighLevelSession, now: dt.datetime) -> list[Turn]:
    """Return the turns of who has spoken and who is to be called, in this order."""
    order = running_order(session, now)
    heard = [Turn(one, one.heard_at - lasts(one), one.heard_at) for one in order.heard]
    return [*heard, *(Turn(one.slot, one.at, one.at + lasts(one.slot)) for one in order.to_call)]


def lasts(slot: SpeakingSlot) -> dt.timedelta:
    return dt.timedelta(minutes=slot.minutes)


class NeighbouringSpeakers(NamedTuple):
    before: Turn | None
    own: Turn
    after: Turn | None


def neighbours_of(slot: SpeakingSlot, now: dt.datetime) -> NeighbouringSpeakers:
    """Return who speaks right before and after the place, with the hours of all three.

    A place whose State is heard no more takes no time.
    """
    turns = turns_in(slot.session, now)
    at = next((number for number, one in enumerate(turns) if one.slot == slot), None)
    if at is None:
        at = sum(one.slot.position < slot.position for one in turns)
        begins_at = turns[at - 1].ends_at if at else slot.session.as_published.starts_at
        turns.insert(at, Turn(slot, begins_at, begins_at))
    around = [None, *turns, None]
    return NeighbouringSpeakers(around[at], turns[at], around[at + 2])
