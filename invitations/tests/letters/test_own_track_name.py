"""An organization whose ministers speak in a part that is not called High-Level Track."""

import icalendar
import pytest

from invitations.letters.calendar import office_calendar
from invitations.letters.composing_queue import compose_planned
from invitations.letters.context import changed_sessions
from invitations.replies import record_reply
from invitations.tests.reading import message_of
from invitations.tests.reminding import left_by_mail

pytestmark = pytest.mark.django_db


def acknowledged_in(invitation, language):
    invitation.letters.update(language=language)
    reply = record_reply(invitation, {"answer": "in_person"})
    compose_planned()
    return left_by_mail(reply.acknowledgements.get())


@pytest.mark.parametrize(
    ("names", "called"),
    [
        ({"en": "Ministers’ Days", "fr": "Journées des ministres"}, "Journées des ministres"),
        ({}, "Partie de haut niveau"),
    ],
)
def test_a_calendar_calls_the_days_as_the_edition_does(reached, approved_texts, names, called):
    own = {f"edition__track_name_{code}": name for code, name in names.items()}
    office = reached(edition__symbol="woo-2027", **own)

    (part,) = message_of(acknowledged_in(office, "fr")).iter_attachments()

    (event,) = icalendar.Calendar.from_ical(part.get_content()).events
    assert event["SUMMARY"].endswith(called)
    assert part.get_filename() == "woo-2027.ics"


def test_an_office_is_told_another_name_of_the_days(reached, approved_texts):
    office = reached()
    acknowledged_in(office, "en")
    before = office_calendar(office).changes

    office.edition.track_name_en = "Ministers’ Days"
    after = office_calendar(office).changes

    assert before == []
    told = changed_sessions(office.edition, after, "en")
    assert told.startswith("Ministers’ Days: 11–12 May 2027")
