"""What whoever chose between two replies reads of the mail that the office has."""

import pytest
from django.urls import reverse

from invitations.letters.issuing import withdraw_invitation
from invitations.models import Letter
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
    return client.post(url, {"stands": choice, "because": "He signed it."}, follow=True)


@pytest.fixture
def note(reached):
    """A note that agreed, and is contested since the office said otherwise by its link."""
    invitation = reached()
    record_reply(invitation, IN_PERSON)
    note = on_paper(invitation, IN_PERSON)
    record_reply(invitation, REGRETS)
    note.refresh_from_db()
    return note


def test_who_chooses_what_was_acknowledged_before_another_reply_is_told_to_speak_to_the_office(
    admin_client, note
):
    all_have_left()

    assert SPEAK in page_after_choosing(admin_client, note).content.decode()


def test_what_contradicted_and_has_not_left_does_not_count(admin_client, note):
    assert SPEAK not in page_after_choosing(admin_client, note).content.decode()


@pytest.mark.parametrize(("choice", "is_told"), [("contested", False), ("standing", True)])
def test_a_reply_that_is_acknowledged_after_the_choice_needs_no_word(
    admin_client, reached, choice, is_told
):
    invitation = reached()
    record_reply(invitation, IN_PERSON)
    contested = on_paper(invitation, REGRETS)
    all_have_left()

    page = page_after_choosing(admin_client, contested, choice)

    assert (SPEAK in page.content.decode()) == is_told


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
