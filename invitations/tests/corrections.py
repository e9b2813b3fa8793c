"""Letters and texts that turn out to be wrong, and the acts by which they are put right."""

import datetime as dt

from django.utils import timezone

from invitations.letters.approval import reword_template
from invitations.letters.circulars import plan_notes
from invitations.letters.composing_queue import compose_planned
from invitations.letters.issuing import withdraw_invitation
from invitations.letters.notes.anew import plan_for_the_others
from invitations.letters.notes.standing_again import (
    forward_once_more,
    keep_for_a_person,
    let_stand_again,
)
from invitations.letters.planning import call_back_letters
from invitations.models import HeldChange, Invitation, Letter, LetterTemplate
from invitations.outbox.corrections.addresses import correct_address, send_where_corrected
from invitations.outbox.corrections.after_saving import (
    leave_letters,
    send_to_each,
    send_to_new_addresses,
)
from invitations.outbox.corrections.notes import forward_again, forward_with_notes
from invitations.outbox.corrections.replacing import (
    begin_replacement,
    give_new_links,
    replace_letters,
)
from invitations.outbox.corrections.succession import (
    Choices,
    ask_to_hand_over,
    carry_over,
    hand_over,
    plan_first_letter,
    take_back_hand_over,
)
from invitations.outbox.corrections.waiting_letters import (
    close_link,
    compose_waiting_again,
    renew_link,
)
from invitations.outbox.release import release_change
from invitations.outbox.transitions import transit
from invitations.tests.factories import (
    CircularFactory,
    InvitationFactory,
    MinisterFactory,
    MissionFactory,
    ReplyFactory,
    UserFactory,
)
from invitations.tests.letters.drafts import under_one_note
from invitations.tests.originals import approved
from invitations.text.rewording import Pair

BECAUSE = "The name was spelt wrongly."
NEW_GOVERNMENT = "A change of government."


def beginning(make, by):
    invitation = make.issued()
    said = {"reference": "CL-27/99", "dated_on": dt.date(2027, 3, 1)}
    circular = invitation.letters.get().circular
    return begin_replacement(circular, by, BECAUSE, changes={"en": "The name."}, **said)


def replacing(make, by):
    invitation = make.issued()
    circular = CircularFactory(edition=invitation.edition, kind="replacement", changes="A name.")
    replace_letters(circular, Invitation.objects.filter(pk=invitation.pk), by, BECAUSE)
    return invitation


def giving_new_links(make, by):
    invitation = make.issued()
    give_new_links([invitation], by, BECAUSE)
    return invitation


def planning_for_the_others(make, by):
    first = make.composed()
    second = make.composed(edition=first.circular.edition)
    note = first.circular.letters.create(
        kind="note", mission=MissionFactory(), invitation=first.invitation, language="en"
    )
    note.covers.set([first, second])
    compose_planned()
    call_back_letters(Letter.objects.filter(pk=first.pk), BECAUSE)
    plan_for_the_others([note], by)
    return note


def successor_of(invitation, **fields):
    words = {
        "member_state": invitation.member_state,
        "given_name": "Rupert",
        "family_name": "Rassendyll",
    }
    return MinisterFactory(**words | fields)


def asked_for(invitation, by=None, successor=None, **choices):
    """Ask for the hand-over, and return the change that waits for a second person."""
    successor = successor or successor_of(invitation)
    choices = Choices(**choices)
    return ask_to_hand_over(invitation, successor, choices, by or UserFactory(), NEW_GOVERNMENT)


def released_by(change, by=None):
    """Release the hand-over, and return the successor's invitation."""
    release_change(change, by or UserFactory(), change.mark)
    return Invitation.objects.get(minister=change.after["minister"])


def asking(make, by):
    return asked_for(make.issued(), by)


def taking_a_hand_over_back(make, by):
    circular = under_one_note()
    letter, _other, note = [approved(one) for one in circular.letters.in_force().order_by("pk")]
    change = asked_for(letter.invitation)
    note.deliveries.update(state="cancelled")
    take_back_hand_over(change, by)
    return circular.letters.planned().get(kind="note")


def handing_over(make, by):
    change = asked_for(ReplyFactory(invitation=make.issued()).invitation)
    return released_by(change, by)


def failed_mail(make, **fields):
    """A mail that the server refused, to the only address of the office."""
    letter = make.frozen_letter(**fields)
    address = letter.invitation.minister.to_emails
    return make.queued(letter, state="failed", address=address, server_words="550 unknown")


def correcting(make, by):
    delivery = failed_mail(make)
    correct_address(delivery, by, "right@example.org", BECAUSE)
    return delivery


def sending_where_corrected(make, by):
    delivery = failed_mail(make)
    [change] = correct_address(delivery, UserFactory(), "right@example.org", BECAUSE)
    HeldChange.objects.filter(pk=change.pk).update(
        state="released", decided_at=timezone.now(), decided_by=UserFactory()
    )
    send_where_corrected(change, by)
    return delivery.letter.deliveries.get(address="right@example.org")


def leaving_it(make, by):
    minister = make.issued().minister
    leave_letters(minister, by, BECAUSE)
    return minister


def sending_to_new_addresses(make, by):
    letter = make.frozen_letter()
    send_to_new_addresses(letter.invitation.minister, [letter], by)
    return letter.deliveries.get()


def sending_to_each(make, by):
    letter = make.frozen_letter()
    send_to_each(letter.invitation.minister, letter, by)
    return letter.deliveries.get()


def planning_the_first_letter(make, by):
    edition = make.issued().edition
    draft = InvitationFactory(edition=edition, status="draft", issued_at=None)
    plan_first_letter(draft, {"letter": "now"}, by)
    return draft.letters.get()


def forwarding_with_notes(make, by):
    letter = make.frozen_letter()
    MissionFactory(states=[letter.invitation.member_state])
    plan_notes(letter.circular)
    forward_with_notes(letter, by)
    return letter.circular


def keeping_for_a_person(make, by):
    delivery = cancelled_as_it_left(make)
    keep_for_a_person(Letter.objects.filter(pk=delivery.letter_id), by)
    return delivery


def letting_stand_again(make, by):
    delivery = cancelled_as_it_left(make)
    let_stand_again(Letter.objects.filter(pk=delivery.letter_id), by)
    return delivery


def cancelled_as_it_left(make):
    delivery = make.queued()
    transit(delivery, "queued", "cancelled", reason="another letter has replaced it")
    return delivery


def forwarding_once_more(make, by):
    circular = under_one_note()
    letter, _other, note = [approved(one) for one in circular.letters.in_force().order_by("pk")]
    note.deliveries.update(state="cancelled")
    [anew] = forward_once_more(Letter.objects.filter(pk=letter.pk), by)
    return anew


def forwarding_again(make, by):
    note = came_back_over_one_withdrawn()
    forward_again(note, by)
    return note


def came_back_over_one_withdrawn(state="bounced", **mission):
    """A note verbale over two letters of which no copy arrived, and one was withdrawn since."""
    circular = under_one_note(**mission)
    letters = list(circular.letters.in_force().order_by("pk"))
    first, _second, note = [approved(one) for one in letters]
    note.deliveries.update(state=state)
    withdraw_invitation(first.invitation, UserFactory(), NEW_GOVERNMENT)
    return note


def carrying_over(make, by):
    reply = ReplyFactory(invitation=make.issued())
    edition = reply.invitation.edition
    draft = InvitationFactory(edition=edition, status="draft", issued_at=None)
    carry_over(reply, draft, by)
    return draft


def renewing_a_link(make, by):
    invitation = make.issued()
    renew_link(invitation, 1, by, BECAUSE)
    return invitation


def closing_a_link(make, by):
    invitation = make.issued()
    close_link(invitation, 1, by, BECAUSE)
    return invitation


def composing_waiting_letters_again(make, by):
    invitation = make.issued()
    invitation.links.update(replaced_at=timezone.now())
    compose_waiting_again(invitation, by)
    return invitation.letters.get(state="cancelled")


def rewording(make, by):
    text = LetterTemplate.objects.filter(kind="note", variant="", language="en").latest("version")
    reword_template(text, [Pair("the Forum", "the Conference")], by)
    return LetterTemplate.objects.latest("pk")


MENDING_ACTS = {
    reword_template: rewording,
    renew_link: renewing_a_link,
    close_link: closing_a_link,
    compose_waiting_again: composing_waiting_letters_again,
    plan_first_letter: planning_the_first_letter,
    forward_with_notes: forwarding_with_notes,
    forward_again: forwarding_again,
    keep_for_a_person: keeping_for_a_person,
    let_stand_again: letting_stand_again,
    forward_once_more: forwarding_once_more,
    leave_letters: leaving_it,
    send_to_new_addresses: sending_to_new_addresses,
    send_to_each: sending_to_each,
    correct_address: correcting,
    send_where_corrected: sending_where_corrected,
    ask_to_hand_over: asking,
    hand_over: handing_over,
    take_back_hand_over: taking_a_hand_over_back,
    carry_over: carrying_over,
    begin_replacement: beginning,
    plan_for_the_others: planning_for_the_others,
    replace_letters: replacing,
    give_new_links: giving_new_links,
}
