"""Events as calendars read them (RFC 5545): of an office, and of everybody.

Sessions have hours, in UTC: each calendar shows its own. No address in an event is personal.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from icalendar import Calendar, vCalAddress
from icalendar import Event as VEvent

from invitations.letters.calendar import Event, OfficeCalendar, office_calendar
from invitations.letters.released import released_edition, renamed_at
from invitations.models import ForumEdition, Invitation, SessionHours, segment_called
from invitations.text.addresses import address_in_ascii
from invitations.text.dates import comma_list, labelled
from invitations.text.lines import without_unstorable


def track_calendar(invitation: Invitation) -> Calendar:
    """Return what stands for the office, in the active language, as it was released."""
    invitation.edition = released_edition(invitation.edition)
    return calendar_of("PUBLISH", invitation, office_calendar(invitation).standing)


def calendars_to_send(invitation: Invitation, told: OfficeCalendar) -> dict[str, Calendar]:
    """Return the calendars of a letter by file name: what stands, and what falls away."""
    symbol = invitation.edition.symbol
    parts: dict[str, tuple[str, Sequence[Event]]] = {
        f"{symbol}.ics": ("PUBLISH", told.standing),
        f"{symbol}-cancelled.ics": ("CANCEL", told.cancelled),
    }
    return {
        name: calendar_of(method, invitation, events)
        for name, (method, events) in parts.items()
        if events
    }


def calendar_of(method: str, invitation: Invitation, events: Iterable[Event]) -> Calendar:
    edition = invitation.edition
    known = [reply.recorded_at for reply in invitation.replies.standing()] + renamed_at(edition)
    calendar = new_calendar(method, edition)
    for session, sequence, *_new in events:
        event = session_event(edition, session) if session else days_event(edition)
        changed = known + ([session.published_at] if session else [])
        of_session = f"-{session.pk}" if session else ""
        event.add("uid", unique(f"{edition.symbol}-{invitation.pk}{of_session}"))
        event.add("sequence", sequence)
        event.add("last-modified", max(changed, default=timezone.now()).astimezone(dt.UTC))
        event.add("status", "CANCELLED" if method == "CANCEL" else "CONFIRMED")
        calendar.add_component(event)
    return calendar


def public_calendar(edition: ForumEdition) -> Calendar:
    """Return all sessions ever published, also those called off, under UIDs of their own.

    Another name or place of the edition raises the SEQUENCE of each of them, and so does each move:
    what is postponed is called off until there are new dates.
    """
    edition, renamed = released_edition(edition), renamed_at(edition)
    calendar = new_calendar("PUBLISH", edition)
    calendar.add("x-wr-calname", without_unstorable(labelled(edition.name, edition.track)))
    for session in edition.session_hours.all():
        event = session_event(edition, session)
        event.add("uid", unique(f"{edition.symbol}-session-{session.pk}"))
        event.add("sequence", session.sequence + len(renamed))
        changed = max([session.published_at, *renamed])
        event.add("last-modified", changed.astimezone(dt.UTC))
        is_off = session.is_called_off or edition.postponed_at
        event.add("status", "CANCELLED" if is_off else "CONFIRMED")
        calendar.add_component(event)
    return calendar


def new_calendar(method: str, edition: ForumEdition) -> Calendar:
    calendar = Calendar()
    track = edition.track_name_en or "High-Level Track"  # type: ignore[attr-defined]
    calendar.add("prodid", f"-//{settings.NAME}//{track}//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    return calendar


def unique(name: str) -> str:
    return f"{name}@{urlsplit(settings.SITE_URL).hostname}"


def session_event(edition: ForumEdition, session: SessionHours) -> VEvent:
    segment = segment_called(session.segment, edition.own_segments)
    event = new_event(
        edition,
        session.title,
        place=comma_list([session.room, edition.venue]),
        about=[capfirst(segment)] if segment else [],
    )
    event.add("dtstart", session.starts_at.astimezone(dt.UTC))
    event.add("dtend", session.ends_at.astimezone(dt.UTC))
    return event


def days_event(edition: ForumEdition) -> VEvent:
    """Return the days as an event: whoever gets it chose no session whose hours are known."""
    event = new_event(edition, edition.track, place=edition.venue)
    event.add("dtstart", edition.track_opens_on)
    event.add("dtend", edition.track_closes_on + dt.timedelta(days=1))
    return event


def new_event(edition: ForumEdition, title: str, place: str, about: Sequence[str] = ()) -> VEvent:
    """Return an event in the active language, without its hours and its UID."""
    language = {"language": get_language() or "en"}
    public = edition.website or settings.SITE_URL
    event = VEvent()
    event.add("dtstamp", timezone.now())
    event.add("transp", "OPAQUE")
    event.add("summary", without_unstorable(labelled(edition.name, title)), parameters=language)
    event.add("location", without_unstorable(place), parameters=language)
    event.add("organizer", organizer(edition))
    description = "\n".join([*about, labelled(_("Website"), public)])
    event.add("description", without_unstorable(description), parameters=language)
    event.add("url", public)
    return event


def organizer(edition: ForumEdition) -> vCalAddress:
    address = vCalAddress(f"mailto:{address_in_ascii(edition.contact_email)}")
    address.params["CN"] = without_unstorable(edition.contact_name)
    return address
