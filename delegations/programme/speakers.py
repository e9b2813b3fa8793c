"""Speakers: their places in a session, and what it has room for."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from auditlog.models import LogEntry
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import (
    Count,
    F,
    Max,
    Sum,
)
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from delegations.models import HighLevelSession, PolicyStatement, SpeakingSlot
from invitations.forms.stale_form import lock_rows

# Where they stand while they make room: no list is so long.
APART = 10_000


def statement_of_slot(slot: SpeakingSlot) -> PolicyStatement | None:
    return getattr(slot.delegation, "statement", None)


@transaction.atomic
def place_speaker(slot: SpeakingSlot) -> None:
    """Save the slot in its place; whoever has to make room moves by one, and history says so."""
    lock_rows(HighLevelSession, [slot.session_id])
    if not stays(slot):
        # Who was called in vain is called in its turn where it stands now.
        slot.passed_over_at = None
        slot.moved_at = timezone.now() if slot.pk else None
    save_in_places([slot], who_makes_room(slot))


def save_in_places(slots: Sequence[SpeakingSlot], moving: dict[SpeakingSlot, int]) -> None:
    """Save the slots, and let others move to these places; history says whence and whither."""
    for slot in those_with_another_place(slots):
        slot.moved_at = timezone.now()
    rows = SpeakingSlot.objects.filter(pk__in=[one.pk for one in moving])
    rows.update(position=F("position") + APART)
    for slot in slots:
        slot.save()
    for one, position in moving.items():
        # An update fires no signal, so that auditlog does not see it by itself.
        moved = {"position": [str(one.position), str(position)]}
        one.position = position
        LogEntry.objects.log_create(one, action=LogEntry.Action.UPDATE, changes=moved)
    SpeakingSlot.objects.bulk_update(moving, ["position"])


def those_with_another_place(slots: Sequence[SpeakingSlot]) -> list[SpeakingSlot]:
    """Return the new ones whose States have a place already, in a session that is called off."""
    new = [one for one in slots if one.pk is None]
    others = SpeakingSlot.objects.filter(delegation__in=[one.delegation_id for one in new])
    placed = {*others.values_list("delegation", flat=True)}
    return [one for one in new if one.delegation_id in placed]


def stays(slot: SpeakingSlot) -> bool:
    """Whether the slot has this place already."""
    place = {"session": slot.session_id, "position": slot.position}
    return SpeakingSlot.objects.filter(pk=slot.pk, **place).exists()


def who_makes_room(slot: SpeakingSlot) -> dict[SpeakingSlot, int]:
    """Return who moves for the slot, and to which place.

    Where it moves to a later place, those between its old and its new one step forward. Else
    whoever stands in its place, and right behind, moves on.
    """
    of_session = SpeakingSlot.objects.filter(session=slot.session_id)
    left = of_session.filter(pk=slot.pk).values_list("position", flat=True).first()
    named = ("delegation__edition", "delegation__member_state")
    others = of_session.exclude(pk=slot.pk).select_related(*named)
    if left is not None and left < slot.position:
        between = others.filter(position__gt=left, position__lte=slot.position)
        return {one: one.position - 1 for one in between}
    return {one: one.position + 1 for one in who_is_pushed_on(others, slot.position)}


def who_is_pushed_on(others: Iterable[SpeakingSlot], position: int) -> list[SpeakingSlot]:
    """Return who stands in the place and right behind, as far as to the next free place."""
    taken = {one.position: one for one in others}
    behind: list[SpeakingSlot] = []
    while one := taken.get(position + len(behind)):
        behind.append(one)
    return behind


@transaction.atomic
def move_to_end(slot: SpeakingSlot, session: HighLevelSession, reason: str) -> None:
    """Let the State speak after all others of the session, its own or another, for this reason."""
    slot = lock_to_move(slot)
    refuse_place_there(slot, session)
    last = next_place(session)
    slot.position = last - 1 if session.pk == slot.session_id else last
    slot.session, slot.move_reason = session, reason
    place_speaker(slot)


@transaction.atomic
def swap_speakers(one: SpeakingSlot, other: SpeakingSlot, reason: str) -> None:
    """Let two States take each other's places, in one session or in two, for this reason."""
    one, other = lock_to_move(one), lock_to_move(other)
    refuse_place_there(one, other.session)
    refuse_place_there(other, one.session)
    SpeakingSlot.objects.filter(pk=one.pk).update(position=APART)
    for slot, place in ((other, one), (one, other)):
        moved = {
            "session": (slot.session_id, place.session_id),
            "position": (slot.position, place.position),
            "move_reason": (slot.move_reason, reason),
            "passed_over_at": (slot.passed_over_at, None),
        }
        said = {name: now for name, (_was, now) in moved.items()}
        SpeakingSlot.objects.filter(pk=slot.pk).update(**said, moved_at=timezone.now())
        # An update fires no signal, so that auditlog does not see it by itself.
        changes = {name: [str(was), str(now)] for name, (was, now) in moved.items() if was != now}
        LogEntry.objects.log_create(slot, action=LogEntry.Action.UPDATE, changes=changes)


def lock_to_move(slot: SpeakingSlot) -> SpeakingSlot:
    """Lock the sessions of the edition, and return the slot as it is; refuse who has spoken."""
    edition = HighLevelSession.objects.filter(slots=slot.pk).values("edition")
    sessions = HighLevelSession.objects.filter(edition__in=edition)
    lock_rows(HighLevelSession, sessions.values_list("pk", flat=True))
    slot = SpeakingSlot.objects.select_related("session").get(pk=slot.pk)
    if slot.heard_at:
        raise ValidationError(HEARD_ALREADY)
    return slot


def refuse_place_there(slot: SpeakingSlot, session: HighLevelSession) -> None:
    """Refuse a session of another edition or called off, and a second place of the State."""
    if session.edition_id != slot.session.edition_id:
        raise ValidationError(OF_ANOTHER_EDITION)
    if session != slot.session and (reason := reason_not_to_add_speakers(session)):
        raise ValidationError(reason)
    others = SpeakingSlot.objects.filter(delegation=slot.delegation_id).exclude(pk=slot.pk)
    if others.filter(session=session).exists():
        raise ValidationError(_("It has a place in that session already."))
    # What was left in a session that is called off comes back by no move.
    if session != slot.session and others.in_public_sessions().exists():
        raise ValidationError(HAS_A_PLACE)


def reason_not_to_add_speakers(session: HighLevelSession) -> str:
    """Return why no speaker gets a place in the session; empty if one may."""
    if HighLevelSession.objects.public().contains(session):
        return ""
    told = _(
        "%(session)s is called off, and nobody gets a place in it. Whoever has one there can be"
        " moved to the end of another session."
    )
    return told % {"session": session}


HAS_A_PLACE = gettext_lazy("It has a place on the list of speakers already.")
HEARD_ALREADY = gettext_lazy("It is on file already that this State has spoken.")
OF_ANOTHER_EDITION = gettext_lazy("This delegation is of another edition than the session.")


def next_place(session: HighLevelSession) -> int:
    last: int | None = session.slots.aggregate(last=Max("position"))["last"]
    return (last or 0) + 1


def what_does_not_fit(session: HighLevelSession) -> list[str]:
    """Return, in sentences, of what the session has too little for who speaks in it today."""
    speaking, lasts = taken_of(session), minutes_of(session)
    told = []
    if speaking.minutes > lasts:
        told.append(
            _("%(session)s: its speakers have %(minutes)d minutes, and it lasts %(lasts)d.")
            % {"session": session, "minutes": speaking.minutes, "lasts": lasts}
        )
    if 0 < session.seats < speaking.number:
        told.append(
            _("%(session)s: it has %(number)d speakers, and speaking slots for %(seats)d.")
            % {"session": session, "number": speaking.number, "seats": session.seats}
        )
    return told


class Taken(NamedTuple):
    number: int
    minutes: int


def taken_of(session: HighLevelSession) -> Taken:
    """Return how many speak in the session today, and for how long together."""
    speaking = session.slots.standing().aggregate(number=Count("pk"), minutes=Sum("minutes"))
    return Taken(speaking["number"], speaking["minutes"] or 0)


def minutes_of(session: HighLevelSession) -> int:
    return (session.ends_at - session.starts_at) // dt.timedelta(minutes=1)


def has_room(session: HighLevelSession, speaking: Taken, minutes: int) -> bool:
    """Whether one more may speak in it for so long; without a number of slots, time decides."""
    has_slot = not session.seats or speaking.number < session.seats
    return has_slot and speaking.minutes + minutes <= minutes_of(session)
