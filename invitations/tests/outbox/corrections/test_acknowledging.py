"""Who stays in office after all gets each acknowledgement once, with a link that opens."""

import datetime as dt
from email import message_from_bytes
from email.policy import default

import pytest

from invitations.letters.composing_queue import compose_planned
from invitations.letters.planning import call_back_letters, plan_receipt
from invitations.links import NO_LINK, replace_link
from invitations.models import Letter
from invitations.outbox.dispatch import dispatch_outbox
from invitations.outbox.release import take_back_change
from invitations.reminders.planning import queue_reminders
from invitations.replies import record_reply
from invitations.tests.corrections import asked_for, released_by
from invitations.tests.factories import EditionFactory, StepFactory, UserFactory
from invitations.tests.letters.drafts import compose_after_save

pytestmark = pytest.mark.django_db

YES = {"answer": "in_person"}


@pytest.fixture
def answered(issued, approved_texts):
    """An invitation whose office has answered online; the acknowledgement waits in the outbox."""
    invitation = issued()
    record_reply(invitation, YES)
    compose_planned()
    return invitation


def words_of(taken):
    return message_from_bytes(taken.content, policy=default).get_body(("plain",)).get_content()


def acknowledgements(peer):
    return [taken for taken in peer.taken if b"auto-replied" in taken.content]


def test_an_acknowledgement_is_made_again_with_a_new_link_for_who_stays_in_office(peer, answered):
    dead = answered.links.get().token
    change = asked_for(answered)
    dispatch_outbox()
    assert not peer.taken

    take_back_change(change, UserFactory(), change.mark)
    compose_planned()
    [waiting] = answered.letters.planned()
    assert waiting.waiting_reason == "Its link has ended: give the invitation a new one first."

    replace_link(answered, NO_LINK, UserFactory(), "She stays.")
    compose_after_save()
    dispatch_outbox()
    [taken] = peer.taken
    words = words_of(taken)
    assert answered.links.current().get().token in words
    assert dead not in words
    acknowledged = answered.letters.approved().get(kind="acknowledgement")
    assert acknowledged.reply == answered.replies.standing().get()


def test_what_was_acknowledged_is_not_acknowledged_twice(peer, answered):
    dispatch_outbox()
    change = asked_for(answered)

    take_back_change(change, UserFactory(), change.mark)

    assert not answered.letters.planned().exists()


def test_an_acknowledgement_with_a_link_that_was_replaced_is_made_again_with_the_new_one(
    peer, answered
):
    dead = answered.links.get().token
    replace_link(answered, 1, UserFactory(), "It was forwarded.")
    dispatch_outbox()
    assert not any(dead in words_of(taken) for taken in acknowledgements(peer))

    compose_planned()
    dispatch_outbox()

    [taken] = acknowledgements(peer)
    assert answered.links.current().get().token in words_of(taken)


def test_a_receipt_that_was_called_back_tells_once_more_what_is_on_file(answered):
    plan_receipt(answered, "statement", lambda _language: "A text.")
    change = asked_for(answered)
    assert not answered.letters.planned().exists()

    take_back_change(change, UserFactory(), change.mark)

    receipt = answered.letters.planned().get(kind="receipt")
    assert (receipt.variant, receipt.filed) == ("statement", {"en": "A text."})


def test_a_later_receipt_is_made_again_though_an_earlier_one_has_left(peer, answered):
    """It tells what was filed, and at which hour that was."""
    plan_receipt(answered, "statement", lambda _language: "A text.")
    Letter.objects.planned().update(compose_again_at=None)
    compose_planned()
    dispatch_outbox()
    plan_receipt(answered, "statement", lambda _language: "A later text.")
    filed_at = answered.letters.planned().get().planned_at
    change = asked_for(answered)

    take_back_change(change, UserFactory(), change.mark)

    receipt = answered.letters.planned().get(kind="receipt")
    assert (receipt.filed, receipt.planned_at) == ({"en": "A later text."}, filed_at)


def test_a_reminder_is_due_once_more_for_who_stays_in_office(reached):
    edition = EditionFactory()
    StepFactory(edition=edition)
    now = dt.datetime(2027, 3, 10, 9, tzinfo=dt.UTC)
    invitation = reached(edition=edition)
    assert queue_reminders(now) == 1
    change = asked_for(invitation)
    call_back_letters(Letter.objects.planned(), "the person it is written to has left office")
    assert queue_reminders(now) == 0

    take_back_change(change, UserFactory(), change.mark)

    assert queue_reminders(now) == 1


def test_a_release_acknowledges_nothing_to_a_successor_who_has_said_nothing(answered):
    new = released_by(asked_for(answered))

    assert not new.letters.filter(kind="acknowledgement").exists()
    assert not answered.letters.planned().exists()
    record_reply(new, YES)
    assert new.replies.standing().get().carried_from is None
