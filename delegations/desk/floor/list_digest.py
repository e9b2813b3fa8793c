"""What an open page of the room compares: whether the list is another one by now."""

from collections.abc import Iterable
from typing import Any

from delegations.desk.floor.rows import Room, SpeakerRow
from invitations.forms.stale_form import keyed_digest


def mark_of_floor(room: Room) -> str:
    """Return the digest of what the page says but the hours to come, which go on by themselves."""
    about = [room.title, room.hours, room.place, room.chair]
    to_call = [row._replace(hour="") for row in room.to_call]
    return keyed_digest([*about, *map(words_of_rows, (to_call, room.heard, room.gone))])


def words_of_rows(rows: Iterable[SpeakerRow]) -> list[Any]:
    return [row._replace(slot=row.slot.pk) for row in rows]
