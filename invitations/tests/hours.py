"""Hours of sessions that move, and what the mails of it say to an office's calendar."""

import datetime as dt

import icalendar

from invitations.models import SessionHours
from invitations.tests.reading import message_of
from invitations.tests.reminding import geneva

HOUR = dt.timedelta(hours=1)
MONDAY = geneva(8)


def move(segment="opening", by=HOUR, at=MONDAY, **fields):
    """Publish other hours, as the second approval of a session does."""
    for session in SessionHours.objects.filter(segment=segment):
        session.starts_at, session.ends_at = session.starts_at + by, session.ends_at + by
        session.published_at = at
        for name, value in fields.items():
            setattr(session, name, value)
        session.save()


def mails(invitation):
    return invitation.letters.in_force().filter(kind="calendar").order_by("pk")


def events_in(letter):
    """Return (method, title, SEQUENCE) of each event of the letter's mail."""
    found = []
    for part in message_of(letter).iter_attachments():
        calendar = icalendar.Calendar.from_ical(part.get_content())
        title = "WSIS Forum 2027: "
        found += [
            (str(calendar["METHOD"]), event["SUMMARY"].removeprefix(title), event["SEQUENCE"])
            for event in calendar.events
        ]
    return found
