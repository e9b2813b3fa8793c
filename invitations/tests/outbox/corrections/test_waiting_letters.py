"""No letter leaves with a link that opens no more: what waits with it is composed anew."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from invitations.letters.approval import (
    approve_letter,
    reason_not_to_compose_again,
    recompose_letter,
)
from invitations.letters.circulars import plan_notes
from invitations.letters.composing_queue import compose_planned
from invitations.links import NO_LINK, end_link, replace_link
from invitations.models import Circular, Delivery, Invitation, Letter
from invitations.outbox.another_address import send_to_another_address
from invitations.outbox.corrections.replacing import replace_letters
from invitations.outbox.corrections.waiting_letters import close_link, renew_link
from invitations.outbox.decisions import reason_not_to_resend, resend
from invitations.outbox.dispatch import dispatch_outbox
from invitations.outbox.envelopes import refuse_unprintable
from invitations.outbox.release import take_back_change
from invitations.tests.corrections import BECAUSE, asked_for
from invitations.tests.factories import CircularFactory, MissionFactory, UserFactory
from invitations.tests.letters.drafts import compose_after_save
from invitations.tests.outbox.deliveries import State, state_of

pytestmark = pytest.mark.django_db

ENDED = "Its link was replaced, or has ended"


def approve(letter):
    return approve_letter(letter, UserFactory(), letter.sha256, letter.message_sha256)


def delivery_of(invitation):
    return Delivery.objects.get(letter__invitation=invitation)


def test_a_letter_that_waits_is_composed_again_once_its_link_is_replaced(peer, issued):
    invitation, by = issued(), UserFactory()
    earlier, dead = invitation.letters.get(), invitation.links.get().token

    new = renew_link(invitation, 1, by, BECAUSE)
    dispatch_outbox()
    compose_planned()

    assert peer.taken == []
    [letter] = invitation.letters.in_force()
    assert new.token in letter.mail
    assert dead not in letter.mail
    assert earlier.events.latest("pk").actor == by
    with pytest.raises(ValidationError, match="you composed this letter"):
        approve_letter(letter, by, letter.sha256, letter.message_sha256)
    approve(letter)
    assert dispatch_outbox() == 1


def test_a_letter_whose_link_ends_waits_for_a_new_one(issued):
    invitation = issued()

    close_link(invitation, 1, UserFactory(), BECAUSE)
    compose_planned()

    [letter] = invitation.letters.in_force()
    assert letter.waiting_reason == "Its link has ended: give the invitation a new one first."
    renew_link(invitation, NO_LINK, UserFactory(), "It is theirs again.")
    compose_after_save()
    letter.refresh_from_db()
    assert letter.state == "composed"


def test_a_letter_that_left_stays_as_it_is(peer, issued):
    invitation = issued()
    dispatch_outbox()

    renew_link(invitation, 1, UserFactory(), BECAUSE)

    assert invitation.letters.get().state == "approved"
    assert "sent, or tried: replace" in reason_not_to_compose_again(invitation.letters.get())


def test_what_still_waits_with_a_dead_link_is_kept_back_and_says_what_to_do(peer, issued):
    """As of a letter of which one copy has left, or where the link ended with a hand-over."""
    invitation = issued()
    replace_link(invitation, 1, UserFactory(), BECAUSE)

    dispatch_outbox()

    delivery = delivery_of(invitation)
    assert (state_of(delivery), peer.taken) == (State.MISSED, [])
    assert delivery.events.latest("pk").reason.startswith(ENDED)
    assert reason_not_to_resend(delivery).startswith(ENDED)
    with pytest.raises(ValidationError, match=ENDED):
        resend(delivery, UserFactory())
    recompose_letter(delivery.letter, UserFactory())
    compose_planned()
    approve(invitation.letters.get(state="composed"))
    assert dispatch_outbox() == 1


def test_a_letter_with_a_dead_link_goes_to_no_other_address(peer, issued):
    invitation = issued()
    dispatch_outbox()
    replace_link(invitation, 1, UserFactory(), BECAUSE)

    with pytest.raises(ValidationError, match=ENDED):
        send_to_another_address(invitation.letters.get(), UserFactory(), "new@example.org")


def test_who_stays_in_office_after_all_gets_the_letter_with_a_link_that_opens(peer, issued):
    invitation = issued()
    change = asked_for(invitation)
    dispatch_outbox()
    take_back_change(change, UserFactory(), change.mark)
    assert reason_not_to_resend(delivery_of(invitation)).startswith(ENDED)

    new = renew_link(invitation, NO_LINK, UserFactory(), "She stays.")
    compose_planned()

    letter = invitation.letters.get(state="composed")
    assert new.token in letter.mail


def test_what_is_replaced_anyway_is_not_composed_again_beside_it(issued):
    invitation, by = issued(), UserFactory()
    circular = CircularFactory(edition=invitation.edition, kind="replacement", changes="A name.")

    chosen = Invitation.objects.filter(pk=invitation.pk)
    replace_letters(circular, chosen, by, BECAUSE, new_links=True)

    states = dict(invitation.letters.values_list("kind", "state"))
    assert states == {"invitation": "approved", "replacement": "planned"}


def test_no_letter_is_printed_with_a_dead_code(issued):
    invitation = issued(to_emails="", cc_emails="")
    replace_link(invitation, 1, UserFactory(), BECAUSE)

    with pytest.raises(ValidationError, match=ENDED):
        refuse_unprintable(Letter.objects.get(invitation=invitation))


def test_a_signed_original_with_a_dead_code_is_composed_again(issued):
    invitation = issued(rank_id="HOS")
    assert invitation.letters.get().by_original

    renew_link(invitation, 1, UserFactory(), BECAUSE)

    [letter] = invitation.letters.in_force()
    assert letter.state == "planned"


def test_a_note_verbale_over_such_a_letter_waits_for_it_and_covers_the_new_one(peer, issued):
    invitation = issued()
    MissionFactory(emails="mission@example.org", states=[invitation.member_state])
    plan_notes(Circular.objects.get(), UserFactory())
    compose_planned()
    note = approve(Letter.objects.get(kind="note"))

    renew_link(invitation, 1, UserFactory(), BECAUSE)

    note.refresh_from_db()
    assert note.state == "cancelled"
    anew = Letter.objects.planned().get(kind="note")
    assert [one.state for one in anew.covers.all()] == ["planned"]


def test_a_link_is_replaced_after_its_letter_was_composed_again_once(issued):
    invitation, by = issued(), UserFactory()
    end_link(invitation, 1, by, BECAUSE)

    renew_link(invitation, NO_LINK, by, BECAUSE)

    assert sorted(invitation.letters.values_list("state", flat=True)) == ["cancelled", "planned"]


def test_a_note_over_a_letter_that_left_with_a_link_that_ended_since_is_not_approved(issued):
    invitation = issued()
    MissionFactory(emails="mission@example.org", states=[invitation.member_state])
    plan_notes(Circular.objects.get(), UserFactory())
    compose_planned()
    Delivery.objects.update(state="handed_over", handed_over_at=timezone.now())

    renew_link(invitation, 1, UserFactory(), BECAUSE)

    with pytest.raises(ValidationError, match="replace the letter"):
        approve(Letter.objects.get(kind="note"))
