import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from invitations.models import Reply
from invitations.replies import record_reply
from invitations.tests.factories import (
    InvitationFactory,
    UserFactory,
)
from invitations.tests.replies.replying import (
    IN_PERSON,
    REGRETS,
    acknowledgements,
    on_paper,
    statuses,
)

pytestmark = pytest.mark.django_db

# Clocks


@pytest.mark.parametrize("behind", [5, 3600])
def test_what_is_said_last_stands_though_the_second_server_s_clock_is_behind(reached, behind):
    invitation, noon = reached(), dt.datetime(2027, 3, 1, 12, tzinfo=dt.UTC)
    with time_machine.travel(noon, tick=False):
        first = record_reply(invitation, IN_PERSON, seen="")

    with time_machine.travel(noon - dt.timedelta(seconds=behind), tick=False):
        second = record_reply(invitation, REGRETS, seen=str(first.pk))

    assert statuses(invitation) == [
        ("in_person", "online", "superseded"),
        ("regrets", "online", "standing"),
    ]
    assert second.received_at == second.recorded_at == noon
    assert list(invitation.replies.all()) == [second, first]
    assert acknowledgements(invitation) == ["answer", "answer"]


@pytest.mark.parametrize(
    ("now", "received"),
    [("2027-03-31 21:59Z", "2027-03-31 21:59"), ("2027-03-31 22:05Z", "2027-03-31 22:30")],
)
def test_a_clock_that_ran_ahead_makes_no_later_reply_late(now, received):
    invitation = InvitationFactory()
    with time_machine.travel("2027-03-31 22:30Z", tick=False):
        record_reply(invitation, IN_PERSON)

    with time_machine.travel(now, tick=False):
        reply = record_reply(invitation, REGRETS)

    assert f"{reply.received_at:%Y-%m-%d %H:%M}" == received
    assert (reply.status, reply.is_late) == (Reply.Status.STANDING, ":59" not in received)


def test_the_hour_at_which_a_reply_is_recorded_never_goes_back():
    invitation, noon = InvitationFactory(), dt.datetime(2027, 3, 1, 12, tzinfo=dt.UTC)
    with time_machine.travel(noon, tick=False):
        record_reply(invitation, IN_PERSON)

    earlier = noon - dt.timedelta(hours=2)
    with time_machine.travel(noon - dt.timedelta(hours=1), tick=False):
        fax = record_reply(invitation, REGRETS, channel="fax", received_at=earlier)

    assert (fax.received_at, fax.recorded_at) == (earlier, noon)


def test_an_hour_is_taken_once_the_invitation_is_held(monkeypatch):
    invitation, noon = InvitationFactory(), dt.datetime(2027, 3, 1, 12, tzinfo=dt.UTC)
    with time_machine.travel(noon, tick=False) as clock:
        held = "invitations.outbox.date_change.reconfirmations.lock_invitation"
        monkeypatch.setattr(held, lambda invitation: clock.shift(dt.timedelta(seconds=3)))

        reply = record_reply(invitation, IN_PERSON)

    assert reply.received_at == reply.recorded_at == noon + dt.timedelta(seconds=3)


def test_an_hour_that_another_server_s_clock_gave_is_now():
    now = dt.datetime(2027, 3, 1, 12, tzinfo=dt.UTC)
    with time_machine.travel(now, tick=False):
        reply = record_reply(
            InvitationFactory(),
            IN_PERSON,
            channel="fax",
            received_at=now + dt.timedelta(seconds=90),
            by=UserFactory(),
        )

    assert reply.received_at == reply.recorded_at == now


def test_a_clock_that_ran_ahead_lets_staff_name_no_hour_of_the_future():
    invitation, noon = InvitationFactory(), dt.datetime(2027, 3, 1, 12, tzinfo=dt.UTC)
    with time_machine.travel(noon + dt.timedelta(days=1), tick=False):
        record_reply(invitation, IN_PERSON)

    with time_machine.travel(noon, tick=False), pytest.raises(ValidationError, match="future"):
        record_reply(invitation, REGRETS, channel="fax", received_at=noon + dt.timedelta(hours=1))


def test_a_paper_received_before_the_contested_one_of_its_channel_takes_no_place(reached):
    invitation = reached()
    record_reply(invitation, IN_PERSON)
    on_paper(invitation, REGRETS)
    yesterday = timezone.now() - dt.timedelta(days=1)

    record_reply(
        invitation, {"answer": "video"}, channel="note_verbale", received_at=yesterday,
        by=UserFactory(),
    )  # fmt: skip

    assert statuses(invitation) == [
        ("in_person", "online", "standing"),
        ("regrets", "note_verbale", "contested"),
        ("video", "note_verbale", "superseded"),
    ]
