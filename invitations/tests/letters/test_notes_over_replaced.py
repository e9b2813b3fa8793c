"""Of a note verbale over several letters those that no replacement cancels are forwarded still."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from invitations.letters.approval import recompose_letter
from invitations.letters.circulars import call_back_circular, plan_notes
from invitations.letters.composing_queue import compose_planned
from invitations.letters.planning import call_back_letters
from invitations.models import Invitation, Letter
from invitations.models.held.outdated import OVER_REPLACED, outdated_letters
from invitations.outbox.corrections.notes import forward_again
from invitations.outbox.corrections.replacing import replace_letters
from invitations.outbox.dispatch import dispatch_outbox
from invitations.outbox.release import take_back_change
from invitations.replies import record_reply
from invitations.tests.corrections import asked_for
from invitations.tests.factories import CircularFactory, UserFactory
from invitations.tests.letters.drafts import under_one_note
from invitations.tests.originals import approved
from invitations.tests.unset import not_set_in_type

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_pages(monkeypatch):
    not_set_in_type(monkeypatch)


@pytest.fixture
def letters():
    """Two letters and the note above them to two addresses, all approved, which wait to leave."""
    circular = under_one_note(emails="chancery@example.org head@example.org")
    return [approved(one) for one in circular.letters.in_force().order_by("pk")]


def replaced(letter):
    """Approve a replacement of the letter, which leaves tomorrow; return its circular."""
    circular = CircularFactory(
        edition=letter.circular.edition,
        kind="replacement",
        changes="A name.",
        planned_at=timezone.now() + dt.timedelta(days=1),
    )
    whose = Invitation.objects.filter(pk=letter.invitation_id)
    replace_letters(circular, whose, UserFactory(), "A name.")
    compose_planned()
    approved(circular.letters.get())
    return circular


def notes_of(circular):
    return circular.letters.in_force().filter(kind="note").order_by("pk")


def states(note):
    return set(note.deliveries.values_list("state", flat=True))


def test_the_others_are_forwarded_by_a_note_without_the_one_that_is_replaced(peer, letters):
    first, second, note = letters
    replaced(first)
    dispatch_outbox()
    assert states(note) == {"missed"}

    recompose_letter(note, UserFactory())
    compose_planned()
    anew = notes_of(note.circular).last()
    assert list(anew.covers.all()) == [second]
    approved(anew)
    dispatch_outbox()

    assert states(anew) == {"handed_over"}


def test_a_note_is_planned_over_none_that_is_replaced(letters):
    first, second, note = letters
    replaced(first)
    note.deliveries.update(state="cancelled")

    plan_notes(note.circular)

    assert list(notes_of(note.circular).last().covers.all()) == [second]


def given_up_at_one_address(note, letter):
    """Replace the letter, and forward anew what remains where the note did not arrive."""
    here = note.deliveries.earliest("pk")
    note.deliveries.filter(pk=here.pk).update(state="handed_over", handed_over_at=timezone.now())
    note.deliveries.exclude(pk=here.pk).update(state="bounced")
    circular = replaced(letter)
    anew = forward_again(note, UserFactory())
    compose_planned()
    return circular, anew


def test_what_stands_again_is_brought_by_another_note_where_one_was_given_up(peer, letters):
    first, second, note = letters
    circular, anew = given_up_at_one_address(note, first)
    there = [["to", note.deliveries.get(state="cancelled").address]]
    approved(Letter.objects.get(pk=anew.pk))

    call_back_circular(circular, UserFactory(), "The name was right.")
    compose_planned()
    last = notes_of(note.circular).last()
    approved(last)
    dispatch_outbox()

    assert states(note) == {"handed_over", "cancelled"}
    brought = [(one.recipients, one.covers.get(), states(one)) for one in (again_now(anew), last)]
    assert brought == [(there, second, {"handed_over"}), (there, first, {"handed_over"})]


def again_now(note):
    return Letter.objects.get(pk=note.pk)


def test_what_stands_again_joins_the_note_that_is_planned(letters):
    first, second, note = letters
    note.deliveries.update(state="bounced")
    circular = replaced(first)
    anew = forward_again(note, UserFactory())

    call_back_circular(circular, UserFactory(), "The name was right.")
    compose_planned()

    assert list(notes_of(note.circular)) == [anew]
    assert set(anew.covers.all()) == {first, second}
    assert len(again_now(anew).recipients) == 2


def test_a_copy_that_a_person_gave_up_is_kept_for_nobody(letters):
    first, second, note = letters
    circular, anew = given_up_at_one_address(note, first)
    record_reply(second.invitation, {"answer": "regrets"})
    call_back_letters(Letter.objects.filter(pk=anew.pk), "it covers no letter any more")

    call_back_circular(circular, UserFactory(), "The name was right.")

    assert states(note) == {"handed_over", "cancelled"}
    assert notes_of(note.circular).last().covers.get() == first


def test_what_stands_again_and_was_left_out_of_a_note_composed_again_is_forwarded(letters):
    first, second, note = letters
    circular = replaced(first)
    recompose_letter(note, UserFactory())
    compose_planned()

    call_back_circular(circular, UserFactory(), "The name was right.")
    compose_planned()

    covered = [list(one.covers.all()) for one in notes_of(note.circular)]
    assert covered == [[second], [first]]


def test_no_note_follows_where_the_mission_has_the_letter_on_paper(letters):
    first, _second, note = letters
    at = timezone.now()
    note.deliveries.create(channel="pouch", state="handed_over", handed_over_at=at)
    circular, _again = given_up_at_one_address(note, first)
    before = notes_of(note.circular).count()

    call_back_circular(circular, UserFactory(), "The name was right.")

    assert notes_of(note.circular).count() == before


def test_what_stands_again_once_a_hand_over_is_taken_back_is_forwarded_too(letters):
    first, second, note = letters
    change = asked_for(first.invitation)
    recompose_letter(note, UserFactory())
    compose_planned()
    assert list(notes_of(note.circular).get().covers.all()) == [second]

    take_back_change(change, UserFactory(), change.mark)

    assert notes_of(note.circular).last().covers.get() == first


def test_a_note_over_a_letter_that_was_replaced_meanwhile_is_not_approved():
    circular = under_one_note()
    *letters, note = circular.letters.in_force().order_by("pk")
    first, second = [approved(one) for one in letters]
    replaced(first)

    with pytest.raises(ValidationError, match="replaced one that it covers: compose the note anew"):
        approved(note)
    assert outdated_letters(Letter.objects.all())[note.pk].reason == OVER_REPLACED
    recompose_letter(note, UserFactory())
    compose_planned()

    anew = notes_of(circular).get()
    assert list(anew.covers.all()) == [second]
    assert approved(anew).state == "approved"
