"""What an open page of the room compares: whether the list is another one by now."""

from collections.abc import Iterable
from typing import Any

from delegations.desk.floor.rows import Room, Row
from invitations.forms.stale_form import keyed_digest


def mark_of_room(room: Room) -> str:
    """Return the digest of what the page says but the hours to come, which go on by themselves."""
    about = [room.title, room.hours, room.place, room.chair]
    to_call = [row._replace(hour="") for row in room.to_call]
    return keyed_digest([*about, *map(said, (to_call, room.heard, room.gone))])


def said(rows: Iterable[Row]) -> list[Any]:
    return [row._replace(slot=row.slot.pk) for row in rows]
