import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from invitations.letters.composing import compose_letter
from invitations.letters.composing_queue import compose_planned
from invitations.letters.planning import plan_receipt
from invitations.links import reply_url
from invitations.models import ForumEdition, HeldChange, Letter
from invitations.outbox.dispatch import dispatch_outbox
from invitations.replies import record_reply, settle_contested
from invitations.tests.factories import UserFactory
from invitations.tests.letters.drafts import claimed
from invitations.tests.reading import message_of, text_of
from invitations.tests.reminding import geneva

pytestmark = pytest.mark.django_db

NOON = geneva(8, 12)


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def speaking(clock, reached, approved_texts):
    """An office that comes and has had the acknowledgement of its reply."""
    invitation = reached(minister__to_emails="office@example.org")
    record_reply(invitation, {"answer": "in_person"})
    compose_planned()
    dispatch_outbox()
    return invitation


def filed(invitation, words, what="statement"):
    plan_receipt(invitation, what, lambda language: f"{words} ({language})")


def receipts(invitation, **fields):
    return invitation.letters.filter(kind="receipt", **fields).order_by("pk")


def an_hour_passes(clock):
    clock.shift(dt.timedelta(hours=1, seconds=1))


@pytest.mark.parametrize("what", ["statement", "delegation"])
def test_a_receipt_tells_the_office_an_hour_later_what_it_has_filed(speaking, clock, what):
    filed(speaking, "Title: Bridges", what)
    assert compose_planned() == 0

    an_hour_passes(clock)
    assert compose_planned() == 1

    receipt = receipts(speaking).get()
    assert receipt.recipients == [["to", "office@example.org"]]
    assert receipt.deliveries.get().priority == 1
    assert message_of(receipt)["Auto-Submitted"] == "auto-replied"
    lines = text_of(receipt).splitlines()
    assert f"Title: Bridges ({receipt.language})" in lines
    assert reply_url(speaking.links.get()) in lines
    assert "12" in receipt.subject


def test_one_receipt_tells_of_all_changes_within_the_hour(speaking, clock):
    filed(speaking, "Title: Bridges")
    clock.shift(dt.timedelta(minutes=50))
    filed(speaking, "Title: Roads")
    clock.shift(dt.timedelta(minutes=50))
    assert compose_planned() == 0

    an_hour_passes(clock)
    compose_planned()

    assert "Title: Roads" in receipts(speaking).get().mail


def test_the_statement_and_the_delegation_have_a_receipt_each(speaking, clock):
    filed(speaking, "Title: Bridges")
    filed(speaking, "Head: Flavia Elphberg", "delegation")

    an_hour_passes(clock)

    assert compose_planned() == 2


def test_words_that_changed_while_they_were_composed_are_not_sent(speaking, clock):
    filed(speaking, "Title: Bridges")
    an_hour_passes(clock)
    receipt = claimed(receipts(speaking).get().pk)
    clock.shift(dt.timedelta(seconds=1))
    filed(speaking, "Title: Roads")

    assert not compose_letter(receipt)

    an_hour_passes(clock)
    assert compose_planned() == 1
    assert "Title: Roads" in receipts(speaking).get().mail


def test_a_planned_receipt_is_called_back_once_the_answer_is_regrets(speaking, clock):
    filed(speaking, "Title: Bridges")
    record_reply(speaking, {"answer": "regrets"})

    an_hour_passes(clock)
    compose_planned()

    receipt = receipts(speaking).get()
    assert receipt.state == Letter.State.CANCELLED
    assert "not expected" in receipt.events.latest("pk").reason


def test_a_composed_receipt_does_not_leave_after_regrets(speaking, clock):
    filed(speaking, "Head: Flavia Elphberg", "delegation")
    an_hour_passes(clock)
    compose_planned()
    record_reply(speaking, {"answer": "regrets"})

    dispatch_outbox()

    receipt = receipts(speaking).get()
    assert receipt.state == Letter.State.CANCELLED
    assert receipt.deliveries.get().handed_over_at is None


def test_what_regrets_kept_back_is_acknowledged_once_the_office_comes_after_all(speaking, clock):
    filed(speaking, "Title: Bridges")
    record_reply(speaking, {"answer": "regrets"})
    an_hour_passes(clock)
    compose_planned()

    record_reply(speaking, {"answer": "in_person", "remarks": "After all."})
    assert compose_planned() == 1  # the acknowledgement of the answer
    an_hour_passes(clock)
    compose_planned()

    kept_back, receipt = receipts(speaking)
    assert (kept_back.state, receipt.state) == (Letter.State.CANCELLED, Letter.State.APPROVED)
    assert "Title: Bridges" in receipt.mail
    assert "8 March 2027, 12:00" in receipt.subject


def test_a_receipt_that_staff_made_expected_again_is_made_again(speaking, clock):
    filed(speaking, "Head: Flavia Elphberg", "delegation")
    record_reply(speaking, {"answer": "regrets"})
    an_hour_passes(clock)
    compose_planned()

    by_fax = {"channel": "fax", "by": UserFactory()}
    yes = record_reply(speaking, {"answer": "in_person"}, **by_fax)
    assert receipts(speaking).count() == 1
    settle_contested(yes, UserFactory(), "The note verbale says so.", stands=True)

    assert receipts(speaking, state="planned").get().filed


def test_a_receipt_that_has_left_is_not_made_again(speaking, clock):
    filed(speaking, "Title: Bridges")
    an_hour_passes(clock)
    compose_planned()
    dispatch_outbox()

    record_reply(speaking, {"answer": "regrets"})
    record_reply(speaking, {"answer": "in_person", "remarks": "After all."})

    assert receipts(speaking).count() == 1


def test_an_answer_without_a_statement_keeps_the_receipt_of_the_delegation(speaking, clock):
    filed(speaking, "Title: Bridges")
    filed(speaking, "Head: Flavia Elphberg", "delegation")
    record_reply(speaking, {"answer": "attends_only"})

    an_hour_passes(clock)
    compose_planned()

    states = {one.variant: one.state for one in receipts(speaking)}
    assert states == {"statement": Letter.State.CANCELLED, "delegation": Letter.State.APPROVED}


def test_a_later_receipt_takes_the_place_of_one_that_has_not_left(speaking, clock):
    filed(speaking, "Title: Bridges")
    an_hour_passes(clock)
    compose_planned()
    filed(speaking, "Title: Roads")

    dispatch_outbox()
    an_hour_passes(clock)
    compose_planned()
    dispatch_outbox()

    first, second = receipts(speaking)
    assert first.state == Letter.State.CANCELLED
    assert second.deliveries.get().handed_over_at is not None


def test_without_a_letter_that_invites_nothing_is_planned(speaking):
    speaking.letters.inviting().update(state=Letter.State.CANCELLED)

    filed(speaking, "Title: Bridges")

    assert not receipts(speaking).exists()


def test_what_is_filed_once_replies_are_closed_is_receipted_though_a_change_waits(speaking, clock):
    ForumEdition.objects.update(replies_closed_at=timezone.now())
    speaking.refresh_from_db()
    speaking.minister.cc_emails = "copy@example.org"
    speaking.minister.save()
    assert HeldChange.objects.waiting().exists()

    filed(speaking, "Title: Bridges")
    an_hour_passes(clock)
    compose_planned()

    receipt = receipts(speaking).get()
    assert receipt.state == Letter.State.APPROVED, receipt.waiting_reason
    assert receipt.recipients == [["to", "office@example.org"]]


def test_without_an_approved_text_a_receipt_waits(clock, reached):
    invitation = reached()
    record_reply(invitation, {"answer": "in_person"})
    filed(invitation, "Title: Bridges")

    an_hour_passes(clock)
    compose_planned()

    receipt = receipts(invitation).get()
    assert receipt.state == Letter.State.PLANNED
    assert "No approved text" in receipt.waiting_reason
