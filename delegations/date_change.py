"""What hangs on the dates of an edition, and the release of a move with its sessions."""

import datetime as dt
from typing import NamedTuple

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, prefetch_related_objects
from django.utils import timezone

from delegations.models import HighLevelSession, SpeakingSlot
from delegations.new_edition import moved_by_the_clock
from invitations.forms.stale_form import lock_rows
from invitations.models import (
    Delivery,
    ForumEdition,
    HeldChange,
    Letter,
    ReminderStep,
    Reply,
    SessionHours,
)
from invitations.models.date_change import ASKED_AGAIN_FOR
from invitations.outbox.date_change.apply import apply_date_change


@transaction.atomic
def release_move(change: HeldChange, by: User, mark: str, reason: str = "") -> None:
    """Put the move in force, and its sessions on their new days, all at once.

    The two who ask and release have approved the new hours: calendars have them at once.
    """
    move = apply_date_change(change, by, mark, reason)
    days = dt.timedelta(days=move.days)
    if days:
        # Locked before they are read: whoever gives one another hour just now is waited for.
        lock_rows(HighLevelSession, move.sessions)
        sessions = HighLevelSession.objects.filter(edition=move.edition, pk__in=move.sessions)
        shift_sessions(list(sessions.select_related("hours")), days, move.edition)


def shift_sessions(
    sessions: list[HighLevelSession], days: dt.timedelta, edition: ForumEdition
) -> None:
    """Shift what staff plan, and by the same days what calendars have of it."""
    hours = [session.hours for session in sessions if session.hours]
    rows: list[HighLevelSession | SessionHours] = [*sessions, *hours]
    for row in rows:
        row.starts_at = moved_by_the_clock(row.starts_at, days, edition.zone, edition.zone)
        row.ends_at = moved_by_the_clock(row.ends_at, days, edition.zone, edition.zone)
    HighLevelSession.objects.bulk_update(sessions, ["starts_at", "ends_at"])
    now = timezone.now()
    for one in hours:
        one.published_at = now
    SessionHours.objects.bulk_update(hours, ["starts_at", "ends_at", "published_at"])
    keys = [one.pk for one in hours]
    SessionHours.objects.filter(pk__in=keys).update(sequence=F("sequence") + 1)


class MovingSession(NamedTuple):
    """A session, when it begins before and after the move, and whether that is in the Track."""

    session: HighLevelSession
    before: dt.datetime
    after: dt.datetime
    is_outside: bool


class MovingStep(NamedTuple):
    step: ReminderStep
    before: dt.date | None
    after: dt.date | None


class HangsOn(NamedTuple):
    """What hangs on the dates: numbers for who decides, and what moves along."""

    invited: int
    answered: int
    # Whether their offices are asked if these answers hold.
    asks_again: bool
    # Of them, answers that would not be offered any more.
    asked_again: int
    slots: int
    calendars: int
    # Approved letters that name the earlier dates and have not left; and those nobody approved yet.
    kept_back: int
    outdated: int
    sessions: list[MovingSession]
    steps: list[MovingStep]

    @property
    def outside(self) -> int:
        return sum(one.is_outside for one in self.sessions)


def hangs_on(
    edition: ForumEdition, after: ForumEdition, days: int, moving: set[int] | None = None
) -> HangsOn:
    """Return what hangs on the edition's dates, if it becomes ``after`` and sessions move so far.

    ``moving`` names the sessions that move; None is all.
    """
    issued = edition.invitations.issued()
    standing = Reply.objects.standing().filter(invitation__in=issued)
    letters = Letter.objects.filter(invitation__edition=edition, by_original=False)
    frozen = letters.printed()
    sessions = moving_sessions(edition, after, days, moving)
    move = [one.session.pk for one in sessions if one.before != one.after]
    again = asks_again(edition, after)
    not_offered = standing.exclude(answer__in=after.answers_offered)
    return HangsOn(
        invited=issued.count(),
        answered=standing.count(),
        asks_again=again,
        asked_again=not_offered.count() if again else 0,
        slots=SpeakingSlot.objects.standing().filter(session__in=move).count(),
        calendars=issued.filter(calendar_entries__isnull=False).distinct().count(),
        kept_back=frozen.approved()
        .filter(deliveries__in=Delivery.objects.not_left())
        .distinct()
        .count(),
        outdated=frozen.filter(state=Letter.State.COMPOSED).count(),
        sessions=sessions,
        steps=moving_steps(edition, after),
    )


def asks_again(edition: ForumEdition, after: ForumEdition) -> bool:
    """Whether the move asks offices anew: a postponement does not, nor the deadline alone."""
    changed = any(getattr(edition, name) != getattr(after, name) for name in ASKED_AGAIN_FOR)
    return changed and after.postponed_at is None


def moving_sessions(
    edition: ForumEdition, after: ForumEdition, days: int, moving: set[int] | None
) -> list[MovingSession]:
    found = []
    for one in HighLevelSession.objects.taking_place().filter(edition=edition):
        by = days if moving is None or one.pk in moving else 0
        zone = edition.zone
        begins = moved_by_the_clock(one.starts_at, dt.timedelta(days=by), zone, zone)
        day = after.local_date(begins)
        is_outside = not after.track_opens_on <= day <= after.track_closes_on
        found.append(MovingSession(one, one.starts_at, begins, is_outside))
    return found


def moving_steps(edition: ForumEdition, after: ForumEdition) -> list[MovingStep]:
    """Return each step's day before and after, by these days; without a last day, none has one."""
    prefetch_related_objects([edition, after], "quiet_periods")
    found = []
    for step in sorted(edition.reminder_steps.all(), key=lambda step: step.planned_on):
        found.append(MovingStep(step, due_in(step, edition), due_in(step, after)))
    return found


def due_in(step: ReminderStep, edition: ForumEdition) -> dt.date | None:
    step.edition = edition
    return step.due_on if edition.has_last_day else None
