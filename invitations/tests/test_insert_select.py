"""A model may get a field: whatever writes its rows by SQL fills it too."""

import pytest
from django.core.exceptions import FieldDoesNotExist
from django.db import connection
from django.db.models import CharField, F
from django.utils import timezone

from invitations.models import Delivery, Letter, LetterEvent
from invitations.models.insert_select import insert_select
from invitations.outbox.queue import claim_batch
from invitations.outbox.sending import begin_delivery
from invitations.outbox.transitions import transit

pytestmark = pytest.mark.django_db

State = Delivery.State


@pytest.fixture
def host(db):
    """A field that events get after all was written: not null, and with a default in Python."""
    table = LetterEvent._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} ADD COLUMN host text CHECK (host IS NOT NULL)")
    field = CharField(max_length=100, default="zenda")
    LetterEvent.add_to_class("host", field)
    yield field
    LetterEvent._meta.local_fields.remove(field)
    LetterEvent._meta._expire_cache()
    del LetterEvent.host


def test_each_row_found_gets_a_row(queued):
    deliveries = [queued() for _number in range(3)]

    inserted = insert_select(
        Delivery.objects.order_by("-pk"),
        LetterEvent,
        letter=F("letter"),
        delivery=F("pk"),
        state=F("state"),
        reason="It was queued.",
    )

    assert inserted == 3
    for delivery in deliveries:
        event = delivery.events.get()
        assert (event.letter, event.state) == (delivery.letter, State.QUEUED)
        assert event.reason == "It was queued."


def test_each_other_field_gets_its_default(queued, host):
    delivery, began = queued(), timezone.now()

    insert_select(Delivery.objects.all(), LetterEvent, letter=F("letter"), state="queued")

    event = delivery.letter.events.get()
    assert (event.delivery, event.actor, event.reason, event.host) == (None, None, "", "zenda")
    assert began <= event.at <= timezone.now()


def test_a_name_that_is_none_of_the_models_fields_is_refused(queued):
    queued()

    with pytest.raises(FieldDoesNotExist, match="becuase"):
        insert_select(
            Delivery.objects.all(), LetterEvent, letter=F("letter"), state="queued", becuase="-"
        )


@pytest.mark.parametrize("name", ["deliveries", "covers", "id"])
def test_a_name_of_no_column_that_can_be_filled_is_refused(queued, name):
    invitations = queued().letter.invitation.edition.invitations.all()

    with pytest.raises(FieldDoesNotExist, match=name):
        insert_select(invitations, Letter, invitation=F("pk"), **{name: 1})


@pytest.mark.parametrize("none", [{"pk__in": []}, {"pk": -1}])
def test_an_empty_set_inserts_nothing(queued, none):
    queued()

    rows = Delivery.objects.filter(**none)

    assert insert_select(rows, LetterEvent, letter=F("letter"), state="queued") == 0
    assert not LetterEvent.objects.exists()


def test_each_of_distinct_rows_gets_a_row_with_nothing_where_nothing_was_given(queued):
    delivery = queued()

    rows = Delivery.objects.filter(letter__invitation__status="issued").distinct()

    assert insert_select(rows, LetterEvent, letter=F("letter"), state="queued") == 1
    assert delivery.letter.events.get().delivery is None


def test_the_event_of_a_transition_has_every_field_of_its_model(queued, host):
    delivery = queued()

    assert transit(delivery, State.QUEUED, State.MISSED, reason="A day past its hour.")

    event = delivery.events.get()
    assert (event.letter, event.state, event.host) == (delivery.letter, State.MISSED, "zenda")


def test_the_event_of_a_message_that_is_begun_has_every_field_of_its_model(queued, host):
    queued()
    (delivery,) = claim_batch(timezone.now())

    assert begin_delivery(delivery)

    assert delivery.events.get(state=State.SENDING).host == "zenda"
