"""A letter that invites is approved only if all that follows it uses is as it was composed."""

import datetime as dt
from functools import partial

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from invitations.letters import composing_queue
from invitations.letters.approval import approve_letter, recompose_letter
from invitations.letters.circulars import plan_circular, plan_invitation_letters
from invitations.letters.composing_queue import (
    compose_or_say_why,
    compose_planned,
    note_records,
)
from invitations.links import NO_LINK, end_link, replace_link
from invitations.models import Circular, HeldChange, Letter, Minister
from invitations.models.held.outdated import outdated_letters
from invitations.models.held.proposals import save_or_propose, write_approved
from invitations.outbox.release import take_back_change
from invitations.reminders.planning import queue_reminders_of
from invitations.tests.corrections import asked_for, successor_of
from invitations.tests.factories import CircularFactory, UserFactory
from invitations.tests.letters.changes import (
    CHANGES,
    UNUSED,
    each_change,
    each_change_in_print,
    new_mission,
)
from invitations.tests.letters.drafts import claimed, drafted
from invitations.tests.races import at_once, before_the_commit_of

pytestmark = pytest.mark.django_db
on_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="Races need PostgreSQL: set DATABASE_URL to one."
)


def approve(letter):
    return approve_letter(letter, UserFactory(), letter.sha256, letter.message_sha256)


@pytest.fixture
def replacement(issued):
    """Make a composed replacement of an approved letter."""

    def make():
        invitation = issued()
        circular = CircularFactory(
            edition=invitation.edition, kind="replacement", changes="Later.", chosen=[invitation]
        )
        plan_circular(circular)
        compose_planned()
        return circular.letters.get()

    return make


@each_change
def test_what_changed_since_the_letter_was_composed_is_not_approved_unseen(
    minister_without_address, change
):
    letter = minister_without_address()
    row = change(letter)

    with pytest.raises(ValidationError, match="Changed since it was composed") as refusal:
        approve(letter)

    assert str(row) in refusal.value.messages[0]
    recompose_letter(letter, UserFactory())
    compose_planned()
    approve(Letter.objects.get(state="composed"))


@each_change_in_print
def test_another_text_layout_or_letterhead_is_not_approved_unseen(composed, change):
    letter = composed()
    row = change(letter)

    with pytest.raises(ValidationError, match="Changed since it was composed") as refusal:
        approve(letter)

    assert str(row) in refusal.value.messages[0]
    assert not HeldChange.objects.exists()


def test_all_that_changed_is_named(composed):
    letter = composed()
    for name in ("minister's name", "circular"):
        CHANGES[name](letter)

    with pytest.raises(ValidationError) as refusal:
        approve(letter)

    state = letter.invitation.member_state
    said = f"circular: CL/Hentzau, minister: Flavia Hentzau ({state})."
    assert said in refusal.value.messages[0]


def test_a_mission_that_is_gone_is_told(minister_without_address):
    letter = minister_without_address()
    letter.invitation.member_state.missions.get().delete()

    with pytest.raises(ValidationError, match="composed: permanent mission"):
        approve(letter)


def test_what_changed_while_it_was_composed_is_not_approved_unseen():
    draft = drafted()
    plan_invitation_letters(draft.edition)
    letter = claimed(draft.letters.get().pk)
    CHANGES["minister's name"](Letter.objects.get())

    compose_or_say_why(letter)

    letter.refresh_from_db()
    assert "Elphberg" in letter.addressee
    with pytest.raises(ValidationError, match="minister: Flavia Hentzau"):
        approve(letter)


def test_what_changed_while_letters_before_it_were_composed_is_not_approved_unseen(monkeypatch):
    draft = drafted()
    later = drafted(edition=draft.edition)
    plan_invitation_letters(draft.edition)
    compose, last = composing_queue.compose_letter, later.letters.get()

    def compose_and_let_the_next_change(letter):
        CHANGES["minister's name"](last)
        return compose(letter)

    monkeypatch.setattr(composing_queue, "compose_letter", compose_and_let_the_next_change)
    assert compose_planned() == 2

    with pytest.raises(ValidationError, match="composed: minister"):
        approve(Letter.objects.get(pk=last.pk))


def test_what_is_behind_many_letters_takes_no_more_queries_than_one(django_assert_num_queries):
    edition = drafted().edition
    drafted(edition=edition)
    plan_invitation_letters(edition)
    keys = list(Letter.objects.values_list("pk", flat=True))
    with CaptureQueriesContext(connection) as alone:
        note_records(keys[:1])

    with django_assert_num_queries(len(alone)):
        assert len(note_records(keys)) == 2


def test_no_clock_decides_what_changed_since(composed):
    letter = composed()
    with time_machine.travel(letter.composed_at - dt.timedelta(minutes=5)):
        CHANGES["minister's name"](letter)

    with pytest.raises(ValidationError, match="minister: Flavia Hentzau"):
        approve(letter)


@pytest.mark.parametrize("name", ["circular", "minister's address", "edition's text"])
def test_a_replacement_too_is_not_approved_unseen(replacement, name):
    letter = replacement()
    CHANGES[name](letter)

    with pytest.raises(ValidationError, match="Changed since it was composed"):
        approve(letter)


def test_a_replacement_prints_the_reference_that_it_replaces(replacement):
    letter = replacement()
    write_approved(letter.replaces.circular, {"reference": "CL/Hentzau"})

    with pytest.raises(ValidationError, match="CL/Hentzau"):
        approve(letter)


def test_a_replacement_of_which_nothing_changed_is_approved(replacement):
    assert approve(replacement()).state == Letter.State.APPROVED


@pytest.mark.parametrize("change", UNUSED.values(), ids=UNUSED)
def test_what_the_letter_does_not_use_may_change_before_it_is_approved(composed, change):
    letter = composed()
    change(letter)

    assert approve(letter).state == Letter.State.APPROVED


def test_a_mission_may_serve_one_more_state_before_a_letter_is_approved(minister_without_address):
    letter = minister_without_address()
    letter.invitation.member_state.missions.get().states.add(drafted().member_state)

    assert approve(letter).state == Letter.State.APPROVED


def test_a_letter_of_which_it_is_not_known_is_composed_again(composed):
    letter = composed()
    Letter.objects.update(composed_with={})

    with pytest.raises(ValidationError, match="Nobody can tell what changed"):
        approve(letter)

    recompose_letter(letter, UserFactory())
    compose_planned()
    approve(Letter.objects.get(state="composed"))


# The link that it prints


def get_another_link(draft):
    end_link(draft, 1, UserFactory(), "It was forwarded.")
    replace_link(draft, NO_LINK, UserFactory(), "It was forwarded.")


def test_a_letter_whose_link_has_ended_or_was_replaced_is_not_approved(composed):
    replaced, ended = composed(), composed()
    end_link(ended.invitation, 1, UserFactory(), "It was forwarded.")
    get_another_link(replaced.invitation)

    for letter in (replaced, ended):
        with pytest.raises(ValidationError, match="Its link was replaced, or has ended"):
            approve(letter)
    assert {*outdated_letters(Letter.objects.all())} == {replaced.pk, ended.pk}

    recompose_letter(replaced, UserFactory())
    compose_planned()
    again = replaced.invitation.letters.get(state="composed")
    assert replaced.invitation.links.current().get().token in again.mail
    assert approve(again).state == Letter.State.APPROVED


def test_a_letter_composed_before_its_hand_over_began_is_not_approved(replacement):
    letter, by = replacement(), UserFactory()
    change = asked_for(letter.invitation)
    with pytest.raises(ValidationError, match="Somebody else holds this office now"):
        approve(letter)

    take_back_change(change, by, change.mark)
    with pytest.raises(ValidationError, match="Its link was replaced, or has ended"):
        approve(letter)
    replace_link(letter.invitation, NO_LINK, by, "She stays.")
    with pytest.raises(ValidationError, match="Its link was replaced, or has ended"):
        approve(letter)


def test_a_link_replaced_while_its_letter_is_composed_is_noticed_at_the_approval(composed):
    recompose_letter(composed(), UserFactory())
    letter = claimed(Letter.objects.get(state="planned").pk)
    get_another_link(letter.invitation)
    compose_or_say_why(letter)

    with pytest.raises(ValidationError, match="Its link was replaced, or has ended"):
        approve(Letter.objects.get(pk=letter.pk))


def test_a_letter_composed_before_links_were_noted_is_approved_as_before(composed):
    letter = composed()
    del letter.composed_with["ReplyLink"]
    letter.save()

    assert approve(letter).state == Letter.State.APPROVED


def test_a_letter_to_a_person_out_of_office_is_not_approved(composed):
    letter = composed()
    Minister.objects.update(successor=successor_of(letter.invitation))

    with pytest.raises(ValidationError, match="Somebody else holds this office now"):
        approve(letter)


# At the same moment


@on_postgresql
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@each_change
def test_an_approval_waits_for_a_change_that_is_being_saved(minister_without_address, change):
    letter = minister_without_address()

    refusal = before_the_commit_of(partial(change, letter), partial(approve, letter))

    assert "Changed since it was composed" in refusal.messages[0]


@on_postgresql
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@each_change
def test_a_change_waits_for_an_approval_and_is_held(minister_without_address, change):
    letter = minister_without_address()

    before_the_commit_of(partial(approve, letter), partial(change, letter))

    letter.refresh_from_db()
    assert letter.state == Letter.State.APPROVED
    assert HeldChange.objects.waiting().count() == 1


@on_postgresql
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_approvals_and_changes_at_once_wait_for_nobody_without_end(composed):
    first = composed()
    edition = first.invitation.edition
    letters = [first, *(composed(edition=edition) for _number in range(3))]
    mission = new_mission(first)
    changes = [
        partial(CHANGES[name], letters[0]) for name in ("edition's text", "term", "circular")
    ]
    served = [one.invitation.member_state_id for one in letters]
    serve = [partial(save_or_propose, mission, "", served[:number]) for number in (2, 3, 4)]

    remind = partial(queue_reminders_of, edition, timezone.now())

    said = at_once(*[partial(approve, one) for one in reversed(letters)], *changes, *serve, remind)

    assert len(said) == 11


def test_letters_composed_before_the_original_was_signed_are_composed_again_to_say_so(composed):
    circular = CircularFactory(original_signed_by="", original_signed_on=None)
    letter = composed(edition=circular.edition)
    Circular.objects.update(
        original_signed_by="Michael Strelsau", original_signed_on=circular.dated_on
    )

    with pytest.raises(ValidationError, match="original"):
        approve(letter)
    assert letter.pk in outdated_letters(Letter.objects.all())

    recompose_letter(letter, UserFactory())
    compose_planned()
    approve(Letter.objects.get(state="composed"))
