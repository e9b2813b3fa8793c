"""A reason that is longer than its column: the same on SQLite and on PostgreSQL."""

import pytest
from auditlog.models import LogEntry

from invitations.audit import Act
from invitations.letters.circulars import call_back_circular
from invitations.letters.issuing import withdraw_invitation
from invitations.models import LetterEvent
from invitations.outbox.transitions import transit
from invitations.replies import settle_contested
from invitations.tests.factories import InvitationFactory, ReplyFactory, UserFactory

pytestmark = pytest.mark.django_db

LONG, KEPT = "a" * 1000, "a" * 300


def test_an_invitation_is_withdrawn_for_a_long_reason(issued):
    invitation = issued()

    withdraw_invitation(invitation, UserFactory(), LONG)

    invitation.refresh_from_db()
    assert invitation.withdrawal_reason == KEPT
    assert set(LetterEvent.objects.filter(state="cancelled").values_list("reason", flat=True)) == {
        KEPT
    }


def test_the_row_of_the_act_keeps_a_long_reason_whole():
    withdraw_invitation(InvitationFactory(), UserFactory(), LONG)

    entry = LogEntry.objects.get(additional_data__act=Act.WITHDRAWN)
    assert entry.additional_data["reason"] == LONG


def test_a_circular_is_called_back_for_a_long_reason(issued):
    letter = issued().letters.get()

    call_back_circular(letter.circular, UserFactory(), LONG)

    assert letter.events.latest("pk").reason == KEPT


def test_a_contested_reply_is_settled_for_a_long_reason():
    standing = ReplyFactory()
    contested = ReplyFactory(invitation=standing.invitation, status="contested", channel="fax")

    settle_contested(contested, UserFactory(), LONG, stands=True)

    contested.refresh_from_db()
    assert contested.settlement_reason == KEPT


def test_a_delivery_moves_on_with_a_long_reason(queued):
    delivery = queued()

    assert transit(delivery, "queued", "failed", reason=LONG)

    assert delivery.events.get().reason == KEPT
