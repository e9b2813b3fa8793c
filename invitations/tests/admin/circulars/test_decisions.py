"""Letters of a circular composed anew or called back, and who may."""

import pytest
from django.urls import reverse
from django.utils import timezone

from invitations.models import Delivery
from invitations.tests.admin.circulars.stages import approved_in, composed_in, page
from invitations.tests.desk import composed_letter, signed_in, told
from invitations.tests.factories import CircularFactory, DeliveryFactory, MissionFactory

pytestmark = pytest.mark.django_db


def test_composed_letters_of_the_circular_are_planned_again(client, drafter):
    circular = CircularFactory()
    stale, kept = composed_in(circular), approved_in(circular)

    asked = client.get(page(circular, "compose_again")).content.decode()
    response = client.post(page(circular, "compose_again"), follow=True)

    stale.refresh_from_db()
    kept.refresh_from_db()
    assert "Compose 1 letter anew" in asked
    assert told(response) == ["1 letter is to be composed."]
    assert (stale.state, kept.state) == ("cancelled", "approved")
    assert stale.invitation.letters.planned().count() == 1


def test_note_covers_the_letter_that_was_composed_again(client, drafter):
    circular = CircularFactory()
    letter = composed_in(circular)
    about = {"invitation": letter.invitation, "circular": circular, "mission": MissionFactory()}
    about["mission"].states.add(letter.invitation.member_state)
    composed_letter(kind="note", covers=[letter], **about)

    client.post(page(circular, "compose_again"))

    anew = circular.letters.planned().get(kind="note")
    assert list(anew.covers.all()) == [circular.letters.planned().get(kind="invitation")]


def test_nothing_composed_means_nothing_again(client, drafter):
    response = client.get(page(CircularFactory(), "compose_again"), follow=True)

    assert told(response) == [
        "No letter of this circular waits for approval: none is composed anew."
    ]


def test_circular_is_called_back_for_a_reason(client, drafter):
    circular = CircularFactory()
    letter = approved_in(circular)

    asked = client.post(page(circular, "call_back"), {"reason": " "})
    response = client.post(page(circular, "call_back"), {"reason": "The dates move."}, follow=True)

    letter.refresh_from_db()
    assert "reason" in asked.context["form"].errors
    assert letter.state == "cancelled"
    assert letter.invitation.status == "draft"
    assert letter.deliveries.get().state == "cancelled"
    assert letter.events.filter(reason="The dates move.", actor=drafter).exists()
    assert told(response) == ["1 letter called back; its approval is void."]


def test_circular_that_has_started_is_not_called_back(client, drafter):
    circular = CircularFactory()
    letter = approved_in(circular)
    letter.deliveries.update(state=Delivery.State.HANDED_OVER, handed_over_at=timezone.now())

    response = client.post(page(circular, "call_back"), {"reason": "The dates move."})

    letter.refresh_from_db()
    assert letter.state == "approved"
    assert "The dates move." in response.content.decode()
    assert response.context["form"].non_field_errors() == [
        "Letters of the circular have left already: withdraw invitations, or replace letters."
    ]


def test_circular_without_letters_has_nothing_to_call_back(client, drafter):
    response = client.get(page(CircularFactory(), "call_back"), follow=True)

    assert told(response) == ["This circular has no letters: nothing is called back."]


@pytest.mark.parametrize("name", ["audience", "progress", "progress_json", "notes", "approve",
                                  "compose_again", "call_back"])  # fmt: skip
def test_pages_of_a_circular_are_closed_to_those_without_the_right(client, name):
    circular = CircularFactory()
    signed_in(client, "view_letter")

    assert client.get(page(circular, name)).status_code == 403


def offered(client, circular):
    url = reverse("admin:invitations_circular_change", args=[circular.pk])
    page = client.get(url).content.decode()
    return {name for name in ("compose_again_page", "call_back_page") if f"/{name}" in page}


def test_only_decisions_that_can_succeed_are_offered(client, drafter):
    circular = CircularFactory()
    decisions = {"compose_again_page", "call_back_page"}
    before = offered(client, circular)
    letter = composed_in(circular)
    composed = offered(client, circular)
    DeliveryFactory(letter=letter, arrived=True)
    letter.state = "approved"
    letter.approved_at = timezone.now()
    letter.save()

    assert not before & decisions
    assert composed >= decisions
    assert not offered(client, circular) & decisions


def test_that_it_cannot_be_called_back_is_said_before_a_reason_is_asked(client, drafter):
    circular = CircularFactory()
    approved_in(circular).deliveries.update(attempts=1)

    response = client.get(page(circular, "call_back"), follow=True)

    assert told(response) == [
        "Letters of the circular have left already: withdraw invitations, or replace letters."
    ]
