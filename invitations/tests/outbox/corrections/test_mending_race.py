"""Two people put the same thing right at once, or an office answers meanwhile."""

import re
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from invitations.letters.approval import approve_letter
from invitations.letters.composing_queue import compose_planned
from invitations.letters.issuing import withdraw_invitation
from invitations.links import replace_link
from invitations.models import Delivery, HeldChange, Invitation, Letter, Reply
from invitations.outbox.corrections.addresses import correct_address
from invitations.outbox.corrections.replacing import replace_letters
from invitations.outbox.queue import claim_batch
from invitations.outbox.release import release_change, take_back_change
from invitations.outbox.sending import begin_delivery
from invitations.replies import record_reply
from invitations.tests.corrections import BECAUSE, asked_for, successor_of
from invitations.tests.factories import CircularFactory, MissionFactory, UserFactory
from invitations.tests.races import at_once, before_the_commit_of

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql",
        reason="Races need PostgreSQL: set DATABASE_URL to one.",
    ),
]


def test_of_two_who_replace_the_same_letter_at_once_one_does(frozen_letter):
    invitation, by = frozen_letter().invitation, UserFactory()
    circulars = [
        CircularFactory(edition=invitation.edition, kind="replacement", changes="A name.")
        for _number in range(2)
    ]

    done = at_once(
        *(
            lambda one=one: replace_letters(one, Invitation.objects.all(), by, BECAUSE)
            for one in circulars
        )
    )

    assert sorted(done) == [0, 1]
    assert Letter.objects.filter(kind="replacement").count() == 1


def test_of_two_who_enter_a_successor_at_once_one_does(issued):
    invitation = issued()
    people = [successor_of(invitation, given_name=name) for name in ("Rupert", "Michael")]
    users = [UserFactory(), UserFactory()]

    done = at_once(
        *(
            lambda user=user, one=one: asked_for(invitation, user, one)
            for user, one in zip(users, people, strict=True)
        )
    )

    assert sum(isinstance(one, HeldChange) for one in done) == 1
    assert HeldChange.objects.successions().count() == 1


def test_a_link_that_is_replaced_while_a_successor_is_entered_stays_dead(issued):
    invitation, by = issued(), UserFactory()

    answer = before_the_commit_of(
        lambda: asked_for(invitation), lambda: replace_link(invitation, 1, by, BECAUSE)
    )

    assert "A successor is entered already" in str(answer)
    assert not invitation.links.current().exists()


def test_a_link_that_was_just_replaced_ends_with_the_hand_over(issued):
    invitation, by = issued(), UserFactory()

    change = before_the_commit_of(
        lambda: replace_link(invitation, 1, by, BECAUSE), lambda: asked_for(invitation)
    )

    assert change.is_waiting
    assert invitation.links.count() == 2
    assert not invitation.links.current().exists()


def test_an_acknowledgement_does_not_leave_while_a_successor_is_entered(issued, approved_texts):
    invitation = issued()
    record_reply(invitation, {"answer": "in_person"})
    compose_planned()
    Delivery.objects.filter(letter__kind="invitation").update(state="missed")
    [delivery] = claim_batch(timezone.now())

    began = before_the_commit_of(lambda: asked_for(invitation), lambda: begin_delivery(delivery))

    assert not began
    delivery.refresh_from_db()
    assert delivery.state == "cancelled"


@pytest.mark.parametrize("act", ["replace", "hand over", "correct"])
def test_what_an_approval_locks_too_is_locked_in_its_order(issued, act):
    """Else each of two people may wait for the other, and one of them finds an error."""
    invitation, by = issued(), UserFactory()
    do = {"replace": replacing, "hand over": handing_over, "correct": correcting}[act](
        invitation, by
    )

    with CaptureQueriesContext(connection) as queries:
        do()

    locked = [table for one in queries for table in LOCKED.findall(one["sql"])]
    known = [ORDER.index(table) for table in dict.fromkeys(locked) if table in ORDER]
    assert known == sorted(known)
    assert len(known) > 1


LOCKED = re.compile(r'FOR (?:NO KEY )?UPDATE OF "invitations_(\w+)"')
ORDER = ["forumedition", "circular", "mission", "memberstate", "invitation", "letter", "minister"]
NEW = "right@example.org"


def replacing(invitation, by):
    circular = CircularFactory(edition=invitation.edition, kind="replacement", changes="A name.")
    return partial(replace_letters, circular, Invitation.objects.all(), by, BECAUSE)


def handing_over(invitation, by):
    change = asked_for(invitation)
    return partial(release_change, change, by, change.mark)


def correcting(invitation, by):
    """A mail failed at the one address of the minister, the focal point and the mission."""
    address = invitation.minister.to_emails
    MissionFactory(emails=address, states=[invitation.member_state])
    Invitation.objects.filter(pk=invitation.pk).update(focal_point_email=address)
    HeldChange.objects.all().delete()
    Delivery.objects.update(state="failed")
    failed = Delivery.objects.get(address=address)
    return partial(correct_address, failed, by, NEW, BECAUSE)


def test_a_replacement_and_a_corrected_address_at_once_leave_the_replaced_letter_at_home(issued):
    invitation, by = issued(), UserFactory()
    Delivery.objects.update(state="failed")
    [change] = correct_address(Delivery.objects.get(), UserFactory(), NEW, BECAUSE)
    circular = CircularFactory(edition=invitation.edition, kind="replacement", changes="A name.")
    replace_letters(circular, Invitation.objects.all(), UserFactory(), BECAUSE)
    compose_planned()
    new = circular.letters.get()

    done = at_once(
        lambda: approve_letter(new, by, new.sha256, new.message_sha256),
        lambda: release_change(change, by, change.mark),
    )

    assert not any(isinstance(one, Exception) for one in done)
    claimed = claim_batch(timezone.now())
    assert {one.letter_id for one in claimed if begin_delivery(one)} == {new.pk}


def test_of_a_release_and_a_taking_back_at_once_one_is_done(issued):
    change = asked_for(issued())
    one, other = UserFactory(), UserFactory()

    at_once(
        lambda: release_change(change, one, change.mark),
        lambda: take_back_change(change, other, change.mark),
    )

    change.refresh_from_db()
    handed_over = Invitation.objects.filter(minister=change.after["minister"]).exists()
    assert handed_over == (change.state == "released")


def test_a_reply_that_is_recorded_during_the_release_is_not_lost(issued):
    invitation = issued()
    change, second = asked_for(invitation), UserFactory()

    answer = before_the_commit_of(
        lambda: record_reply(invitation, {"answer": "in_person"}, channel="fax"),
        lambda: release_change(change, second, change.mark),
    )

    assert "A reply came in after" in str(answer)
    invitation.refresh_from_db()
    assert invitation.status == "issued"


def test_a_reply_after_the_release_is_refused_aloud(issued):
    invitation = issued()
    change, second = asked_for(invitation), UserFactory()

    answer = before_the_commit_of(
        lambda: release_change(change, second, change.mark),
        lambda: record_reply(invitation, {"answer": "in_person"}, channel="fax"),
    )

    assert "not in force" in str(answer)
    assert not Reply.objects.exists()


def test_a_withdrawal_and_a_release_at_once_end_in_one_withdrawal(issued):
    invitation = issued()
    change, second = asked_for(invitation), UserFactory()

    at_once(
        lambda: withdraw_invitation(invitation, second, BECAUSE),
        lambda: release_change(change, second, change.mark),
    )

    invitation.refresh_from_db()
    assert invitation.status == "withdrawn"
    live = Invitation.objects.exclude(status="withdrawn").principal()
    assert live.count() <= 1
