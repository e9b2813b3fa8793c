"""What an office's calendar is to hold, what it was told, and what is new in between."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.core.serializers.json import DjangoJSONEncoder
from django.utils import translation

from invitations.models import (
    ANSWERS_BRINGING,
    CalendarEntry,
    ForumEdition,
    Invitation,
    Letter,
    Reply,
    SessionHours,
)

# A session; or None, the days of the Track, for whom no session of the chosen segments is known.
Session = SessionHours | None


class Event(NamedTuple):
    """An event of an office, with the SEQUENCE that it has from now on."""

    session: Session
    sequence: int
    is_new: bool
    is_cancelled: bool = False
    # Whether the office was told of it, with another hour, place or title.
    is_changed: bool = False


class OfficeCalendar(NamedTuple):
    """The events that stand, and those that were told and stand no more."""

    standing: list[Event]
    cancelled: list[Event]

    @property
    def changes(self) -> list[Event]:
        return [*(event for event in self.standing if event.is_new), *self.cancelled]


def office_calendar(invitation: Invitation) -> OfficeCalendar:
    """Return the calendar by the reply that stands, beside what the office was told last."""
    hours = SessionHours.objects.taking_place().filter(edition=invitation.edition_id)
    return compare_calendar(
        sessions_of_reply(hours, invitation.replies.standing().first(), invitation.edition),
        list(invitation.calendar_entries.with_letters()),
        invitation.edition,
    )


def specimen_calendar(edition: ForumEdition) -> OfficeCalendar:
    """Return what an office would have that chose each segment."""
    hours = list(SessionHours.objects.taking_place().filter(edition=edition))
    return OfficeCalendar([Event(one, 0, is_new=True) for one in hours or [None]], [])


def sessions_of_reply(
    hours: Iterable[SessionHours], reply: Reply | None, edition: ForumEdition
) -> list[Session]:
    """Return the sessions of the segments that the reply chose, or the days if there is none.

    While the edition is postponed, nothing of it stands in a calendar.
    """
    if edition.postponed_at or reply is None or reply.answer not in ANSWERS_BRINGING:
        return []
    return [one for one in hours if one.segment in reply.segments] or [None]


def compare_calendar(
    wanted: Sequence[Session], entries: Sequence[CalendarEntry], edition: ForumEdition
) -> OfficeCalendar:
    """Return the wanted events and those that fall away, each with its SEQUENCE.

    The entries are the invitation's, the latest last.
    """
    told = {
        entry.session: entry for entry in entries if entry.letter.state != Letter.State.CANCELLED
    }
    highest: dict[Session, int] = {}
    for entry in entries:
        highest[entry.session] = max(entry.sequence, highest.get(entry.session, 0))

    def next_one(session: Session) -> int:
        return highest[session] + 1 if session in highest else 0

    def standing(session: Session) -> Event:
        before = told.get(session)
        if before and is_up_to_date(before, edition):
            return Event(session, before.sequence, is_new=False)
        is_changed = before is not None and not before.is_cancelled
        return Event(session, next_one(session), is_new=True, is_changed=is_changed)

    fallen = [
        session
        for session, entry in told.items()
        if not entry.is_cancelled and session not in wanted
    ]
    return OfficeCalendar(
        [standing(session) for session in wanted],
        [Event(session, next_one(session), is_new=True, is_cancelled=True) for session in fallen],
    )


def is_up_to_date(entry: CalendarEntry, edition: ForumEdition) -> bool:
    """Whether the event stands in the office's calendar as it would be told today."""
    if entry.is_cancelled:
        return False
    return entry.said in ("", hash_of_event(entry.session, edition, entry.letter.language))


def hash_of_event(session: Session, edition: ForumEdition, language: str) -> str:
    """Return the hash of hours or days, place and title of the event in that language.

    Its description and address on the web are not in it: for them alone no office is written to.
    """
    with translation.override(language):
        said: list[object] = [edition.name, edition.venue]
        if session:
            said += [session.starts_at, session.ends_at, session.room, session.title]
        else:
            said += [edition.track_opens_on, edition.track_closes_on]
            # What was told before there were own names says the same without one.
            said += filter(None, [edition.track_name])
    return hashlib.sha256(DjangoJSONEncoder().encode(said).encode()).hexdigest()


def entries_of(letter: Letter, calendar: OfficeCalendar) -> list[CalendarEntry]:
    """Return a row for each event of the letter."""
    invitation = letter.invitation
    return [
        CalendarEntry(
            invitation_id=invitation.pk,
            session=event.session,
            letter_id=letter.pk,
            sequence=event.sequence,
            said=hash_of_event(event.session, invitation.edition, letter.language),
            is_cancelled=event.is_cancelled,
        )
        for event in (*calendar.standing, *calendar.cancelled)
    ]
