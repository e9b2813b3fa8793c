"""The letter to a successor lies under the note verbale that was to forward the earlier one."""

import pytest
from django.utils import timezone

from invitations.letters.approval import recompose_letter
from invitations.letters.circulars import plan_circular, plan_notes
from invitations.letters.composing import record_composed
from invitations.letters.composing_queue import claim_to_compose, compose_planned, note_records
from invitations.models import Letter
from invitations.tests.corrections import asked_for, released_by
from invitations.tests.factories import MissionFactory, UserFactory
from invitations.tests.letters.drafts import drafted, under_one_note
from invitations.tests.originals import approved

pytestmark = pytest.mark.django_db


def notes_of(circular):
    return circular.letters.in_force().filter(kind="note")


def covered_by(note):
    return set(note.covers.in_force().values_list("invitation", flat=True))


def handed_over(invitation):
    """Let a successor take the office; the clock ticks before the release and after it."""
    change = asked_for(invitation)
    compose_planned()
    successor = released_by(change)
    compose_planned()
    compose_planned()
    return successor


def inviting(circular):
    return list(circular.letters.in_force().filter(kind="invitation").order_by("pk"))


@pytest.fixture
def circular():
    """Letters to two States of one mission, and the note above them, composed."""
    return under_one_note(greeted_as="to the Legation")


@pytest.mark.parametrize("until", ["planned", "composed", "approved"])
def test_the_note_over_one_letter_forwards_that_of_the_successor(until):
    draft = drafted()
    circular = draft.edition.circulars.get()
    greeting = "" if until == "planned" else "to the Legation"
    MissionFactory(greeted_as=greeting, states=[draft.member_state])
    plan_circular(circular)
    compose_planned()
    plan_notes(circular)
    compose_planned()
    if until == "approved":
        approved(inviting(circular)[0])
        approved(notes_of(circular).get())
    assert notes_of(circular).get().state == until

    successor = handed_over(draft)

    [note] = notes_of(circular)
    assert covered_by(note) == {successor.pk}
    assert note.invitation == successor


@pytest.mark.parametrize("is_approved", [False, True])
def test_the_note_over_several_letters_forwards_it_with_the_others(circular, is_approved):
    first, second = inviting(circular)
    if is_approved:
        for letter in [first, second, *notes_of(circular)]:
            approved(letter)

    successor = handed_over(first.invitation)

    [note] = notes_of(circular)
    assert covered_by(note) == {successor.pk, second.invitation_id}
    assert note.state == "composed"
    assert "Rassendyll" in note.paper


def test_whoever_composes_the_note_just_now_leaves_it(circular):
    first, _second = inviting(circular)
    anew = recompose_letter(notes_of(circular).get(), UserFactory())
    (noted,) = note_records([anew.pk])
    at_work = claim_to_compose(noted)
    at_work.sha256, at_work.composed_at = "0" * 64, timezone.now()
    released_by(asked_for(first.invitation))

    assert not record_composed(at_work)

    assert notes_of(circular).get().state == "planned"


def test_a_mission_that_has_its_note_gets_one_over_the_letter_to_the_successor(circular):
    first, second = inviting(circular)
    note = [approved(letter) for letter in [first, second, *notes_of(circular)]][-1]
    note.deliveries.update(state="handed_over", handed_over_at=timezone.now())

    successor = handed_over(first.invitation)

    anew = notes_of(circular).exclude(pk=note.pk).get()
    assert (anew.state, covered_by(anew)) == ("composed", {successor.pk})
    assert covered_by(note) == {second.invitation_id}


def test_a_mission_that_was_to_get_no_note_gets_none():
    draft = drafted()
    MissionFactory(states=[draft.member_state])
    plan_circular(draft.edition.circulars.get())
    compose_planned()

    handed_over(draft)

    assert not Letter.objects.filter(kind="note").exists()
