"""The floor: who is called next and when, who has spoken, who was not in the room."""

import datetime as dt
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from delegations.models import HighLevelSession, SpeakingSlot
from delegations.programme.speakers import HEARD_ALREADY
from invitations.forms.stale_form import lock_rows
from invitations.models import ForumEdition
from invitations.text.dates import format_date


class Expected(NamedTuple):
    """A speaker who is still to be called, and the hour at which that is to be expected."""

    slot: Any
    at: dt.datetime


class RunningOrder(NamedTuple):
    """A session as it runs: who is to be called, who has spoken, who speaks no more."""

    to_call: list[Expected]
    heard: list[Any]
    gone: list[Any]
    ends_at: dt.datetime


def running_order(session: HighLevelSession, now: dt.datetime) -> RunningOrder:
    """Return the session's speakers in the order in which they are called, with their hours.

    Who was passed over is called again at the end. Before the first mark hours follow from the
    minutes alone; from then on from the last mark, and on its day no hour to come has passed.
    """
    slots = list(in_places(session))
    heard = sorted((one for one in slots if one.heard_at), key=lambda one: one.heard_at)
    waiting = [one for one in slots if one.comes and not one.heard_at]
    begins = session.as_published.starts_at
    # Who was called in vain comes last; of several, who was called last.
    waiting.sort(key=lambda one: (one.passed_over_at is not None, one.passed_over_at or begins))
    marks = [at for one in slots for at in (one.heard_at, one.passed_over_at) if at]
    at = max(marks, default=begins)
    to_call = []
    for slot in waiting:
        to_call.append(Expected(slot, at))
        at += dt.timedelta(minutes=slot.minutes)
        if marks and not is_day_over(session, now):
            at = max(at, now)
    gone = [one for one in slots if not one.comes and not one.heard_at]
    return RunningOrder(to_call, heard, gone, at)


def is_day_over(session: HighLevelSession, now: dt.datetime) -> bool:
    """Whether nobody is called any more, however late the session has run."""
    edition = session.edition
    return edition.local_date(now) > edition.local_date(session.as_published.ends_at)


def in_places(session: HighLevelSession) -> Any:
    """Return all slots of the session by place, with their numbers and who speaks in them."""
    slots = session.slots.numbered().with_standing().order_by("position")
    return slots.select_related("delegation__member_state", "delegation__statement")


class PlaceOnList(NamedTuple):
    """The place of one State on the list, and when it is to be expected.

    There is no hour once it is heard, after the day of its session, and while no day is known.
    """

    session: HighLevelSession
    number: int
    of: int
    at: dt.datetime | None
    is_heard: bool


def speaking_place(edition: ForumEdition, state: int, now: dt.datetime) -> PlaceOnList | None:
    """Return the place of the State on the list of speakers, if it speaks and has one."""
    slots = SpeakingSlot.objects.standing().in_public_sessions()
    own = slots.filter(session__edition=edition, delegation__member_state=state)
    slot: Any = own.select_related("session__edition", "session__hours").numbered().first()
    if slot is None:
        return None
    order = running_order(slot.session, now)
    hours = {one.slot.pk: one.at for one in order.to_call}
    total = len(order.to_call) + sum(one.comes for one in order.heard)
    is_known = edition.postponed_at is None and not is_day_over(slot.session, now)
    at = hours.get(slot.pk) if is_known else None
    return PlaceOnList(slot.session, slot.number, total, at, slot.heard_at is not None)


def reason_not_to_mark_yet(session: HighLevelSession, now: dt.datetime) -> str:
    """Return why no speaker is marked yet; empty from the first minute of the session's day.

    A session may begin early, and on an earlier day that one person alone has approved so far.
    """
    edition = session.edition
    first = edition.local_date(min(session.starts_at, session.as_published.starts_at))
    if edition.local_date(now) >= first:
        return ""
    told = _(
        "Who has spoken, or is not in the room, can be marked from the day of the session: %(day)s."
    )
    return told % {"day": format_date(first, get_language() or "")}


@transaction.atomic
def note_heard(slot: SpeakingSlot, at: dt.datetime | None = None) -> None:
    """Note that the speaker has spoken; raise ValidationError if that is on file already."""
    slot, at = lock_slot(slot), at or timezone.now()
    refuse_to_mark(slot, at)
    slot.heard_at = at
    slot.save(update_fields=["heard_at"])


@transaction.atomic
def pass_over(slot: SpeakingSlot) -> None:
    """Note that nobody rose when the State was called; it is called again at the end."""
    slot, now = lock_slot(slot), timezone.now()
    refuse_to_mark(slot, now)
    slot.passed_over_at = now
    slot.save(update_fields=["passed_over_at"])


def refuse_to_mark(slot: SpeakingSlot, at: dt.datetime) -> None:
    """Refuse who has spoken already, and whose session is on a later day."""
    if slot.heard_at:
        raise ValidationError(HEARD_ALREADY)
    if reason := reason_not_to_mark_yet(slot.session, at):
        raise ValidationError(reason)


@transaction.atomic
def take_mark_back(slot: SpeakingSlot, mark: str) -> None:
    """Take this mark back, and no other: who was noted by mistake is to be called as before."""
    slot = lock_slot(slot)
    if getattr(slot, mark) is None:
        raise ValidationError(_("No mark is on file: another person has taken it back."))
    setattr(slot, mark, None)
    slot.save(update_fields=[mark])


def lock_slot(slot: SpeakingSlot) -> SpeakingSlot:
    """Lock the slot's session, as whoever moves a speaker does, and return the slot as it is."""
    lock_rows(HighLevelSession, [slot.session_id])
    of_session = SpeakingSlot.objects.select_related("session__edition", "session__hours")
    found = of_session.filter(pk=slot.pk, session=slot.session_id).first()
    if found is None:
        raise ValidationError(HAS_LEFT)
    return found


HAS_LEFT = gettext_lazy("This speaker has no place in this session any more: please look again.")
