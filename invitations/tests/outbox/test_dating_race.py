"""A letter is dated by the first copy that leaves, while other workers and people have it too."""

from functools import partial

import pytest
from django.db import connection, transaction
from django.utils import timezone

from invitations.letters.planning import call_back_letters
from invitations.models import Delivery, Letter
from invitations.outbox.queue import claim_batch
from invitations.outbox.sending import begin_delivery
from invitations.tests.races import at_once, ends_within, on_the_side

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="Races need PostgreSQL: set DATABASE_URL to one."
    ),
]


def test_two_copies_that_leave_at_once_bear_one_date(frozen_letter, queued):
    letter = frozen_letter()
    for _copy in range(2):
        queued(letter)
    batch = claim_batch(timezone.now())

    begun = at_once(*(partial(begin_delivery, delivery) for delivery in batch))

    letter.refresh_from_db()
    assert begun == [True, True]
    assert {delivery.letter.dated_at for delivery in batch} == {letter.dated_at}


def test_who_calls_a_letter_back_and_who_begins_it_wait_in_one_order(frozen_letter, queued):
    letter = frozen_letter()
    queued(letter)
    claimed, begun = claim_batch(timezone.now())[0], []

    with transaction.atomic():
        list(Letter.objects.select_for_update(no_key=True).filter(pk=letter.pk))
        worker = on_the_side(partial(begin_delivery, claimed), begun)
        assert not ends_within(0.5, worker)
        call_back_letters(Letter.objects.filter(pk=letter.pk), "withdrawn")

    assert ends_within(10, worker)
    letter.refresh_from_db()
    assert begun == [False]
    assert (letter.state, letter.dated_at) == (Letter.State.CANCELLED, None)
    assert letter.deliveries.get().state == Delivery.State.CANCELLED
