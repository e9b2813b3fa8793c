"""Two people act at once on a note verbale, on the letters under it, or on one that waits."""

import datetime as dt
from functools import partial
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from invitations.letters.approval import approve_letter, recompose_letter
from invitations.letters.circulars import call_back_circular, plan_circular, plan_notes
from invitations.letters.composing_queue import compose_planned
from invitations.letters.issuing import withdraw_invitation
from invitations.models import Delivery, HeldChange, Invitation, Letter, Minister
from invitations.outbox.another_address import send_to_another_address
from invitations.outbox.corrections.notes import forward_again
from invitations.outbox.corrections.replacing import replace_letters
from invitations.outbox.corrections.waiting_letters import renew_link
from invitations.outbox.decisions import decide_uncertain, resend
from invitations.outbox.queue import claim_batch
from invitations.outbox.release import take_back_change
from invitations.outbox.sending import begin_delivery
from invitations.outbox.transitions import LEASE, begin_sending
from invitations.tests.corrections import BECAUSE, asked_for, came_back_over_one_withdrawn
from invitations.tests.factories import CircularFactory, UserFactory
from invitations.tests.letters.drafts import under_one_note
from invitations.tests.originals import approved
from invitations.tests.races import at_once, before_the_commit_of
from invitations.tests.unset import not_set_in_type

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql",
        reason="Races need PostgreSQL: set DATABASE_URL to one.",
    ),
]

TWO = "chancery@example.org head@example.org"


@pytest.fixture(autouse=True)
def _no_pages(monkeypatch):
    not_set_in_type(monkeypatch)


def approval_of(letter):
    return partial(approve_letter, letter, UserFactory(), letter.sha256, letter.message_sha256)


def notes_of(circular):
    return circular.letters.in_force().filter(kind="note").order_by("pk")


def replacing(letter):
    """Return a replacement of the letter that waits for its approval."""
    circular = CircularFactory(edition=letter.circular.edition, kind="replacement", changes="A.")
    whose = Invitation.objects.filter(pk=letter.invitation_id)
    replace_letters(circular, whose, UserFactory(), BECAUSE)
    compose_planned()
    return circular.letters.get()


def begun():
    return {one.letter for one in claim_batch(timezone.now()) if begin_delivery(one)}


def under_way(delivery):
    claimed = {"state": "claimed", "claim": uuid4(), "lease_ends_at": timezone.now() + LEASE}
    Delivery.objects.filter(pk=delivery.pk).update(**claimed)
    return Delivery.objects.get(pk=delivery.pk)


def nothing_broke(*results):
    return not [one for one in results if isinstance(one, Exception)]


@pytest.mark.parametrize("first", ["note", "replacement"])
def test_a_note_and_a_replacement_under_it_approved_at_once_leave_the_note_at_home(first):
    circular = under_one_note()
    *letters, note = circular.letters.in_force().order_by("pk")
    for letter in letters:
        approved(letter)
    replacement = replacing(letters[0])
    Delivery.objects.filter(letter__in=letters).update(state="missed")
    acts = [approval_of(note), approval_of(replacement)]

    said = before_the_commit_of(*(acts if first == "note" else acts[::-1]))

    assert isinstance(said, ValidationError) == (first == "replacement")
    assert begun() == {replacement}


def test_a_copy_that_begins_to_leave_while_its_letter_is_composed_again_is_no_letter_twice(issued):
    invitation = issued()
    letter, by = invitation.letters.get(), UserFactory()
    Letter.objects.filter(pk=letter.pk).update(dated_at=timezone.now())
    invitation.links.update(replaced_at=timezone.now())
    copy = under_way(letter.deliveries.get())

    said = before_the_commit_of(lambda: begin_sending(copy), lambda: recompose_letter(letter, by))

    assert "replace the letter" in str(said)
    assert invitation.letters.in_force().get() == letter


def test_a_circular_of_which_a_copy_begins_to_leave_just_now_is_not_called_back(issued):
    invitation = issued()
    letter = invitation.letters.get()
    copy = under_way(letter.deliveries.get())

    said = before_the_commit_of(
        lambda: begin_sending(copy),
        partial(call_back_circular, letter.circular, UserFactory(), BECAUSE),
    )

    assert "have left already" in str(said)
    invitation.refresh_from_db()
    assert invitation.status == "issued"


def test_a_letter_that_begins_to_leave_while_its_link_is_replaced_stays(issued):
    invitation, by = issued(), UserFactory()
    copy = under_way(invitation.letters.get().deliveries.get())

    began = before_the_commit_of(
        lambda: renew_link(invitation, 1, by, BECAUSE), lambda: begin_sending(copy)
    )

    assert not began
    assert invitation.letters.in_force().get().state == "planned"


@pytest.mark.parametrize("first", ["link", "approval"])
def test_a_letter_approved_while_its_link_is_replaced_does_not_wait_with_the_dead_one(
    composed, first
):
    letter, by = composed(), UserFactory()
    Invitation.objects.update(status="issued", issued_at=timezone.now())
    acts = [lambda: renew_link(letter.invitation, 1, by, BECAUSE), approval_of(letter)]

    before_the_commit_of(*(acts if first == "link" else acts[::-1]))

    assert not Letter.objects.approved().with_dead_link().exists()
    assert begun() == set()


def test_two_replacements_called_back_at_once_leave_one_note_over_both():
    circular = under_one_note()
    *letters, note = [approved(one) for one in circular.letters.in_force().order_by("pk")]
    circulars = [approved(replacing(letter)).circular for letter in letters]
    note.deliveries.update(state="cancelled")

    said = before_the_commit_of(
        *[partial(call_back_circular, one, UserFactory(), BECAUSE) for one in circulars]
    )

    assert nothing_broke(said)
    assert set(circular.letters.planned().get().covers.all()) == set(letters)


@pytest.mark.parametrize("first", ["plan", "call back"])
def test_notes_planned_while_a_replacement_is_called_back_cover_each_letter_once(first):
    circular = under_one_note(emails=TWO)
    *letters, note = [approved(one) for one in circular.letters.in_force().order_by("pk")]
    replaced = approved(replacing(letters[0])).circular
    note.deliveries.update(state="cancelled")
    acts = [
        partial(plan_notes, circular),
        partial(call_back_circular, replaced, UserFactory(), BECAUSE),
    ]

    said = before_the_commit_of(*(acts if first == "plan" else acts[::-1]))

    assert nothing_broke(said)
    plan_notes(circular)
    assert set(circular.letters.planned().get().covers.all()) == set(letters)


@pytest.mark.parametrize("first", ["approval", "import"])
def test_a_minister_who_changes_while_the_letter_is_approved_is_not_addressed_wrongly(
    composed, first
):
    letter = composed()
    minister = Minister.objects.get(pk=letter.invitation.minister_id)
    minister.family_name = "Rassendyll"
    acts = [approval_of(letter), minister.save]

    said = before_the_commit_of(*(acts if first == "approval" else acts[::-1]))

    letter.refresh_from_db()
    assert isinstance(said, ValidationError) == (first == "import")
    assert (letter.state == "approved") == HeldChange.objects.waiting().of(minister).exists()


@pytest.mark.parametrize("first", ["approval", "successor"])
def test_a_letter_approved_while_a_successor_is_entered_does_not_leave(composed, first):
    letter, by = composed(), UserFactory()
    Invitation.objects.update(status="issued", issued_at=timezone.now())
    acts = [approval_of(letter), partial(asked_for, letter.invitation, by)]

    said = before_the_commit_of(*(acts if first == "approval" else acts[::-1]))

    assert isinstance(said, ValidationError) == (first == "successor")
    assert begun() == set()


@pytest.mark.parametrize("first", ["forward", "decide"])
def test_a_copy_that_went_after_all_is_not_forwarded_again(first):
    note, by = came_back_over_one_withdrawn("uncertain", emails=TWO), UserFactory()
    went = note.deliveries.earliest("pk")
    acts = [
        lambda: forward_again(note, by),
        lambda: decide_uncertain(went, by, went=True),
    ]

    before_the_commit_of(*(acts if first == "forward" else acts[::-1]))
    compose_planned()

    went.refresh_from_db()
    anew = notes_of(note.circular).last()
    assert (went.state == "handed_over") == (["to", went.address] not in anew.recipients)


def test_of_two_who_forward_a_note_again_at_once_one_does():
    note = came_back_over_one_withdrawn()

    said = at_once(*[partial(forward_again, note, UserFactory()) for _person in range(2)])

    assert sorted(type(one).__name__ for one in said) == ["Letter", "ValidationError"]
    assert notes_of(note.circular).count() == 1


def test_of_two_who_send_a_mail_again_at_once_one_does(issued):
    delivery = issued().letters.get().deliveries.get()
    Delivery.objects.update(state="failed")
    delivery.refresh_from_db()

    said = at_once(*[partial(resend, delivery, UserFactory()) for _person in range(2)])

    assert sorted(type(one).__name__ for one in said) == ["NoneType", "ValidationError"]
    assert delivery.events.filter(state="queued", actor__isnull=False).count() == 1


@pytest.mark.parametrize("first", ["withdrawal", "worker"])
def test_a_note_that_begins_to_leave_while_a_letter_under_it_is_withdrawn_is_not_sent_twice(first):
    circular = under_one_note(emails=TWO)
    one, other, note = [approved(each) for each in circular.letters.in_force().order_by("pk")]
    Delivery.objects.filter(letter__in=[one, other]).update(
        state="handed_over", handed_over_at=timezone.now()
    )
    copy = under_way(note.deliveries.earliest("pk"))
    acts = [
        partial(withdraw_invitation, one.invitation, UserFactory(), BECAUSE),
        lambda: begin_delivery(copy),
    ]

    said = before_the_commit_of(*(acts if first == "withdrawal" else acts[::-1]))
    compose_planned()

    assert nothing_broke(said)
    copy.refresh_from_db()
    anew = notes_of(circular).last()
    assert list(anew.covers.all()) == [other]
    has_left = copy.state == "sending"
    assert (["to", copy.address] in anew.recipients) is not has_left
    assert len(anew.recipients) == 2 - has_left


def test_a_hand_over_taken_back_while_notes_are_planned_leaves_one_note():
    circular = under_one_note()
    first, second, note = [approved(one) for one in circular.letters.in_force().order_by("pk")]
    change, by = asked_for(first.invitation), UserFactory()
    note.deliveries.update(state="cancelled")

    said = before_the_commit_of(
        partial(plan_notes, circular), lambda: take_back_change(change, by, change.mark)
    )

    assert nothing_broke(said)
    assert set(circular.letters.planned().get().covers.all()) == {first, second}


def test_a_letter_sent_elsewhere_while_it_is_withdrawn_does_not_leave(issued):
    invitation, by = issued(), UserFactory()
    Minister._base_manager.filter(pk=invitation.minister_id).update(cc_emails="a@example.org")
    letter = invitation.letters.get()

    before_the_commit_of(
        lambda: send_to_another_address(letter, by, "a@example.org"),
        lambda: withdraw_invitation(invitation, by, BECAUSE),
    )

    assert begun() == set()


def test_a_notice_planned_while_an_invitation_is_withdrawn_is_no_letter_to_it(issued):
    invitation, by = issued(), UserFactory()
    day = timezone.localdate() + dt.timedelta(days=3)
    notice = CircularFactory(edition=invitation.edition, kind="notice", dated_on=day)

    before_the_commit_of(
        partial(plan_circular, notice), lambda: withdraw_invitation(invitation, by, BECAUSE)
    )

    compose_planned()

    assert not notice.letters.in_force().exists()
