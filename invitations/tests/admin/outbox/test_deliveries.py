"""What a person decides about deliveries."""

import datetime as dt
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from invitations.tests.desk import choose, letter_in_force, signed_in, told
from invitations.tests.factories import DeliveryFactory

pytestmark = pytest.mark.django_db

DELIVERIES = reverse("admin:invitations_delivery_changelist")

UNCERTAIN = {
    "state": "uncertain",
    "attempts": 1,
    "sending_at": dt.datetime(2027, 2, 1, tzinfo=dt.UTC),
}


def test_person_decides_that_an_uncertain_delivery_went(client):
    signed_in(client, "view_delivery", "change_delivery")
    delivery = DeliveryFactory(**UNCERTAIN)

    asked = choose(client, DELIVERIES, "it_went", delivery)
    delivery.refresh_from_db()
    assert delivery.state == "uncertain"
    assert str(delivery) in asked.content.decode()

    choose(client, DELIVERIES, "it_went", delivery, answered="yes")
    delivery.refresh_from_db()
    assert (delivery.state, delivery.handed_over_at) == ("handed_over", UNCERTAIN["sending_at"])


def test_person_decides_to_send_an_uncertain_delivery_again(client):
    signed_in(client, "view_delivery", "change_delivery")
    delivery = DeliveryFactory(**UNCERTAIN, letter=letter_in_force())
    handed = DeliveryFactory(arrived=True)

    response = choose(client, DELIVERIES, "send_again", delivery, handed, answered="yes")

    delivery.refresh_from_db()
    assert delivery.state == "queued"
    assert set(told(response)) == {
        f"{handed}: This delivery is not uncertain any more.",
        "1 delivery changed.",
    }


@pytest.mark.parametrize("decision", ["send_again", "it_went"])
def test_who_looked_at_an_earlier_attempt_decides_nothing_about_a_later_one(client, decision):
    signed_in(client, "view_delivery", "change_delivery")
    delivery = DeliveryFactory(**UNCERTAIN, letter=letter_in_force())
    asked = choose(client, DELIVERIES, decision, delivery).context["form"].initial
    later = UNCERTAIN["sending_at"] + dt.timedelta(minutes=5)
    type(delivery).objects.update(claim=uuid4(), sending_at=later)

    response = choose(client, DELIVERIES, decision, delivery, answered="yes", **asked)

    delivery.refresh_from_db()
    assert delivery.state == "uncertain"
    assert "look once more" in told(response)[0]
    asked = choose(client, DELIVERIES, decision, delivery).context["form"].initial
    choose(client, DELIVERIES, decision, delivery, answered="yes", **asked)
    delivery.refresh_from_db()
    assert delivery.state in ("queued", "handed_over")


def test_failed_delivery_is_sent_again(client):
    signed_in(client, "view_delivery", "change_delivery")
    delivery = DeliveryFactory(
        state="failed", server_words="550 no such mailbox", letter=letter_in_force()
    )

    asked = choose(client, DELIVERIES, "resend_selected", delivery).content.decode()
    choose(client, DELIVERIES, "resend_selected", delivery, answered="yes")

    delivery.refresh_from_db()
    assert "550 no such mailbox" in asked
    assert delivery.state == "queued"


def test_print_run_is_marked_with_date_and_reference(client):
    signed_in(client, "view_delivery", "change_delivery")
    printed = DeliveryFactory(channel="pouch", address="")
    words = {
        "answered": "yes",
        "channel": "post",
        "reference": "RR 7",
        "at_0": "2026-11-20",
        "at_1": "09:00",
    }

    again = choose(client, DELIVERIES, "mark_as_dispatched", printed, answered="yes")
    assert "at" in again.context["form"].errors
    choose(client, DELIVERIES, "mark_as_dispatched", printed, **words)

    printed.refresh_from_db()
    assert (printed.state, printed.channel, printed.reference) == ("handed_over", "post", "RR 7")
    assert timezone.localtime(printed.handed_over_at).isoformat() == "2026-11-20T09:00:00+01:00"


def test_outbox_offers_no_action_to_those_who_only_read(client):
    signed_in(client, "view_delivery")
    delivery = DeliveryFactory(**UNCERTAIN)

    choose(client, DELIVERIES, "it_went", delivery, answered="yes")

    delivery.refresh_from_db()
    assert delivery.state == "uncertain"


def test_more_rows_than_a_page_can_name_are_refused(client, monkeypatch):
    signed_in(client, "view_delivery", "change_delivery")
    monkeypatch.setattr("invitations.admin.confirming.LARGEST_SELECTION", 1)

    response = choose(
        client, DELIVERIES, "it_went", DeliveryFactory(**UNCERTAIN), DeliveryFactory(**UNCERTAIN)
    )

    assert told(response) == ["Choose at most 1 rows at a time."]
