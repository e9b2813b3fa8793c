"""For how long a mail whose sender is not proven holds the reminders of whose it says it is.

Such a mail may be the reply, so the next reminder is delayed; it may be forged, so no number of
them silences a State.
"""

import datetime as dt

from invitations.models import Correspondence, Invitation
from invitations.reminders.eligibility import left_since
from invitations.reminders.schedules import Schedule, schedule_of
from invitations.times.calendars import ONE_DAY

WORKING_DAYS = 2


def held_until(invitation: Invitation, now: dt.datetime) -> dt.datetime | None:
    """Return the end of the hold; None if another has held since the last reminder left.

    Call it with the invitation locked.
    """
    held = Correspondence.objects.filter(probably_of=invitation, holds_until__isnull=False)
    last = held.order_by("-recorded_at").first()
    if last and not left_since(invitation, last.recorded_at).exists():
        return None
    schedule = schedule_of(invitation.edition, invitation.member_state)
    today = day = schedule.day_of(now)
    working = 0
    while working < WORKING_DAYS:
        day += ONE_DAY
        working += not schedule.is_quiet(day)
    return before_the_last_day(schedule, now, now + (day - today))


def before_the_last_day(schedule: Schedule, now: dt.datetime, end: dt.datetime) -> dt.datetime:
    """Return the end of a hold that leaves a working day for the reminder before the deadline."""
    if now >= schedule.deadline:
        return end
    last = schedule.day_of(schedule.deadline) - ONE_DAY
    while schedule.is_quiet(last):
        last -= ONE_DAY
    return min(end, max(now, schedule.at(last)))
