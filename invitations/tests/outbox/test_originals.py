"""A signed original is printed, signed, handed over, and its receipt is kept; in this order."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from invitations.files.frozen import freeze
from invitations.letters.circulars import plan_circular, plan_notes
from invitations.letters.composing_queue import compose_planned
from invitations.letters.issuing import withdraw_invitation
from invitations.models import SignedOriginal
from invitations.models.delivery import Step
from invitations.outbox.corrections.waiting_letters import close_link
from invitations.outbox.decisions import dispatch_on_paper
from invitations.outbox.originals import keep_scan, record_step, take_back_step
from invitations.tests.corrections import asked_for, successor_of
from invitations.tests.factories import (
    CircularFactory,
    InvitationFactory,
    MissionFactory,
    UserFactory,
)
from invitations.tests.originals import approved, brought, done
from invitations.tests.outbox.deliveries import DAY
from invitations.tests.paper import drop

pytestmark = pytest.mark.django_db


@pytest.fixture
def original(composed):
    return approved(composed(rank_id="HOS"))


def originals():
    return SignedOriginal.objects.all()


def local_day(at):
    return timezone.localdate(at)


def at_hour(day, hour):
    return dt.datetime.combine(day, dt.time(hour), timezone.get_current_timezone())


def standing(letter):
    return list(letter.original_steps.standing().values_list("step", flat=True))


def test_the_steps_are_recorded_in_order_with_day_person_and_remark(original):
    clerk = UserFactory()

    for step in Step:
        record_step(original, step, clerk, done(remark="by messenger"))

    assert standing(original) == ["printed", "signed", "handed_over", "receipt"]
    last = original.original_steps.last()
    assert (last.done_on, last.recorded_by, last.remark) == (
        timezone.localdate(),
        clerk,
        "by messenger",
    )


@pytest.mark.parametrize(
    ("reached", "step", "reason"),
    [
        (None, Step.SIGNED, "Record first: printed"),
        (Step.PRINTED, Step.HANDED_OVER, "Record first: signed"),
        (Step.SIGNED, Step.RECEIPT, "Record first: handed over"),
        (Step.SIGNED, Step.SIGNED, "“signed” is on file already"),
    ],
)
def test_a_step_that_cannot_be_is_refused(original, reached, step, reason):
    if reached:
        brought(original, reached)

    with pytest.raises(ValidationError, match=reason):
        record_step(original, step, UserFactory(), done())


def test_a_day_to_come_and_one_before_the_approval_are_refused(original):
    with pytest.raises(ValidationError, match="still to come"):
        record_step(original, Step.PRINTED, UserFactory(), done(days_ago=-1))
    with pytest.raises(ValidationError, match="“approved” was on"):
        record_step(original, Step.PRINTED, UserFactory(), done(days_ago=1))


def test_a_step_is_not_before_the_one_before_it(original):
    approved_on = timezone.now()
    with time_machine.travel(approved_on + dt.timedelta(days=9)):
        brought(original, Step.SIGNED)

        with pytest.raises(ValidationError, match="“signed” was on"):
            record_step(original, Step.HANDED_OVER, UserFactory(), done(days_ago=2))


def test_handing_over_is_that_of_the_delivery(original):
    brought(original, Step.SIGNED)

    record_step(original, Step.HANDED_OVER, UserFactory(), done(channel="hand", reference="Book 7"))

    delivery = original.deliveries.get()
    assert (delivery.channel, delivery.state, delivery.reference) == (
        "hand",
        "handed_over",
        "Book 7",
    )
    assert delivery.handed_over_at.date() == timezone.now().date()


def test_what_is_not_recorded_as_signed_is_not_dispatched(original):
    with pytest.raises(ValidationError, match="record on the page of signed originals"):
        dispatch_on_paper(original, UserFactory(), "pouch", "", timezone.now())


def test_a_mail_has_no_steps(issued):
    with pytest.raises(ValidationError, match="no signed original"):
        record_step(issued().letters.get(), Step.PRINTED, UserFactory(), done())


def test_a_letter_without_approval_is_not_printed(composed):
    with pytest.raises(ValidationError, match="Only an approved letter is printed"):
        record_step(composed(rank_id="HOS"), Step.PRINTED, UserFactory(), done())


def test_a_withdrawn_original_is_not_handed_over_but_its_receipt_is_kept(original, composed):
    left = approved(composed(edition=original.invitation.edition, rank_id="MON"))
    brought(left, Step.HANDED_OVER)
    for letter in (left, original):
        withdraw_invitation(letter.invitation, UserFactory(), "A change of government.")

    with pytest.raises(ValidationError):
        record_step(original, Step.PRINTED, UserFactory(), done())
    record_step(left, Step.RECEIPT, UserFactory(), done())

    assert standing(left)[-1] == "receipt"


def ending_its_link(invitation):
    close_link(invitation, 1, UserFactory(), "It lay in the wrong hands.")


def entering_a_successor(invitation):
    asked_for(invitation)


def listing_a_successor(invitation):
    invitation.minister.successor = successor_of(invitation)
    invitation.minister.save()


def entering_a_successor_where_no_link_is_noted(invitation):
    """Letters of earlier versions do not say which link they print."""
    invitation.letters.update(composed_with={})
    asked_for(invitation)


def handing_over_the_invitation_to_another_edition(invitation):
    asked_for(InvitationFactory(minister=invitation.minister))


def withdrawing(invitation):
    withdraw_invitation(invitation, UserFactory(), "A change of government.")


ENDS = pytest.mark.parametrize(
    "ends",
    [
        ending_its_link,
        entering_a_successor,
        entering_a_successor_where_no_link_is_noted,
        handing_over_the_invitation_to_another_edition,
        listing_a_successor,
        withdrawing,
    ],
)


@ENDS
@pytest.mark.parametrize(("days_ago", "hour"), [(2, 12), (1, 9)])
def test_what_was_handed_over_before_its_end_is_recorded_after_it(original, ends, days_ago, hour):
    """On the third day the letter ends, at nine; on the fourth its handing over is recorded."""
    first = local_day(original.approved_at)
    with time_machine.travel(at_hour(first, 9)):
        original = brought(original, Step.SIGNED, day=first)
    with time_machine.travel(at_hour(first + 2 * DAY, 9), tick=False):
        ends(original.invitation)

    with time_machine.travel(at_hour(first + 3 * DAY, 15), tick=False):
        record_step(original, Step.HANDED_OVER, UserFactory(), done(days_ago))

    delivery = original.deliveries.left().get()
    left_at = timezone.localtime(delivery.handed_over_at)
    assert (left_at.date(), left_at.hour) == (first + (3 - days_ago) * DAY, hour)


@ENDS
def test_what_ended_is_not_handed_over_afterwards(original, ends):
    first = local_day(original.approved_at)
    brought(original, Step.SIGNED)
    with time_machine.travel(at_hour(first + DAY, 9), tick=False):
        ends(original.invitation)

    with time_machine.travel(at_hour(first + 2 * DAY, 15)), pytest.raises(ValidationError):
        record_step(original, Step.HANDED_OVER, UserFactory(), done())

    assert not original.deliveries.left().exists()


def test_a_step_taken_back_of_a_letter_that_ended_lets_nothing_wait(original):
    brought(original, Step.SIGNED)
    ending_its_link(original.invitation)
    record_step(original, Step.HANDED_OVER, UserFactory(), done())

    take_back_step(original, Step.HANDED_OVER, UserFactory(), "It lies on the desk still.")

    assert set(original.deliveries.values_list("state", flat=True)) == {"cancelled"}


@pytest.fixture
def under_a_note():
    circular, mission = CircularFactory(), MissionFactory()
    for _n in range(2):
        draft = InvitationFactory(
            edition=circular.edition, status="draft", issued_at=None, minister__rank_id="HOG"
        )
        mission.states.add(draft.member_state)
    plan_circular(circular)
    compose_planned()
    plan_notes(circular)
    compose_planned()
    letters = [approved(one) for one in circular.letters.originals()]
    return letters, approved(circular.letters.get(kind="note"))


def test_the_note_above_leaves_with_the_first_and_waits_again_with_the_last(under_a_note):
    (first, second), note = under_a_note
    brought(first, Step.HANDED_OVER)
    brought(second, Step.HANDED_OVER)
    assert note.deliveries.get().state == "handed_over"

    take_back_step(first, Step.HANDED_OVER, UserFactory(), "The wrong State.")
    assert note.deliveries.get().state == "handed_over"
    take_back_step(second, Step.HANDED_OVER, UserFactory(), "The wrong State.")

    assert note.deliveries.get().state == "queued"


def test_the_note_above_does_not_leave_before_an_original_is_handed_over(under_a_note):
    (first, _second), note = under_a_note
    brought(first, Step.SIGNED)

    with pytest.raises(ValidationError, match="It leaves with a signed original"):
        dispatch_on_paper(note, UserFactory(), "pouch", "7", timezone.now())
    record_step(first, Step.HANDED_OVER, UserFactory(), done())

    assert note.deliveries.get().state == "handed_over"


def test_a_wrong_tick_is_taken_back_with_a_reason_and_stays_on_file(original):
    brought(original, Step.HANDED_OVER)
    clerk = UserFactory()

    take_back_step(original, Step.HANDED_OVER, clerk, "It lies on the desk still.")

    assert standing(original) == ["printed", "signed"]
    taken_back = original.original_steps.get(step="handed_over")
    assert (taken_back.taken_back_by, taken_back.discard_reason) == (
        clerk,
        "It lies on the desk still.",
    )
    delivery = original.deliveries.get()
    assert (delivery.state, delivery.handed_over_at) == ("queued", None)
    record_step(original, Step.HANDED_OVER, clerk, done())
    assert standing(original)[-1] == "handed_over"


def test_only_the_last_step_is_taken_back_and_with_a_reason(original):
    brought(original, Step.SIGNED)

    with pytest.raises(ValidationError, match="Another step was recorded"):
        take_back_step(original, Step.PRINTED, UserFactory(), "Wrong.")
    with pytest.raises(ValidationError, match="Say why"):
        take_back_step(original, Step.SIGNED, UserFactory(), " ")


def test_receipts_are_missing_from_the_handing_over_until_they_are_on_file(original):
    brought(original, Step.SIGNED)
    assert originals().under_way().count() == 1
    record_step(original, Step.HANDED_OVER, UserFactory(), done())

    assert originals().without_receipt().get().pk == original.pk
    assert not originals().under_way().exists()

    record_step(original, Step.RECEIPT, UserFactory(), done())
    assert not originals().without_receipt().exists()


def test_who_says_nothing_is_to_be_spoken_to_through_their_mission(original):
    brought(original, Step.HANDED_OVER)
    today = timezone.localdate()

    assert originals().unanswered(today).get().pk == original.pk
    assert not originals().unanswered(today - dt.timedelta(days=1)).exists()


def test_nobody_is_spoken_to_whose_answer_may_lie_in_the_pile_of_scans(original):
    brought(original, Step.HANDED_OVER)
    drop(b"a fax", state="read", proposed=original.invitation, found="code")

    assert not originals().unanswered(timezone.localdate()).exists()


def test_the_scan_of_the_receipt_needs_the_receipt(original):
    scan = freeze(b"%PDF receipt", "scans", "pdf")
    brought(original, Step.HANDED_OVER)
    with pytest.raises(ValidationError, match="Record the receipt first"):
        keep_scan(original, UserFactory(), scan)

    record_step(original, Step.RECEIPT, UserFactory(), done())
    keep_scan(original, UserFactory(), scan)

    assert original.original_steps.get(step="receipt").scan.name == scan.name
