"""Of a note verbale over several letters those who remain keep theirs, if one is withdrawn."""

from uuid import uuid4

import pytest
from django.utils import timezone

from invitations.letters.approval import recompose_letter
from invitations.letters.circulars import plan_circular, plan_notes
from invitations.letters.composing import FROZEN, record_composed
from invitations.letters.composing_queue import compose_planned
from invitations.letters.issuing import withdraw_invitation, withdraw_invitations
from invitations.models import Invitation, Letter, LetterEvent
from invitations.models.held.proposals import write_approved
from invitations.outbox.corrections.notes import reason_not_to_forward_again
from invitations.outbox.decisions import reason_not_to_resend
from invitations.outbox.dispatch import dispatch_outbox
from invitations.outbox.transitions import LEASE
from invitations.replies import record_reply
from invitations.tests.factories import UserFactory
from invitations.tests.letters.drafts import drafted, under_one_note
from invitations.tests.originals import approved

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["MIN", "HOG"])
def circular(request):
    """Letters to two States of one mission and the note above them, all approved."""
    made = under_one_note(rank_id=request.param)
    for letter in [*inviting(made), note_of(made)]:
        approved(letter)
    return made


def note_of(circular):
    return circular.letters.in_force().filter(kind="note").order_by("pk").last()


def inviting(circular):
    return list(circular.letters.in_force().filter(kind="invitation").order_by("pk"))


def withdraw(invitation):
    withdraw_invitation(invitation, UserFactory(), "A change of government.")


@pytest.mark.parametrize("place", [0, 1])
def test_the_others_get_a_note_again_whichever_letter_it_stands_with(circular, place):
    letters = inviting(circular)
    withdrawn = letters.pop(place)
    before = note_of(circular)

    withdraw(withdrawn.invitation)
    compose_planned()

    note = note_of(circular)
    assert note.pk != before.pk
    assert (note.state, list(note.covers.all())) == ("composed", letters)
    assert note.invitation == letters[0].invitation
    assert withdrawn.invitation.member_state.short_name not in note.paper


def test_a_note_that_waits_for_approval_is_composed_again_by_itself():
    circular = under_one_note()
    first, second = inviting(circular)

    withdraw(first.invitation)
    compose_planned()

    note = note_of(circular)
    assert (note.state, list(note.covers.all())) == ("composed", [second])
    assert approved(second).state == approved(note).state == "approved"


def test_a_note_that_a_worker_composes_just_now_is_left_and_composed_again():
    circular = under_one_note()
    first, second = inviting(circular)
    before = note_of(circular)
    planned = recompose_letter(before, UserFactory())
    at_work = Letter.objects.select_related("invitation__edition").get(pk=planned.pk)
    for name in FROZEN:
        setattr(at_work, name, getattr(before, name))

    withdraw(first.invitation)

    assert not record_composed(at_work)
    compose_planned()
    note = note_of(circular)
    assert (note.state, list(note.covers.all())) == ("composed", [second])
    assert first.invitation.member_state.short_name not in note.paper


def test_who_drafted_the_note_is_its_drafter_still_and_who_withdrew_is_on_file(circular):
    first, _second = inviting(circular)
    drafter, by = UserFactory(), UserFactory()
    before = note_of(circular)
    type(before).objects.filter(pk=before.pk).update(composed_by=drafter)

    withdraw_invitation(first.invitation, by, "A change of government.")

    note = note_of(circular)
    assert note.composed_by == drafter
    planned = LetterEvent.objects.get(letter=note, state="planned")
    assert planned.actor == by
    assert before.events.filter(delivery=None).latest("pk").actor == by


def test_both_withdrawn_at_once_leave_no_note(circular):
    withdraw_invitations(Invitation.objects.all(), UserFactory(), "A change of government.")
    compose_planned()

    assert note_of(circular) is None


def test_one_withdrawn_after_the_other_leaves_no_note(circular):
    first, second = inviting(circular)
    withdraw(first.invitation)
    compose_planned()

    withdraw(second.invitation)

    assert note_of(circular) is None


def test_over_letters_that_are_all_answered_no_note_is_planned():
    circular = under_one_note()
    first, second, _note = [approved(one) for one in [*inviting(circular), note_of(circular)]]
    record_reply(second.invitation, {"answer": "regrets"})

    withdraw(first.invitation)

    assert note_of(circular) is None


def test_a_note_that_failed_is_planned_again_too(circular):
    first, second = inviting(circular)
    note_of(circular).deliveries.update(state="failed")

    withdraw(first.invitation)

    note = note_of(circular)
    assert (note.state, list(note.covers.all())) == ("planned", [second])


def test_a_mission_that_may_have_the_note_gets_no_second_one(circular):
    first, _second = inviting(circular)
    note = note_of(circular)
    note.deliveries.update(state="handed_over", handed_over_at=timezone.now())

    withdraw(first.invitation)

    assert note_of(circular) == note


@pytest.mark.parametrize("left", ["sending", "handed_over", "uncertain"])
@pytest.mark.parametrize("place", [0, 1])
def test_an_address_that_the_note_did_not_leave_to_gets_one_over_the_others(place, left):
    circular = under_one_note(emails="chancery@example.org head@example.org")
    letters = [approved(one) for one in inviting(circular)]
    note = approved(note_of(circular))
    under_way = {"claim": uuid4(), "lease_ends_at": timezone.now() + LEASE}
    gone = note.deliveries.filter(address="chancery@example.org")
    gone.update(state=left, handed_over_at=timezone.now(), **under_way)
    withdrawn = letters.pop(place)

    withdraw(withdrawn.invitation)
    compose_planned()

    anew = note_of(circular)
    assert (anew.recipients, list(anew.covers.all())) == ([["to", "head@example.org"]], letters)
    states = dict(note.deliveries.values_list("address", "state"))
    assert states == {"chancery@example.org": left, "head@example.org": "cancelled"}


def test_an_address_that_has_the_note_gets_no_other_one_when_it_is_written_in_capitals():
    circular = under_one_note(emails="chancery@example.org head@example.org")
    first, _second, note = [approved(one) for one in [*inviting(circular), note_of(circular)]]
    copies = note.deliveries.filter(address="chancery@example.org")
    copies.update(state="handed_over", handed_over_at=timezone.now())
    withdraw(first.invitation)

    write_approved(note.mission, {"emails": "Chancery@Example.org head@example.org"})
    compose_planned()

    assert note_of(circular).recipients == [["to", "head@example.org"]]


def test_what_remains_joins_the_note_that_is_planned_for_the_mission():
    circular = under_one_note()
    first, second, note = [approved(one) for one in [*inviting(circular), note_of(circular)]]
    later = drafted(edition=circular.edition)
    serves_too(note.mission, later)
    type(note.mission).objects.update(greeted_as="")
    plan_circular(circular)
    compose_planned()
    plan_notes(circular)

    withdraw(first.invitation)
    compose_planned()

    [waiting] = circular.letters.in_force().filter(kind="note")
    assert waiting.state == "planned"
    assert {one.invitation for one in waiting.covers.all()} == {second.invitation, later}


def test_an_address_gets_no_letter_twice_where_the_others_join_another_note():
    circular = under_one_note(emails="chancery@example.org head@example.org")
    first, second, note = [approved(one) for one in [*inviting(circular), note_of(circular)]]
    left_for(note, "chancery@example.org")
    later = joined_later(circular, note.mission)

    withdraw(first.invitation)
    compose_planned()
    compose_planned()

    to_all, to_head = circular.letters.filter(kind="note", state="composed").order_by("pk")
    both = [["to", "chancery@example.org"], ["to", "head@example.org"]]
    assert (to_all.recipients, list(to_all.covers.all())) == (both, [later])
    assert (to_head.recipients, list(to_head.covers.all())) == (both[1:], [second])
    assert to_head.invitation == second.invitation
    assert [approved(one).state for one in (later, to_all, to_head)] == ["approved"] * 3


def test_a_letter_that_joins_before_its_address_is_withdrawn_leaves_no_note_over_nothing():
    circular = under_one_note(emails="chancery@example.org head@example.org")
    first, second, note = [approved(one) for one in [*inviting(circular), note_of(circular)]]
    left_for(note, "chancery@example.org", "head@example.org")
    later = joined_later(circular, note.mission)
    Letter.objects.planned().get(kind="note").covers.add(second)

    compose_planned()

    [_left, anew] = circular.letters.in_force().filter(kind="note").order_by("pk")
    assert (list(anew.covers.all()), len(anew.recipients)) == ([later], 2)
    assert first.invitation.member_state.short_name not in anew.paper
    assert second.invitation.member_state.short_name not in anew.paper


def serves_too(mission, invitation):
    states = mission.states.values_list("pk", flat=True)
    write_approved(mission, {"states": [*states, invitation.member_state_id]})


def left_for(note, *addresses):
    gone = note.deliveries.filter(address__in=addresses)
    gone.update(state="handed_over", handed_over_at=timezone.now())


def joined_later(circular, mission):
    """Compose a letter to another State of the mission, and plan the note over it."""
    later = drafted(edition=circular.edition)
    serves_too(mission, later)
    plan_circular(circular)
    compose_planned()
    plan_notes(circular)
    return later.letters.get(kind="invitation")


def test_an_address_that_failed_alone_gets_no_second_note():
    circular = under_one_note(emails="chancery@example.org head@example.org")
    first, _second, note = [approved(one) for one in [*inviting(circular), note_of(circular)]]
    note.deliveries.update(state="handed_over", handed_over_at=timezone.now())
    note.deliveries.filter(address="head@example.org").update(state="failed")

    withdraw(first.invitation)

    assert note_of(circular) == note


def test_a_note_again_that_every_address_has_by_now_drops_out():
    circular = under_one_note(emails="chancery@example.org head@example.org")
    first, _second, note = [approved(one) for one in [*inviting(circular), note_of(circular)]]
    copies = note.deliveries.filter(address="chancery@example.org")
    copies.update(state="handed_over", handed_over_at=timezone.now())
    withdraw(first.invitation)
    note.deliveries.update(state="handed_over", handed_over_at=timezone.now())

    compose_planned()

    assert note_of(circular) == note


def test_the_note_of_those_who_remain_leaves_once(peer):
    circular = under_one_note()
    first, _second, _note = [approved(one) for one in [*inviting(circular), note_of(circular)]]
    withdraw(first.invitation)
    compose_planned()

    approved(note_of(circular))
    dispatch_outbox()

    left = {one.letter.kind for one in note_of(circular).deliveries.all()}
    assert left == {"note"}
    assert set(note_of(circular).deliveries.values_list("state", flat=True)) == {"handed_over"}


@pytest.mark.parametrize("place", [0, 1])
def test_a_letter_that_had_left_before_it_was_withdrawn_is_forwarded_no_more(place):
    circular = under_one_note()
    *letters, note = [approved(one) for one in [*inviting(circular), note_of(circular)]]
    withdrawn = letters.pop(place)
    withdrawn.deliveries.update(state="handed_over", handed_over_at=timezone.now())

    withdraw(withdrawn.invitation)
    compose_planned()

    anew = note_of(circular)
    assert anew != note
    assert (list(anew.covers.all()), anew.invitation) == (letters, letters[0].invitation)
    assert withdrawn.invitation.member_state.short_name not in anew.paper


def test_no_note_is_planned_over_a_letter_that_had_left_before_it_was_withdrawn():
    circular = under_one_note()
    *letters, note = [approved(one) for one in [*inviting(circular), note_of(circular)]]
    note.deliveries.update(state="cancelled")
    letters[0].deliveries.update(state="handed_over", handed_over_at=timezone.now())

    withdraw(letters[0].invitation)
    plan_notes(circular)

    assert list(note_of(circular).covers.all()) == [letters[1]]


def test_a_note_that_failed_is_not_sent_again_over_a_letter_withdrawn_after_it_left():
    circular = under_one_note(emails="chancery@example.org head@example.org")
    first, _second, note = [approved(one) for one in [*inviting(circular), note_of(circular)]]
    first.deliveries.update(state="handed_over", handed_over_at=timezone.now())
    left_for(note, "chancery@example.org")
    note.deliveries.filter(address="head@example.org").update(state="failed")

    withdraw(first.invitation)

    failed = note.deliveries.get(state="failed")
    assert "a letter it covers was called back" in reason_not_to_resend(failed)
    assert reason_not_to_forward_again(note) == ""
