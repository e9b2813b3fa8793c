"""No note verbale forwards a letter to a person whose successor is on file."""

from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from invitations.letters.approval import recompose_letter
from invitations.letters.circulars import plan_circular, plan_notes
from invitations.letters.composing_queue import compose_planned
from invitations.letters.issuing import withdraw_invitation
from invitations.models import Letter
from invitations.models.held.outdated import outdated_letters
from invitations.outbox.decisions import dispatch_on_paper, resend
from invitations.outbox.dispatch import dispatch_outbox
from invitations.outbox.envelopes import refuse_unprintable
from invitations.outbox.transitions import LEASE, begin_sending
from invitations.tests.corrections import asked_for, successor_of
from invitations.tests.factories import CircularFactory, MissionFactory, UserFactory
from invitations.tests.letters.drafts import drafted, under_one_note
from invitations.tests.originals import approved

pytestmark = pytest.mark.django_db

OVER_WHO_LEFT = "A letter it covers is to a person who has left office"


def succeed(letter):
    """Enter the successor as a list or the page of the minister does."""
    minister = letter.invitation.minister
    minister.successor = successor_of(letter.invitation)
    minister.save()


@pytest.fixture
def circular():
    return under_one_note()


def note_of(circular):
    return circular.letters.in_force().get(kind="note")


def inviting(circular):
    return list(circular.letters.in_force().filter(kind="invitation").order_by("pk"))


def states_of(letter):
    return set(letter.deliveries.values_list("state", flat=True))


def all_approved(circular):
    return [approved(one) for one in [*inviting(circular), note_of(circular)]]


def test_a_note_over_a_letter_to_who_left_office_is_not_approved(circular):
    first, second = map(approved, inviting(circular))
    note = note_of(circular)
    succeed(first)

    assert OVER_WHO_LEFT in str(outdated_letters(Letter.objects.all())[note.pk].reason)
    with pytest.raises(ValidationError, match=OVER_WHO_LEFT):
        approved(note)

    recompose_letter(note, UserFactory())
    compose_planned()
    anew = note_of(circular)
    assert list(anew.covers.all()) == [second]
    assert approved(anew).state == Letter.State.APPROVED


@pytest.mark.parametrize("enter", [succeed, lambda letter: asked_for(letter.invitation)])
def test_an_approved_note_over_such_a_letter_is_kept_back(peer, circular, enter):
    first, second, note = all_approved(circular)
    enter(first)

    dispatch_outbox()

    assert states_of(first) == states_of(note) == {"missed"}
    assert states_of(second) == {"handed_over"}
    [delivery] = note.deliveries.all()
    assert delivery.events.last().reason.startswith(OVER_WHO_LEFT)
    with pytest.raises(ValidationError, match=OVER_WHO_LEFT):
        resend(delivery, UserFactory())


def test_a_successor_who_is_entered_at_the_last_moment_keeps_the_note_back_too(circular):
    first, _second, note = all_approved(circular)
    claim = {"state": "claimed", "claim": uuid4(), "lease_ends_at": timezone.now() + LEASE}
    note.deliveries.update(**claim)
    [delivery] = note.deliveries.all()
    succeed(first)

    assert not begin_sending(delivery)


def test_a_note_that_was_kept_back_is_composed_again_without_that_letter(peer, circular):
    first, second, note = all_approved(circular)
    succeed(first)
    dispatch_outbox()

    recompose_letter(note, UserFactory())
    compose_planned()
    withdraw_invitation(first.invitation, UserFactory(), "A change of government.")

    anew = note_of(circular)
    assert (anew.state, list(anew.covers.all())) == ("composed", [second])


def test_a_note_over_originals_is_composed_again_without_that_letter():
    circular = under_one_note(rank_id="HOG")
    first, second, note = all_approved(circular)
    assert note.by_original
    succeed(first)

    with pytest.raises(ValidationError, match=OVER_WHO_LEFT):
        refuse_unprintable(note)
    anew = recompose_letter(note, UserFactory())
    compose_planned()

    assert list(anew.covers.all()) == [second]
    assert approved(note_of(circular)).state == Letter.State.APPROVED


def test_a_note_that_failed_is_composed_again_and_leaves_once(peer, circular):
    first, second, note = all_approved(circular)
    note.deliveries.update(state="failed")
    succeed(first)

    with pytest.raises(ValidationError, match=OVER_WHO_LEFT):
        resend(note.deliveries.get(), UserFactory())
    recompose_letter(note, UserFactory())
    compose_planned()

    assert (states_of(note), note_of(circular).pk != note.pk) == ({"cancelled"}, True)
    assert list(approved(note_of(circular)).covers.all()) == [second]
    with pytest.raises(ValidationError, match="compose the note anew"):
        resend(note.deliveries.get(), UserFactory())


def test_a_note_of_which_a_copy_has_left_says_what_forwards_the_others(circular):
    first, _second, note = all_approved(circular)
    note.deliveries.update(state="handed_over", handed_over_at=timezone.now())
    note.deliveries.create(state="missed", address="second@example.org")
    succeed(first)

    with pytest.raises(ValidationError) as refused:
        recompose_letter(note, UserFactory())

    assert refused.value.messages == [
        "The note was sent, or may have been: replace the letters that it still has to forward, and"
        " plan notes over the replacements."
    ]


def test_a_letter_that_failed_is_replaced(peer, circular):
    first, *_others = all_approved(circular)
    first.deliveries.update(state="failed")
    first.invitation.links.update(replaced_at=timezone.now())

    with pytest.raises(ValidationError, match="replace the letter"):
        recompose_letter(first, UserFactory())


def test_a_note_over_such_a_letter_leaves_on_no_paper_either(circular):
    first, _second, note = all_approved(circular)
    succeed(first)

    with pytest.raises(ValidationError, match="to a person who has left office"):
        dispatch_on_paper(note, UserFactory(), "pouch", "", note.approved_at)


def test_a_note_over_none_but_such_a_letter_drops_out():
    draft = drafted()
    circular = draft.edition.circulars.get()
    MissionFactory(states=[draft.member_state])
    plan_circular(circular)
    compose_planned()
    plan_notes(circular)
    succeed(circular.letters.get(kind="invitation"))

    compose_planned()

    assert circular.letters.get(kind="note").state == "cancelled"


def test_no_note_is_planned_over_a_letter_to_who_left_office():
    circular = CircularFactory()
    first, second = drafted(edition=circular.edition), drafted(edition=circular.edition)
    MissionFactory(states=[first.member_state, second.member_state])
    plan_circular(circular)
    compose_planned()
    succeed(first.letters.get())

    plan_notes(circular)

    assert [one.invitation for one in note_of(circular).covers.all()] == [second]
