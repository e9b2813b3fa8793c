"""Approvals, withdrawals and replies at the same moment: none waits for another without end."""

from functools import partial

import pytest
from auditlog.models import LogEntry
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from invitations.audit import Act
from invitations.letters.approval import approve_letter, recompose_letter
from invitations.letters.circulars import call_back_circular, plan_circular, plan_notes
from invitations.letters.composing import leave_other_notes, record_composed
from invitations.letters.composing_queue import compose_planned
from invitations.letters.issuing import draft_invitation, withdraw_invitation
from invitations.models import Delivery, Invitation, Letter, Minister, ReplyLink
from invitations.outbox.another_address import send_to_another_address
from invitations.replies import record_reply
from invitations.tests.factories import (
    CircularFactory,
    EditionFactory,
    InvitationFactory,
    MinisterFactory,
    MissionFactory,
    UserFactory,
)
from invitations.tests.letters.drafts import claimed, under_one_note
from invitations.tests.races import at_once, before_the_commit_of

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql",
        reason="Races need PostgreSQL: set DATABASE_URL to one.",
    ),
]

TIMES = 6


def approval_of(letter):
    return partial(approve_letter, letter, UserFactory(), letter.sha256, letter.message_sha256)


def where_it_stands(letter):
    letter = Letter.objects.select_related("invitation").get(pk=letter.pk)
    return letter.state, letter.invitation.status


def test_an_approval_and_a_withdrawal_at_once_end_in_a_withdrawal(composed):
    for _time in range(TIMES):
        letter = composed()

        at_once(
            approval_of(letter),
            partial(withdraw_invitation, letter.invitation, UserFactory(), "Its minister left."),
        )

        assert where_it_stands(letter) == ("cancelled", "withdrawn")


def test_an_approval_and_the_call_back_of_its_circular_at_once_end_in_a_draft(composed):
    for _time in range(TIMES):
        letter = composed()

        at_once(
            approval_of(letter),
            partial(call_back_circular, letter.circular, UserFactory(), "A mistake."),
        )

        assert where_it_stands(letter) == ("cancelled", "draft")


def test_a_letter_composed_again_and_withdrawn_at_once_ends_withdrawn(composed):
    for _time in range(TIMES):
        letter = composed()

        at_once(
            partial(recompose_letter, letter, UserFactory()),
            partial(withdraw_invitation, letter.invitation, UserFactory(), "Its minister left."),
        )

        assert where_it_stands(letter) == ("cancelled", "withdrawn")


def test_an_office_may_answer_while_notes_of_its_circular_are_planned(reached):
    for _time in range(TIMES):
        invitation = reached()
        [circular] = {letter.circular for letter in invitation.letters.all()}
        MissionFactory(city=invitation.edition.mission_city, states=[invitation.member_state])

        recorded, planned = at_once(
            partial(record_reply, invitation, {"answer": "regrets"}),
            partial(plan_notes, circular),
        )

        assert recorded.acknowledgements.count() == 1
        # Over the letter of an office that answered first no note is planned any more.
        assert planned in (0, 1)


def mission_of(*letters):
    """The mission, where its edition has its missions, of the States of these letters."""
    return MissionFactory(
        city=letters[0].circular.edition.mission_city,
        states=[one.invitation.member_state for one in letters],
    )


def test_two_withdrawals_at_once_leave_no_note_over_nothing(composed):
    for _time in range(TIMES):
        first = composed()
        second = composed(edition=first.circular.edition)
        mission = mission_of(first, second)
        note = first.circular.letters.create(
            kind="note", mission=mission, invitation=first.invitation, language="en"
        )
        note.covers.set([first, second])
        compose_planned()

        before_the_commit_of(
            *[
                partial(withdraw_invitation, one.invitation, UserFactory(), "Its minister left.")
                for one in (first, second)
            ]
        )

        note.refresh_from_db()
        assert note.state == "cancelled"


def test_an_approval_of_a_note_and_a_withdrawal_under_it_at_once_leave_one_to_the_others():
    for _time in range(TIMES):
        circular = under_one_note()
        note = circular.letters.get(kind="note")
        first, second = note.covers.order_by("pk")
        for letter in (first, second):
            approval_of(letter)()

        at_once(
            approval_of(note),
            partial(withdraw_invitation, first.invitation, UserFactory(), "Its minister left."),
        )

        [anew] = circular.letters.in_force().filter(kind="note")
        assert (anew.state, list(anew.covers.all())) == ("planned", [second])
        assert anew.invitation == second.invitation


def test_what_remains_under_two_notes_at_once_is_forwarded_by_one(composed):
    first = composed()
    others = [composed(edition=first.circular.edition) for _letter in range(3)]
    mission = mission_of(first, *others)
    for pair in ([first, others[0]], others[1:]):
        note = first.circular.letters.create(
            kind="note", mission=mission, invitation=pair[0].invitation, language="en"
        )
        note.covers.set(pair)
        compose_planned()

    said = before_the_commit_of(
        *[
            partial(withdraw_invitation, one.invitation, UserFactory(), "Its minister left.")
            for one in (first, others[1])
        ]
    )

    assert said is None
    note = first.circular.letters.planned().get(kind="note")
    assert set(note.covers.all()) == {others[0], others[2]}


def test_a_later_letter_gets_a_note_of_its_own_while_the_earlier_note_is_composed(composed):
    first = composed()
    second = composed(edition=first.circular.edition)
    mission = MissionFactory(
        city=first.circular.edition.mission_city,
        states=[one.invitation.member_state for one in (first, second)],
    )
    note = first.circular.letters.create(
        kind="note", mission=mission, invitation=first.invitation, language="en"
    )
    note.covers.set([first])
    at_work = claimed(note.pk)
    at_work.sha256, at_work.composed_at = "0" * 64, timezone.now()

    before_the_commit_of(partial(record_composed, at_work), partial(plan_notes, first.circular))

    notes = first.circular.letters.filter(kind="note").order_by("pk")
    covered = [(one.state, list(one.covers.all())) for one in notes]
    assert covered == [("composed", [first]), ("planned", [second])]


def test_two_letters_that_leave_a_note_at_once_let_it_stand_with_neither(composed):
    first = composed()
    letters = [first, *(composed(edition=first.circular.edition) for _other in range(2))]
    *leaving, staying = sorted(
        letters, key=lambda one: (one.invitation.member_state.sort_key_fr, one.pk)
    )
    note = first.circular.letters.create(
        kind="note", mission=MissionFactory(), invitation=leaving[0].invitation, language="en"
    )
    note.covers.set(letters)
    for letter in leaving:
        letter.by_original = True

    before_the_commit_of(*[partial(leave_in_one, letter) for letter in leaving])

    note.refresh_from_db()
    assert list(note.covers.all()) == [staying]
    assert note.invitation == staying.invitation


@transaction.atomic
def leave_in_one(letter):
    leave_other_notes(letter)


def test_of_two_who_call_back_a_circular_at_once_one_leaves_an_act(composed):
    circular = composed().circular

    at_once(*[partial(call_back_circular, circular, UserFactory(), "A mistake.")] * 2)

    acts = LogEntry.objects.get_for_object(circular)
    assert acts.filter(additional_data__act=Act.CALLED_BACK).count() == 1


def test_of_two_who_draft_one_invitation_at_once_one_is_refused_in_a_sentence():
    for _time in range(TIMES):
        edition, minister = EditionFactory(), MinisterFactory(family_name=f"Elphberg {_time}")

        said = at_once(*[partial(draft_invitation, edition, minister)] * 2)

        assert {type(one) for one in said} == {Invitation, ValidationError}
        assert ReplyLink.objects.filter(invitation__edition=edition).count() == 1


def test_a_letter_that_two_people_send_to_one_address_at_once_gets_one_delivery(issued):
    for _time in range(TIMES):
        invitation = issued()
        Minister._base_manager.filter(pk=invitation.minister_id).update(cc_emails="a@example.org")
        letter = Letter.objects.get(invitation=invitation)

        said = at_once(
            *[partial(send_to_another_address, letter, UserFactory(), "a@example.org")] * 2
        )

        assert {type(one) for one in said} == {Delivery, ValidationError}
        assert letter.deliveries.filter(address="a@example.org").count() == 1


def test_two_circulars_of_thanks_planned_at_once_thank_a_minister_once():
    invitation = InvitationFactory(status="issued")
    circulars = [
        CircularFactory(edition=invitation.edition, kind="thanks", variant=variant)
        for variant in ("spoke", "came")
    ]
    for circular in circulars:
        circular.chosen.add(invitation)

    said = before_the_commit_of(*(partial(plan_circular, one) for one in circulars))

    assert said == 0
    assert invitation.letters.get().circular == circulars[0]
