"""To stop, one person always suffices: each stop of the desk, tried by one member of one group."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone

from delegations.tests.office.statement.statements import session_of
from invitations.letters.composing import compose_letter
from invitations.models import Arming, Delivery, ForumEdition, HeldChange, Letter
from invitations.outbox.arming import arm, reason_sending_is_off
from invitations.tests.conftest import frozen_letter, issued, mail_server, queued
from invitations.tests.desk import choose
from invitations.tests.factories import InvitationFactory, LetterFactory, UserFactory

__all__ = ["frozen_letter", "issued", "mail_server", "queued"]

pytestmark = pytest.mark.django_db

BECAUSE = {"answered": "yes", "reason": "A mistake."}


@pytest.fixture
def one(client):
    """One person of a group is signed in."""

    def sign_in(group):
        user = UserFactory()
        user.groups.add(Group.objects.get(name=group))
        client.force_login(user)
        return client

    return sign_in


def list_of(model, app="invitations"):
    return reverse(f"admin:{app}_{model}_changelist")


def test_one_person_withdraws_an_invitation(one, queued):
    delivery = queued()
    invitation = delivery.letter.invitation

    choose(one("Drafters"), list_of("invitation"), "withdraw_selected", invitation, **BECAUSE)

    invitation.refresh_from_db()
    assert invitation.status == "withdrawn"
    assert Delivery.objects.get().state == "cancelled"


@pytest.mark.parametrize("group", ["Drafters", "Approvers"])
def test_one_person_calls_a_circular_back(one, queued, group):
    circular = queued().letter.circular

    page = reverse("admin:invitations_circular_call_back", args=[circular.pk])
    one(group).post(page, {"reason": "A mistake."})

    assert Letter.objects.get().state == "cancelled"


def test_one_person_ends_a_link_and_letters_wait_for_a_new_one(one):
    invitation = InvitationFactory()
    link = invitation.links.get()
    client = one("Drafters")

    choose(
        client, list_of("invitation"), "end_links", invitation,
        versions=f"{invitation.pk}:1", **BECAUSE,
    )  # fmt: skip
    assert client.get(reverse("office:open", args=[link.token])).status_code == 410
    letter = LetterFactory(invitation=invitation)
    with pytest.raises(Exception, match="Its link has ended"):
        compose_letter(letter)

    choose(client, list_of("invitation"), "replace_links", invitation, versions="", **BECAUSE)
    assert invitation.links.current().get().version == 2


def test_one_person_takes_the_list_of_speakers_from_the_public_page(one):
    session = session_of(InvitationFactory())
    ForumEdition.objects.update(speakers_published_at=timezone.now())

    choose(
        one("Speakers' desk"), list_of("highlevelsession", "delegations"), "unpublish", session,
        **BECAUSE,
    )  # fmt: skip

    assert ForumEdition.objects.get().speakers_published_at is None


@pytest.mark.parametrize("group", ["Drafters", "Approvers"])
def test_one_person_stops_all_sending_until_it_is_armed_again(one, mail_server, settings, group):
    settings.ARMING_KEY = arm()
    assert not reason_sending_is_off()

    choose(one(group), list_of("arming"), "stop_all", Arming.objects.get(), **BECAUSE)
    assert "somebody stopped all sending" in reason_sending_is_off()

    assert arm() == ""
    assert not reason_sending_is_off()


@pytest.mark.parametrize("group", ["Drafters", "Approvers"])
def test_one_person_takes_a_change_back(one, queued, group):
    minister = queued().letter.invitation.minister
    minister.to_emails = "new@example.org"
    minister.save()
    change = HeldChange.objects.get()

    choose(
        one(group), list_of("heldchange"), "take_back_selected", change,
        marks=f"{change.pk}:{change.mark}", **BECAUSE,
    )  # fmt: skip

    assert HeldChange.objects.get().state == "taken_back"
