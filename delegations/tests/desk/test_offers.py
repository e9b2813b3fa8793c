"""What may be done for a State's invitation is offered where it can succeed, and comes back."""

import datetime as dt

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone

from invitations.admin.list_columns import list_url, state_url
from invitations.models import Circular, Delivery, Invitation, Letter, Minister
from invitations.tests.conftest import frozen_letter, queued
from invitations.tests.corrections import successor_of
from invitations.tests.desk import composed_letter, told
from invitations.tests.factories import InvitationFactory, ReplyFactory, UserFactory

__all__ = ["frozen_letter", "queued"]

pytestmark = pytest.mark.django_db

RECORD, REPLACE, WITHDRAW = "Record a reply", "Replace the letter", "Withdraw"
HAND_OVER, CORRECT = "Hand over to a successor", "Correct the address and send again"
AGAIN, ELSEWHERE, ANEW = "Send again", "Send to another address", "Compose the letter anew"


def member(client, *groups):
    user = UserFactory()
    user.groups.set(Group.objects.filter(name__in=groups))
    client.force_login(user)
    return user


def page_of(invitation):
    return state_url(invitation.edition, invitation.member_state)


def offered(client, invitation):
    [shown] = client.get(page_of(invitation)).context["invitations"]
    return {offer.title: offer for offer in shown["offers"]}


def choose(client, invitation, offer, **words):
    """Press the button of the page of the State, then that of the page of confirmation."""
    sent = {"action": offer.action, "_selected_action": offer.rows, "back": page_of(invitation)}
    asked = client.post(offer.url, sent)
    assert f'name="back" value="{page_of(invitation)}"' in asked.content.decode()
    return client.post(offer.url, sent | {"answered": "yes", **words}, follow=True)


@pytest.fixture
def failed(queued, frozen_letter):
    """A delivery to the office's only address, that the mail server refused."""
    letter = frozen_letter()
    return queued(letter, state="failed", address=letter.invitation.minister.to_emails)


def test_each_is_offered_what_is_theirs(client, failed):
    invitation = failed.letter.invitation
    by_group = {
        "Drafters": {CORRECT, AGAIN, REPLACE, HAND_OVER, WITHDRAW},
        "Registrars": {RECORD},
        "Approvers": set(),
        "Readers": set(),
    }

    for group, titles in by_group.items():
        member(client, group)
        assert set(offered(client, invitation)) == titles, group


def test_what_cannot_succeed_is_not_offered(client):
    member(client, "Drafters", "Registrars")
    withdrawn = InvitationFactory(status="withdrawn")
    closed = InvitationFactory(edition__replies_closed_at=timezone.now() - dt.timedelta(days=1))
    draft = InvitationFactory(status="draft", issued_at=None)

    assert set(offered(client, withdrawn)) == set()
    assert set(offered(client, closed)) == {HAND_OVER, WITHDRAW}
    assert set(offered(client, draft)) == {HAND_OVER, WITHDRAW}


def test_a_letter_that_is_not_approved_is_composed_again_instead_of_replaced(client):
    member(client, "Drafters")
    letter = composed_letter()

    offer = offered(client, letter.invitation)[ANEW]
    response = choose(client, letter.invitation, offer)

    assert told(response) == ["1 letter is to be composed anew."]
    letter.refresh_from_db()
    assert letter.state == Letter.State.CANCELLED


def test_recording_begins_with_the_invitation(client):
    member(client, "Registrars")
    invitation = InvitationFactory()

    form = client.get(offered(client, invitation)[RECORD].url).context["adminform"].form

    assert form["invitation"].value() == invitation.pk


def test_what_failed_is_sent_again_after_a_confirmation_and_one_is_back(client, failed):
    member(client, "Drafters")
    invitation = failed.letter.invitation

    response = choose(client, invitation, offered(client, invitation)[AGAIN])

    assert response.request["PATH_INFO"] == page_of(invitation)
    assert told(response) == ["1 delivery changed."]
    failed.refresh_from_db()
    assert failed.state == Delivery.State.QUEUED
    assert AGAIN not in offered(client, invitation)


def test_mail_is_not_sent_again_where_a_signed_original_is_due(client, failed):
    member(client, "Drafters")
    edition = failed.letter.invitation.edition
    edition.original_ranks = [failed.letter.invitation.minister.rank_id]
    edition.save()

    assert AGAIN not in offered(client, failed.letter.invitation)


@pytest.mark.parametrize("state", ["failed", "uncertain"])
def test_mail_that_would_be_refused_is_not_sent_again(client, failed, frozen_letter, state):
    member(client, "Drafters")
    Delivery.objects.update(state=state)
    letter, invitation = failed.letter, failed.letter.invitation
    again = {AGAIN, "Uncertain: send again"}
    assert again & set(offered(client, invitation))

    frozen_letter(invitation=invitation, kind="replacement", replaces=letter)
    assert not again & set(offered(client, invitation))

    Letter.objects.filter(kind="replacement").delete()
    Minister.objects.update(successor=successor_of(invitation))
    assert not again & set(offered(client, invitation))


def test_automatic_mail_that_has_nothing_to_say_any_more_is_not_sent_again(
    client, frozen_letter, queued
):
    member(client, "Drafters")
    receipt = frozen_letter(kind="receipt", variant="delegation")
    queued(receipt, state="failed")
    assert AGAIN not in offered(client, receipt.invitation)

    ReplyFactory(invitation=receipt.invitation)

    assert AGAIN in offered(client, receipt.invitation)


def test_the_letter_goes_to_an_address_it_never_went_to(client, frozen_letter):
    member(client, "Drafters")
    letter = frozen_letter()

    offer = offered(client, letter.invitation)[ELSEWHERE]
    response = choose(client, letter.invitation, offer, email=letter.invitation.minister.to_emails)

    assert response.request["PATH_INFO"] == page_of(letter.invitation)
    assert letter.deliveries.get().address == letter.invitation.minister.to_emails
    assert ELSEWHERE not in offered(client, letter.invitation)


def test_a_letter_is_replaced_for_this_office_alone(client, frozen_letter):
    member(client, "Drafters")
    letter, other = frozen_letter(), frozen_letter()
    Invitation.objects.update(edition=letter.invitation.edition)
    said = {"reference": "CL-27/9", "dated_on": "2027-03-01", "reason": "Her name was wrong."}

    offer = offered(client, letter.invitation)[REPLACE]
    choose(client, letter.invitation, offer, changes_en="The name is put right.", **said)

    circular = Circular.objects.get(reference="CL-27/9")
    assert [one.invitation for one in circular.letters.all()] == [letter.invitation]
    assert other.invitation.letters.count() == 1
    assert REPLACE not in offered(client, letter.invitation)


def test_an_invitation_is_withdrawn_with_a_reason_and_one_is_back(client):
    member(client, "Drafters")
    invitation = InvitationFactory()

    offer = offered(client, invitation)[WITHDRAW]
    response = choose(client, invitation, offer, reason="A change of government.")

    assert response.request["PATH_INFO"] == page_of(invitation)
    invitation.refresh_from_db()
    assert invitation.withdrawal_reason == "A change of government."


@pytest.mark.parametrize("back", ["https://example.org/", "//example.org/", "javascript:alert(1)"])
def test_nobody_is_led_away_from_the_desk(client, back):
    member(client, "Drafters")
    invitation, withdraw = InvitationFactory(), {"action": "withdraw_selected", "back": back}
    sent = withdraw | {"_selected_action": invitation.pk, "answered": "yes", "reason": "Over."}

    answer = client.post(list_url(Invitation), sent)

    assert answer.url == list_url(Invitation)
