"""Mail that was approved before a signed original was due to the rank is kept back."""

import pytest
from django.core.exceptions import ValidationError

from invitations.letters.issuing import withdraw_invitation
from invitations.models import ForumEdition, HeldChange, Minister
from invitations.outbox.decisions import resend
from invitations.outbox.dispatch import dispatch_outbox
from invitations.tests.factories import DeliveryFactory, MissionFactory, ReplyFactory, UserFactory
from invitations.tests.outbox.deliveries import State, state_of

pytestmark = pytest.mark.django_db


def raised_rank():
    Minister.objects.update(rank="HOS")


def raised_list():
    ForumEdition.objects.update(original_ranks=["HOS", "MIN"])


@pytest.mark.parametrize("raised", [raised_rank, raised_list])
def test_a_letter_to_a_rank_that_was_raised_stays_and_says_what_to_do(peer, queued, raised):
    delivery = queued()
    raised()

    dispatch_outbox()

    assert (state_of(delivery), peer.taken) == (State.MISSED, [])
    reason = delivery.events.latest("pk").reason
    assert reason.startswith("A signed original is due to this rank now, no mail. Replace")


def test_what_is_kept_back_is_sent_again_only_once_the_rank_is_corrected(peer, queued):
    delivery = queued()
    raised_rank()
    dispatch_outbox()
    delivery.refresh_from_db()

    with pytest.raises(ValidationError, match="A signed original is due"):
        resend(delivery, UserFactory())
    Minister.objects.update(rank="MIN")
    resend(delivery, UserFactory())

    assert dispatch_outbox() == 1
    assert state_of(delivery) == State.HANDED_OVER


def test_what_is_kept_back_is_called_back_with_its_invitation(peer, queued):
    delivery = queued()
    raised_rank()
    dispatch_outbox()

    withdraw_invitation(delivery.letter.invitation, UserFactory(), "A change of government.")

    assert state_of(delivery) == State.CANCELLED


def test_a_note_over_such_a_mail_is_kept_back_too(peer, frozen_letter):
    letter = frozen_letter()
    note = frozen_letter(kind="note", invitation=letter.invitation, mission=MissionFactory())
    note.covers.add(letter)
    delivery = DeliveryFactory(letter=note)
    raised_rank()

    dispatch_outbox()

    assert (state_of(delivery), peer.taken) == (State.MISSED, [])


def test_a_rank_that_stays_keeps_nothing_back(peer, queued):
    delivery = queued()
    ForumEdition.objects.update(original_ranks=["HOS", "HOG"])

    assert dispatch_outbox() == 1
    assert state_of(delivery) == State.HANDED_OVER


def test_an_acknowledgement_leaves_all_the_same(peer, queued, frozen_letter):
    delivery = queued(frozen_letter(kind="acknowledgement", reply=ReplyFactory()))
    raised_rank()

    assert dispatch_outbox() == 1
    assert state_of(delivery) == State.HANDED_OVER


def test_the_list_of_ranks_waits_for_a_second_person(queued):
    edition = queued().letter.invitation.edition
    edition.original_ranks = ["HOS"]
    edition.save()

    (change,) = HeldChange.objects.waiting()

    assert change.row == edition
    assert change.changed["original_ranks"][1] == ["HOS"]
