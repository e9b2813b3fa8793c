"""A note verbale that covers no letter any more drops out, instead of waiting."""

import pytest
from django.utils import timezone

from invitations.letters.approval import recompose_letter
from invitations.letters.circulars import by_mission, plan_circular, plan_notes
from invitations.letters.composing import record_composed
from invitations.letters.composing_queue import compose_planned
from invitations.letters.issuing import withdraw_invitation
from invitations.letters.planning import try_waiting_again
from invitations.models import Mission
from invitations.replies import record_reply
from invitations.tests.factories import (
    CircularFactory,
    UserFactory,
)
from invitations.tests.letters.drafts import claimed, compose_after_save, under_one_note
from invitations.tests.originals import approved

pytestmark = pytest.mark.django_db


@pytest.fixture
def circular():
    """A circular to two States with one mission, whose note waits for its greeting."""
    return under_one_note(greeted_as="")


def note_of(circular):
    return circular.letters.filter(kind="note").latest("pk")


def inviting(circular):
    return list(circular.letters.in_force().filter(kind="invitation").order_by("pk"))


def withdraw(letters):
    for letter in letters:
        withdraw_invitation(letter.invitation, UserFactory(), "A change of government.")


def test_a_note_whose_letters_were_all_withdrawn_drops_out(circular):
    withdraw(inviting(circular))

    assert note_of(circular).state == "cancelled"


def test_a_note_that_waits_for_approval_drops_out_too(circular):
    Mission.objects.update(greeted_as="to the Legation")
    compose_after_save()
    assert note_of(circular).state == "composed"

    withdraw(inviting(circular))

    assert note_of(circular).state == "cancelled"


def test_a_note_keeps_the_letters_that_are_not_withdrawn(circular):
    withdrawn, kept = inviting(circular)
    withdraw([withdrawn])
    Mission.objects.update(greeted_as="to the Legation")

    compose_after_save()

    note = note_of(circular)
    assert (note.state, list(note.covers.all())) == ("composed", [kept])
    assert withdrawn.invitation.member_state.short_name not in note.paper


def test_a_note_whose_letters_are_all_answered_drops_out(circular):
    for letter in inviting(circular):
        record_reply(approved(letter).invitation, {"answer": "regrets"})

    compose_planned()

    note = note_of(circular)
    assert note.state == "cancelled"
    assert note.events.latest("pk").reason.startswith("it covers no letter any more")
    assert by_mission(circular) == {}


def test_a_note_stays_while_one_office_is_silent(circular):
    first, *_others = inviting(circular)
    record_reply(approved(first).invitation, {"answer": "regrets"})

    compose_planned()

    assert note_of(circular).state == "planned"


def test_a_note_that_waits_covers_a_letter_that_was_composed_again(circular):
    first, second = inviting(circular)
    anew = recompose_letter(first, UserFactory())

    compose_planned()

    assert set(note_of(circular).covers.all()) == {anew, second}


def test_a_letter_composed_again_while_its_note_is_at_work_is_forwarded(circular):
    Mission.objects.update(greeted_as="to the Legation")
    first, second = inviting(circular)
    try_waiting_again()
    at_work = claimed(note_of(circular).pk)
    at_work.sha256, at_work.composed_at = "0" * 64, timezone.now()
    anew = recompose_letter(first, UserFactory())

    assert not record_composed(at_work)
    compose_after_save()

    note = note_of(circular)
    assert (note.state, set(note.covers.all())) == ("composed", {anew, second})


def test_a_letter_composed_again_under_a_note_that_nobody_has_is_forwarded_once(circular):
    Mission.objects.update(greeted_as="to the Legation")
    compose_planned()
    first, second = inviting(circular)
    note = note_of(circular)
    anew = recompose_letter(first, UserFactory())
    compose_planned()

    assert plan_notes(circular) == 0
    compose_planned()
    recompose_letter(note, UserFactory())
    compose_planned()

    notes = circular.letters.in_force().filter(kind="note", state="composed")
    assert set(notes.values_list("covers", flat=True)) == {anew.pk, second.pk}
    assert len(notes) == 1


def test_a_notice_to_who_has_answered_is_forwarded(circular):
    for letter in inviting(circular):
        record_reply(approved(letter).invitation, {"answer": "regrets"})
    notice = CircularFactory(edition=circular.edition, kind="notice", changes="Later.")
    plan_circular(notice)
    compose_planned()

    assert plan_notes(notice) == 1
    compose_planned()

    assert note_of(notice).state == "planned"
