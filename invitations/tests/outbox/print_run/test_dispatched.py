import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from invitations.letters.planning import enqueue_letter
from invitations.outbox.decisions import dispatch_on_paper
from invitations.tests.factories import (
    DeliveryFactory,
    StepFactory,
    UserFactory,
)
from invitations.tests.outbox.print_run.papers import mission_for
from invitations.times.clocks import CLOCKS_APART

pytestmark = pytest.mark.django_db

# What has left


def test_letter_that_went_by_e_mail_leaves_once_more_on_paper(letter):
    one, clerk, left_at = letter(), UserFactory(), timezone.now()
    DeliveryFactory(letter=one, arrived=True)
    mission_for(one)

    dispatch_on_paper(one, clerk, "", "Pouch 7", left_at)

    on_paper = one.deliveries.get(address="")
    assert (on_paper.channel, on_paper.state, on_paper.reference, on_paper.handed_over_at) == (
        "pouch",
        "handed_over",
        "Pouch 7",
        left_at,
    )
    events = one.events.filter(delivery=on_paper)
    assert [(event.state, event.actor) for event in events] == [
        ("queued", None),
        ("handed_over", clerk),
    ]


def test_letter_is_dispatched_once(letter):
    one = letter()
    mission_for(one)
    dispatch_on_paper(one, UserFactory(), "", "Pouch 7", timezone.now())

    with pytest.raises(ValidationError, match=r"left by pouch already, on .*, reference: Pouch 7"):
        dispatch_on_paper(one, UserFactory(), "pouch", "Pouch 8", timezone.now())

    assert one.deliveries.get().reference == "Pouch 7"


def test_delivery_that_waits_for_the_print_run_is_the_one_that_leaves(letter):
    one = letter()
    enqueue_letter(one)

    dispatch_on_paper(one, UserFactory(), "pouch", "", timezone.now())

    assert [(d.channel, d.state) for d in one.deliveries.all()] == [("pouch", "handed_over")]


def test_letter_that_left_by_pouch_may_leave_by_post_too(letter):
    one = letter()
    dispatch_on_paper(one, UserFactory(), "pouch", "Pouch 7", timezone.now())

    dispatch_on_paper(one, UserFactory(), "post", "RR 1", timezone.now())

    assert one.deliveries.filter(state="handed_over").count() == 2


@pytest.mark.parametrize(
    ("fields", "channel", "ago", "reason"),
    [
        ({}, "", dt.timedelta(), "It has no address"),
        ({}, "email", dt.timedelta(), "by pouch or by post"),
        ({}, "post", -dt.timedelta(hours=1), "not in the future"),
        ({}, "post", dt.timedelta(days=1), "approved later than that"),
        ({"state": "composed", "approved_at": None}, "post", dt.timedelta(), "is not in force"),
    ],
)
def test_letter_that_cannot_have_left_is_not_marked(letter, fields, channel, ago, reason):
    one = letter(**fields)

    with pytest.raises(ValidationError, match=reason):
        dispatch_on_paper(one, UserFactory(), channel, "", timezone.now() - ago)

    assert not one.deliveries.exists()


@pytest.mark.parametrize("apart", [-CLOCKS_APART, CLOCKS_APART])
def test_letter_that_leaves_now_by_the_clock_of_another_server_is_marked(letter, apart):
    one, now = letter(approved_at=timezone.now()), timezone.now()

    with time_machine.travel(now, tick=False):
        dispatch_on_paper(one, UserFactory(), "post", "RR 1", now + apart)

    assert one.deliveries.get().handed_over_at == min(now, now + apart)


def test_letter_of_a_withdrawn_invitation_is_not_marked(letter):
    one = letter()
    one.invitation.status = "withdrawn"
    one.invitation.save()

    with pytest.raises(ValidationError, match="the invitation is not in force"):
        dispatch_on_paper(one, UserFactory(), "post", "", timezone.now())


def test_reminder_is_not_marked(letter, edition):
    step = StepFactory(edition=edition)
    deadline = {"reply_before": edition.reply_before, "leave_before": timezone.now()}
    reminder = letter(kind="reminder", step=step, **deadline)

    with pytest.raises(ValidationError, match="go by e-mail"):
        dispatch_on_paper(reminder, UserFactory(), "post", "", timezone.now())
