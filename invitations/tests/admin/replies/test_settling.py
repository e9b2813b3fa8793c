"""What whoever chose between two replies reads of the mail that the office has."""

import pytest
from django.urls import reverse
from django.utils import timezone

from invitations.letters.composing_queue import compose_planned
from invitations.letters.issuing import withdraw_invitation
from invitations.models import Letter
from invitations.outbox.corrections.acknowledgements import (
    acknowledge_called_back_again,
    hold_acknowledgements,
)
from invitations.outbox.dispatch import dispatch_outbox
from invitations.replies import record_reply
from invitations.tests.factories import DeliveryFactory, ReplyFactory, UserFactory
from invitations.tests.replies.replying import IN_PERSON, REGRETS, on_paper

pytestmark = pytest.mark.django_db

LIST = reverse("admin:invitations_reply_changelist")
SPEAK = "The last mail to this office is about another reply than the one that stands now"


def all_have_left():
    for letter in Letter.objects.filter(kind="acknowledgement"):
        DeliveryFactory(letter=letter, arrived=True)


def page_after_choosing(client, contested, choice="contested"):
    url = reverse("admin:invitations_reply_settle", args=[contested.pk])
    return client.post(url, {"stands": choice, "reason": "He signed it."}, follow=True)


@pytest.fixture
def note(reached):
    """A note that agreed, and is contested since the office said otherwise by its link."""
    invitation = reached()
    record_reply(invitation, IN_PERSON)
    note = on_paper(invitation, IN_PERSON)
    record_reply(invitation, REGRETS)
    note.refresh_from_db()
    return note


def acknowledged(invitation):
    """Of each acknowledgement, in order: what its reply says, and as what it is acknowledged."""
    letters = invitation.letters.filter(kind="acknowledgement").order_by("pk")
    return list(letters.values_list("reply__channel", "variant", "again"))


def test_what_was_acknowledged_before_another_reply_is_acknowledged_again_once_it_is_chosen(
    admin_client, note
):
    before = acknowledged(note.invitation)
    all_have_left()

    page = page_after_choosing(admin_client, note)

    assert SPEAK not in page.content.decode()
    assert acknowledged(note.invitation) == [*before, ("note_verbale", "answer", 1)]


def test_that_a_reply_was_set_aside_after_mail_about_it_is_told_by_what_stands(
    admin_client, reached
):
    invitation = reached()
    record_reply(invitation, IN_PERSON)
    contested = on_paper(invitation, REGRETS)
    all_have_left()

    page_after_choosing(admin_client, contested, "standing")

    told = [("online", "answer", 0), ("note_verbale", "contested", 0), ("online", "answer", 1)]
    assert acknowledged(invitation) == told


def test_who_stays_after_all_is_told_again_though_the_first_acknowledgement_left(
    admin_client, reached
):
    invitation, asked_at = reached(), timezone.now()
    record_reply(invitation, IN_PERSON)
    contested = on_paper(invitation, REGRETS)
    all_have_left()
    page_after_choosing(admin_client, contested, "standing")
    hold_acknowledgements(invitation)

    acknowledge_called_back_again(invitation, asked_at)

    assert invitation.letters.in_force().get(again=1).reply.channel == "online"


def test_it_is_composed_and_leaves_as_the_first_one_did(admin_client, note, approved_texts, peer):
    compose_planned()
    dispatch_outbox()
    first = note.acknowledgements.get()
    peer.taken.clear()
    page_after_choosing(admin_client, note)

    compose_planned()
    dispatch_outbox()

    [mail] = peer.taken
    letter = note.acknowledgements.get(again=1)
    assert letter.message_id.encode() in mail.content
    assert letter.message_id != first.message_id


def test_who_chooses_what_nobody_acknowledges_is_told_to_speak_to_the_office(admin_client, note):
    all_have_left()
    # As an answer that was carried over to the successor is not.
    note.acknowledgements.update(state="cancelled")
    by_hand = {"by_original": True, "sha256": "0" * 64, "message_sha256": ""}
    Letter.objects.filter(kind="invitation").update(**by_hand)

    assert SPEAK in page_after_choosing(admin_client, note).content.decode()


def test_who_chooses_reads_in_which_points_the_two_differ(admin_client, reached):
    invitation = reached()
    record_reply(invitation, IN_PERSON | {"segments": ["opening"]})
    contested = on_paper(invitation, IN_PERSON | {"segments": ["prizes"]})

    page = admin_client.get(reverse("admin:invitations_reply_settle", args=[contested.pk])).text

    assert "They differ in: segments to be attended." in page


def test_what_contradicted_and_has_not_left_does_not_count(admin_client, note):
    assert SPEAK not in page_after_choosing(admin_client, note).content.decode()


@pytest.mark.parametrize("choice", ["contested", "standing"])
def test_a_reply_that_is_acknowledged_after_the_choice_needs_no_word(admin_client, reached, choice):
    invitation = reached()
    record_reply(invitation, IN_PERSON)
    contested = on_paper(invitation, REGRETS)
    all_have_left()

    page = page_after_choosing(admin_client, contested, choice)

    assert SPEAK not in page.content.decode()


def test_what_was_said_for_an_invitation_that_is_withdrawn_is_told_apart(admin_client):
    stands = ReplyFactory()
    left = ReplyFactory(invitation__edition=stands.invitation.edition)
    ReplyFactory(invitation=left.invitation, channel="fax", status="contested", answer="regrets")
    withdraw_invitation(left.invitation, UserFactory(), "By mistake.")

    page = admin_client.get(LIST).text
    listed = {
        of: [row.pk for row in admin_client.get(LIST, {"of": of}).context["cl"].result_list]
        for of in ("issued", "withdrawn")
    }
    invitations = reverse("admin:invitations_invitation_changelist")
    contested = admin_client.get(invitations, {"answer": "contested"}).context["cl"]

    assert "standing (withdrawn)" in page
    assert "/settle/" not in page
    assert listed["issued"] == [stands.pk]
    assert len(listed["withdrawn"]) == 2
    assert contested.result_count == 0
