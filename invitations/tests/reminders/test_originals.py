"""Whoever got a signed original is reminded by nothing automatic."""

import pytest

from invitations.models import CallListEntry, HeldChange, Rank
from invitations.reminders.forecast import forecast_of
from invitations.reminders.planning import queue_reminders
from invitations.reminders.send_check import reason_reminder_must_wait
from invitations.tests.factories import InvitationFactory
from invitations.tests.reminding import geneva, reminders, variants

pytestmark = pytest.mark.django_db

SPEAK = "by signed original: speak to their mission"


@pytest.fixture
def original(edition, frozen_letter):
    invitation = InvitationFactory(edition=edition, minister__rank_id="HOS")
    letter = frozen_letter(
        invitation=invitation, by_original=True, message="", message_sha256="", sha256="ab"
    )
    letter.deliveries.create(channel="hand", state="handed_over", handed_over_at=geneva(1, month=2))
    return invitation


def test_a_head_of_state_gets_no_reminder_and_no_call(edition, original, reached):
    reached(edition=edition)

    for day in (10, 24, 29):
        queue_reminders(geneva(day))

    assert {one.invitation.minister.rank_id for one in reminders()} == {"MIN"}
    assert not CallListEntry.objects.filter(invitation=original).exists()


def test_the_forecast_says_to_speak_to_their_mission(edition, original):
    assert forecast_of(edition, geneva(1)).none == {SPEAK: [original]}


def test_an_original_that_stands_is_reminded_of_by_nobody_whatever_the_list_says(edition, original):
    edition.original_ranks = []
    edition.save()

    queue_reminders(geneva(10))

    assert variants() == []


def test_a_rank_that_becomes_high_calls_a_waiting_reminder_back(edition, reached):
    invitation = reached(edition=edition)
    queue_reminders(geneva(10))
    reminder = reminders().get()

    invitation.minister.rank = Rank.objects.get(pk="HOG")
    invitation.minister.save()

    assert reason_reminder_must_wait(invitation, reminder, geneva(10)) == SPEAK
    queue_reminders(geneva(10, hour=10))
    assert variants() == []


def test_one_person_alone_cannot_begin_reminders_by_lowering_a_rank(edition, reached):
    invitation = reached(edition=edition, minister__rank_id="HOS")
    invitation.minister.rank = Rank.objects.get(pk="MIN")
    invitation.minister.save()

    queue_reminders(geneva(10))

    assert variants() == []


def test_with_no_rank_on_the_list_a_mailed_letter_is_reminded_of_as_any_other(edition, reached):
    edition.original_ranks = []
    edition.save()
    reached(edition=edition, minister__rank_id="HOS")

    queue_reminders(geneva(10))

    assert variants() == ["first"]


def test_one_person_alone_cannot_begin_reminders_by_shortening_the_list(edition, reached):
    reached(edition=edition, minister__rank_id="HOS")
    edition.original_ranks = []
    edition.save()

    queue_reminders(geneva(10))
    before = variants()
    HeldChange.objects.all().delete()
    queue_reminders(geneva(10, hour=10))

    assert (before, variants()) == ([], ["first"])


def test_one_person_alone_ends_reminders_by_lengthening_the_list(edition, reached):
    reached(edition=edition)
    edition.original_ranks = ["MIN"]
    edition.save()

    queue_reminders(geneva(10))

    assert variants() == []
