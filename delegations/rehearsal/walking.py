"""Walk the calendar: at each hour at which something may happen, what happens, then one tick.

The clock is that of this process alone, moved from hour to hour; between two hours it goes on.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import NamedTuple

import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from delegations.demonstration.edition import edition_day
from delegations.rehearsal.diary import Diary
from delegations.rehearsal.incoming import Incoming, plan_incoming
from delegations.rehearsal.offices import receive_incoming
from delegations.rehearsal.secretariat import (
    Staff,
    make_rehearsal_staff,
    send_circular,
    work_a_morning,
)
from invitations.inbox.bounces import settle_bounced
from invitations.letters.circulars import invitation_circular
from invitations.letters.composing_queue import compose_planned
from invitations.models import Circular, ForumEdition
from invitations.outbox.dispatch import dispatch_outbox
from invitations.reminders.calendar_updates import update_calendars
from invitations.reminders.planning import queue_reminders
from invitations.reminders.schedules import schedules_by_question
from invitations.times.calendars import ONE_DAY

LETTERS_AT, MORNING_AT = 8, 10
# What rests for an hour, waits for another day, or was put off leaves at one of these.
HOURS_OF_TICKS = (7, 19)
SOON = dt.timedelta(minutes=1)
# These speak of what has happened, and are planned; a replacement is for who is chosen by hand.
CIRCULARS = (Circular.Kind.INVITATION, Circular.Kind.NOTICE, Circular.Kind.CORRIGENDUM)


class Hour(NamedTuple):
    """When the clock stops next, and what is done before its tick."""

    at: dt.datetime
    act: Callable[[], object]


def walk(edition: ForumEdition, seed: str, say: Callable[[str], object]) -> Diary:
    """Walk from the day of the letters to the edition's last day; return what no row keeps."""
    diary, staff = Diary(), make_rehearsal_staff()
    circular = invitation_circular(edition)
    first_on = circular.dated_on
    begins_at = edition_day(edition, first_on, hour=LETTERS_AT)
    leave_at = max(begins_at, circular.planned_at or begins_at)
    incoming = plan_incoming(edition, edition.local_date(leave_at), seed)
    with time_machine.travel(begins_at.astimezone(dt.UTC)) as clock:
        month = 0
        for hour in agenda(edition, first_on, incoming, staff, diary):
            # What took long is not done again: the clock never goes back.
            clock.move_to(max(hour.at.astimezone(dt.UTC), timezone.now()))
            if (today := timezone.localdate(timezone=edition.zone)).month != month:
                month = today.month
                say(f"{today:%Y-%m} …")
            hour.act()
            tick()
    return diary


def tick() -> None:
    """Do what the clock does each minute; no mail to staff, which is of the desk's own day."""
    queue_reminders()
    settle_bounced()
    update_calendars()
    compose_planned()
    dispatch_outbox()


def agenda(
    edition: ForumEdition,
    first_on: dt.date,
    incoming: list[Incoming],
    staff: Staff,
    diary: Diary,
) -> list[Hour]:
    """Return all hours of the walk in order."""
    found = [
        *letters_of_circulars(edition, first_on, staff, diary),
        *mornings(edition, first_on, incoming, staff, diary),
        *due_hours(edition, diary),
    ]
    for sent in incoming:
        found.append(Hour(sent.at, partial(take_incoming, sent, staff, diary)))
        found.append(Hour(sent.at + SOON, nothing))
    begins_at = edition_day(edition, first_on, hour=LETTERS_AT)
    return sorted((hour for hour in found if hour.at >= begins_at), key=lambda hour: hour.at)


def letters_of_circulars(
    edition: ForumEdition, first_on: dt.date, staff: Staff, diary: Diary
) -> Iterator[Hour]:
    """Yield the mornings on which letters are made, and the hour from which they may leave."""
    dated = edition.circulars.filter(kind__in=CIRCULARS, dated_on__gte=first_on)
    for circular in dated.order_by("dated_on", "pk"):
        at = edition_day(edition, circular.dated_on, hour=LETTERS_AT)
        yield Hour(at, partial(send_circular, circular, staff, diary))
        yield Hour(max(at, circular.planned_at or at) + SOON, nothing)


def mornings(
    edition: ForumEdition,
    first_on: dt.date,
    incoming: Iterable[Incoming],
    staff: Staff,
    diary: Diary,
) -> Iterator[Hour]:
    """Yield the hours of each day, one of them with the work of staff unless it is a quiet day."""
    day = first_on
    while day <= edition.closes_on:
        for hour in HOURS_OF_TICKS:
            yield Hour(edition_day(edition, day, hour), nothing)
        if not edition.is_quiet(day):
            work = partial(work_a_morning, staff, diary, incoming)
            yield Hour(edition_day(edition, day, MORNING_AT), work)
        day += ONE_DAY


def due_hours(edition: ForumEdition, diary: Diary) -> Iterator[Hour]:
    """Yield when each step is due, by the edition's calendar and by each State's own."""
    for schedules in schedules_by_question(edition).values():
        for state, schedule in schedules.items():
            for due in (*schedule.mails, *schedule.calls):
                at = schedule.at(due.day, due.step.hour)
                note = partial(diary.note_unreminded, edition, at) if state is None else nothing
                yield Hour(at + SOON, note)


def take_incoming(sent: Incoming, staff: Staff, diary: Diary) -> None:
    """Take what an office sends; a refusal is what its page or the desk would show."""
    try:
        receive_incoming(sent, staff.drafter)
    except ValidationError as refusal:
        diary.note_refusal(sent.invitation, refusal.messages[0])


def nothing() -> None:
    """Let only the tick happen."""
