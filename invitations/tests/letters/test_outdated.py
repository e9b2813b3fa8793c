"""A letter that invites is approved only if all that follows it uses is as it was composed."""

import datetime as dt
from functools import partial

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from invitations.letters.approval import approve_letter, recompose_letter
from invitations.letters.circulars import plan_circular, plan_invitation_letters
from invitations.letters.composing_queue import (
    claim_to_compose,
    compose_or_say_why,
    compose_planned,
)
from invitations.models import FormOfAddress, HeldChange, Letter, Rank, Term
from invitations.reminders.planning import queue_reminders_of
from invitations.tests.factories import CircularFactory, LetterFactory, MissionFactory, UserFactory
from invitations.tests.letters.drafts import drafted
from invitations.tests.races import at_once, before_the_commit_of

pytestmark = pytest.mark.django_db
on_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="Races need PostgreSQL: set DATABASE_URL to one."
)


def approve(letter):
    return approve_letter(letter, UserFactory(), letter.sha256, letter.message_sha256)


@pytest.fixture
def minister_without_address(composed):
    """Make a composed letter that goes on paper; the State's mission has an address."""

    def make():
        letter = composed(to_emails="", cc_emails="")
        MissionFactory(emails="mission@example.org").states.add(letter.invitation.member_state)
        recompose_letter(letter, UserFactory())
        compose_planned()
        return Letter.objects.get(state="composed")

    return make


@pytest.fixture
def replacement(issued):
    """Make a composed replacement of an approved letter."""

    def make():
        circular = CircularFactory(edition=issued().edition, kind="replacement", changes="Later.")
        plan_circular(circular)
        compose_planned()
        return circular.letters.get()

    return make


def set_on(find, **values):
    def change(letter):
        row = find(letter)
        for name, value in values.items():
            setattr(row, name, value)
        row.save()
        return row

    return change


def new_mission(letter):
    mission = MissionFactory(emails="rupert@example.org")
    mission.states.add(letter.invitation.member_state)
    return mission


RUPERT = "rupert@example.org"
CHANGES = {
    "minister's address": set_on(lambda one: one.invitation.minister, to_emails=RUPERT),
    "minister's name": set_on(lambda one: one.invitation.minister, family_name="Hentzau"),
    "edition's address": set_on(lambda one: one.invitation.edition, contact_email=RUPERT),
    "edition's text": set_on(lambda one: one.invitation.edition, theme_en="Another theme"),
    "edition's tick": set_on(lambda one: one.invitation.edition, releases_alone=True),
    "State's name": set_on(lambda one: one.invitation.member_state, short_name_en="Hentzavia"),
    "circular": set_on(lambda one: one.circular, reference="CL/Hentzau"),
    "focal point": set_on(lambda one: one.invitation, focal_point_email=RUPERT),
    "mission": set_on(lambda one: one.invitation.member_state.missions.get(), emails=RUPERT),
    "new mission": new_mission,
    "rank": set_on(lambda one: Rank.objects.get(pk="MIN"), name_en="Count"),
    "form of address": set_on(
        lambda one: FormOfAddress.objects.get(language="en", form="MIN", gender="f"), title="Mrs."
    ),
    "term": set_on(lambda one: Term.objects.get(language="en", key="page"), text="$page / $pages"),
}
each_change = pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)


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


def test_all_that_changed_is_named(composed):
    letter = composed()
    for name in ("minister's name", "circular"):
        CHANGES[name](letter)

    with pytest.raises(ValidationError) as refusal:
        approve(letter)

    assert "circular: CL/Hentzau, minister: Flavia Hentzau." in refusal.value.messages[0]


def test_a_mission_that_is_gone_is_told(minister_without_address):
    letter = minister_without_address()
    letter.invitation.member_state.missions.get().delete()

    with pytest.raises(ValidationError, match="composed: permanent mission"):
        approve(letter)


def test_what_changed_while_it_was_composed_is_not_approved_unseen():
    draft = drafted()
    plan_invitation_letters(draft.edition)
    letter = claim_to_compose(draft.letters.get().pk)
    CHANGES["minister's name"](Letter.objects.get())

    compose_or_say_why(letter)

    letter.refresh_from_db()
    assert "Elphberg" in letter.addressee
    with pytest.raises(ValidationError, match="minister: Flavia Hentzau"):
        approve(letter)


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
    replaced = letter.replaces.circular
    replaced.reference = "CL/Hentzau"
    replaced.save()

    with pytest.raises(ValidationError, match="CL/Hentzau"):
        approve(letter)


def test_a_replacement_of_which_nothing_changed_is_approved(replacement):
    assert approve(replacement()).state == Letter.State.APPROVED


IN_FRENCH = {"language": "fr", "form": "MIN", "gender": "f"}
UNUSED = {
    "no column of mail": set_on(lambda one: one.invitation.edition, speaking_minutes=5),
    "another form": set_on(lambda one: FormOfAddress.objects.get(**IN_FRENCH), title="M."),
    "another term": set_on(lambda one: Term.objects.get(language="fr", key="page"), text="$page"),
    "another State's mission": lambda one: new_mission(LetterFactory()),
}


@pytest.mark.parametrize("change", UNUSED.values(), ids=UNUSED)
def test_what_the_letter_does_not_use_may_change_before_it_is_approved(composed, change):
    letter = composed()
    change(letter)

    assert approve(letter).state == Letter.State.APPROVED


def test_a_mission_may_serve_one_more_state_before_a_letter_is_approved(minister_without_address):
    letter = minister_without_address()
    letter.invitation.member_state.missions.get().states.add(drafted().member_state)

    assert approve(letter).state == Letter.State.APPROVED


def test_a_letter_of_which_it_is_not_known_is_composed_anew(composed):
    letter = composed()
    Letter.objects.update(composed_with={})

    with pytest.raises(ValidationError, match="Nobody can tell what changed"):
        approve(letter)

    recompose_letter(letter, UserFactory())
    compose_planned()
    approve(Letter.objects.get(state="composed"))


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
    serve = [partial(mission.states.add, one.invitation.member_state) for one in letters[1:]]

    remind = partial(queue_reminders_of, edition, timezone.now())

    said = at_once(*[partial(approve, one) for one in reversed(letters)], *changes, *serve, remind)

    assert len(said) == 11
