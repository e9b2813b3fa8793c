"""Acknowledgements that a slow server keeps, while the hours that they tell move."""

import pytest
import time_machine

from invitations.letters.composing_queue import compose_planned
from invitations.models import Letter
from invitations.outbox.dispatch import dispatch_outbox
from invitations.reminders.calendar_updates import update_calendars
from invitations.replies import record_reply
from invitations.tests.factories import HoursFactory
from invitations.tests.hours import HOUR, events_in, mails, move
from invitations.tests.reminding import geneva

pytestmark = pytest.mark.django_db

# The Track opens two days later.
SUNDAY = geneva(9, month=5)


@pytest.fixture
def clock():
    with time_machine.travel(SUNDAY, tick=False) as clock:
        yield clock


@pytest.fixture
def greylisted(clock, peer, edition, reached, approved_texts):
    """An office that comes, and whose server put the acknowledgement off until noon."""
    HoursFactory(edition=edition, published_at=geneva(1))
    invitation = reached(edition=edition, minister__to_emails="office@example.org")
    peer.answers["DOT"] = "450 4.2.0 Greylisted"
    record_reply(invitation, {"answer": "in_person", "segments": ["opening"]})
    compose_planned()
    dispatch_outbox()
    peer.answers.clear()
    waiting = acknowledgements(invitation).get().deliveries.filter(state="deferred")
    assert waiting.update(not_before=SUNDAY + 3 * HOUR) == 1
    return invitation


def acknowledgements(invitation):
    return invitation.letters.filter(kind="acknowledgement").order_by("pk")


def hours_move(clock, at=SUNDAY + HOUR):
    move(at=at)
    clock.move_to(at + HOUR)
    assert update_calendars() == 1
    compose_planned()
    dispatch_outbox()


def test_an_acknowledgement_that_newer_hours_overtook_is_written_with_these(clock, greylisted):
    hours_move(clock)
    assert mails(greylisted).get().deliveries.get().state == "handed_over"

    clock.move_to(SUNDAY + 3 * HOUR)
    dispatch_outbox()
    compose_planned()
    dispatch_outbox()

    stale, told = acknowledgements(greylisted)
    assert (stale.state, stale.deliveries.get().handed_over_at) == (Letter.State.CANCELLED, None)
    assert told.deliveries.get().state == "handed_over"
    assert events_in(stale) == [("PUBLISH", "Opening segment", 0)]
    assert events_in(told) == [("PUBLISH", "Opening segment", 1)]
    assert told.reply == stale.reply
    assert update_calendars() == 0


def test_while_the_newer_hours_wait_too_the_acknowledgement_leaves_first(clock, peer, greylisted):
    peer.answers["DOT"] = "450 4.2.0 Greylisted"
    hours_move(clock)
    peer.answers.clear()

    clock.move_to(SUNDAY + 5 * HOUR)
    dispatch_outbox()

    assert acknowledgements(greylisted).get().deliveries.get().state == "handed_over"
    assert mails(greylisted).get().deliveries.get().state == "handed_over"


def test_who_is_in_copy_gets_the_acknowledgement_that_the_office_has(clock, greylisted):
    acknowledgement = acknowledgements(greylisted).get()
    acknowledgement.deliveries.create(
        address="mission@example.org", state="handed_over", handed_over_at=SUNDAY
    )
    hours_move(clock)

    clock.move_to(SUNDAY + 3 * HOUR)
    dispatch_outbox()

    states = acknowledgement.deliveries.values_list("state", flat=True)
    assert set(states) == {"handed_over"}
