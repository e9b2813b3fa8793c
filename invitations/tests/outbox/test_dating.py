"""A message gets its date when it first leaves; each copy and each retry bears it."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from invitations.files.frozen import thaw
from invitations.models import Delivery
from invitations.outbox.dispatch import dispatch_outbox
from invitations.tests.conftest import BODY, CONTENT
from invitations.tests.factories import DeliveryFactory

pytestmark = pytest.mark.django_db

MONDAY = dt.datetime(2027, 2, 1, 9, tzinfo=dt.UTC)
DATE = b"Date: Mon, 01 Feb 2027 09:00:00 +0000\r\n"


@time_machine.travel(MONDAY, tick=False)
def test_what_the_peer_gets_is_the_date_and_the_frozen_bytes(peer, queued, frozen_letter):
    letter = queued(letter=frozen_letter(content=BODY)).letter

    dispatch_outbox()

    assert peer.taken[0].content == DATE + thaw(letter.message.name, letter.message_sha256)


def test_every_copy_and_every_retry_bears_the_date_of_the_first(peer, queued, frozen_letter):
    letter = frozen_letter(content=BODY)
    queued(letter=letter)
    peer.answers["DOT"] = "450 4.2.0 Greylisted"
    with time_machine.travel(MONDAY, tick=False):
        Delivery.objects.update(not_before=MONDAY)
        dispatch_outbox()
    peer.answers.clear()

    with time_machine.travel(MONDAY + dt.timedelta(hours=2), tick=False):
        DeliveryFactory(letter=letter, not_before=timezone.now())
        dispatch_outbox()

    assert {taken.content for taken in peer.taken} == {DATE + BODY}
    assert len(peer.taken) >= 2
    letter.refresh_from_db()
    assert letter.dated_at == MONDAY


def test_a_message_that_was_frozen_with_its_date_leaves_unchanged(peer, queued, frozen_letter):
    queued(letter=frozen_letter(content=CONTENT))

    dispatch_outbox()

    assert peer.taken[0].content == CONTENT
