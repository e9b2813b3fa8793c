"""Wherever people read States in order, observers come after Member States."""

from functools import reduce

import pytest
from django.forms import modelform_factory
from django.urls import reverse

from delegations.desk.dossier import Dossier
from delegations.desk.neighbours import neighbours
from delegations.models import Delegate, Delegation, PolicyStatement
from delegations.tests.offices import text
from invitations.admin.letters.approval_page import letters_to_approve
from invitations.admin.letters.composing_again import in_order_of_approval
from invitations.admin.letters.preview import invitations_to_preview
from invitations.admin.list_columns import list_url
from invitations.admin.state_names import states_called
from invitations.letters.circulars import circular_audience
from invitations.letters.composing import covered_letters
from invitations.letters.issuing import ministers_on_file
from invitations.models import (
    CallListEntry,
    Invitation,
    Letter,
    MemberState,
    Minister,
    Mission,
    OrderOfStates,
    StateAlias,
)
from invitations.outbox.archive import IN_ORDER
from invitations.outbox.corrections.replacing import replaceable
from invitations.outbox.envelopes import with_covered_letters
from invitations.reminders.reminder_history import invitations_with_facts
from invitations.tests.desk import composed_letters
from invitations.tests.factories import (
    CircularFactory,
    EditionFactory,
    InvitationFactory,
    MemberStateFactory,
    MinisterFactory,
    MissionFactory,
    StepFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_february")]

# In any alphabet the observer would come first.
MEMBER, OBSERVER = "Zenda", "Aachen"
IN_ORDER_OF_STATES = [MEMBER, OBSERVER]


@pytest.fixture
def edition():
    """An edition with an observer, on file first, and a Member State, each with all there is."""
    edition = EditionFactory()
    circular, step = CircularFactory(edition=edition), StepFactory(edition=edition)
    invitations = [invited(edition, OBSERVER, status="observer"), invited(edition, MEMBER)]
    for one in invitations:
        StateAlias.objects.create(member_state=one.member_state, spelling=f"Old {one.pk}", key=one)
        CallListEntry.objects.create(invitation=one, step=step, reply_before=edition.reply_before)
        of_state = {"edition": edition, "member_state": one.member_state}
        delegation = Delegation.objects.create(**of_state)
        Delegate.objects.create(delegation=delegation, name="Sapt")
        PolicyStatement.objects.create(delegation=delegation, speaker_name="Sapt")
    letters = composed_letters({"circular": circular, "invitation": one} for one in invitations)
    mission = MissionFactory(states=[one.member_state for one in invitations])
    composed_letters(
        [{"circular": circular, "invitation": invitations[0], "kind": "note", "covers": letters,
          "mission": mission}]
    )  # fmt: skip
    return edition


def invited(edition, name, **more):
    state = MemberStateFactory(short_name=name, short_name_en=name, sort_key_fr=name, **more)
    return InvitationFactory(edition=edition, minister=MinisterFactory(member_state=state))


def names_of(rows, *path):
    """The name of each row's State, to which the path leads; each once, as they come."""
    found = (str(reduce(getattr, path, row)) for row in rows)
    return list(dict.fromkeys(found))


LISTS = {
    MemberState: (),
    StateAlias: ("member_state",),
    Minister: ("member_state",),
    Invitation: ("member_state",),
    CallListEntry: ("invitation", "member_state"),
    Delegation: ("member_state",),
    Delegate: ("delegation", "member_state"),
    PolicyStatement: ("delegation", "member_state"),
}


@pytest.mark.parametrize("model", LISTS)
def test_each_list_of_states_begins_with_member_states(admin_client, edition, model):
    listed = admin_client.get(list_url(model)).context["cl"]

    assert names_of(listed.result_list, *LISTS[model]) == IN_ORDER_OF_STATES


@pytest.mark.parametrize("model", [model for model in LISTS if model != CallListEntry])
def test_whatever_asks_for_no_order_of_its_own_begins_with_member_states(edition, model):
    assert names_of(model.objects.all(), *LISTS[model]) == IN_ORDER_OF_STATES


@pytest.mark.parametrize(
    ("model", "field"), [(Mission, "states"), (StateAlias, "member_state"), (Minister, "successor")]
)
def test_choices_of_states_and_ministers_begin_with_member_states(edition, model, field):
    choices = modelform_factory(model, fields=[field])().fields[field].queryset

    path = ("member_state",) if field == "successor" else ()
    assert names_of(choices, *path) == IN_ORDER_OF_STATES


def test_a_list_sorted_by_its_state_goes_by_the_alphabet_alone(admin_client, edition):
    listed = admin_client.get(list_url(Minister), {"o": "2"}).context["cl"]

    assert names_of(listed.result_list, "member_state") == [OBSERVER, MEMBER]


@pytest.mark.parametrize("order", OrderOfStates.values)
def test_each_order_of_the_edition_begins_with_member_states(admin_client, edition, rf, order):
    edition.order_of_states = order
    edition.save()

    silent = admin_client.get(reverse("desk:silent")).context["rows"]
    state = MemberState.objects.get(short_name=MEMBER)
    dossier = Dossier(edition.symbol, state.iso3, admin_client.get("/").wsgi_request.user)
    circular = CircularFactory(edition=edition, kind="notice")
    without = MemberStateFactory(short_name="Aaa", sort_key_fr="AAA", status="observer")
    MemberStateFactory(short_name="Zzz", sort_key_fr="ZZZ")

    assert [row["state"] for row in silent] == IN_ORDER_OF_STATES
    assert neighbours(rf.get("/"), dossier).after.name == OBSERVER
    assert names_of(invitations_with_facts(edition), "member_state") == IN_ORDER_OF_STATES
    told = [*names_of(circular_audience(circular).left_out, "state")]
    assert told[:2] == IN_ORDER_OF_STATES
    assert told[2:] == ["Zzz", str(without)]
    on_file = ministers_on_file(edition)
    assert names_of(on_file.left_out, "state") == [*IN_ORDER_OF_STATES, "Zzz", str(without)]


def test_letters_stand_in_that_order_wherever_they_are_read(edition):
    letters, of_letter = Letter.objects.exclude(kind="note"), ("invitation", "member_state")
    [note] = Letter.objects.filter(kind="note")
    ordered = {
        "to approve": letters_to_approve(letters),
        "composed anew": in_order_of_approval(letters),
        "covered by a note": covered_letters(note),
        "printed": with_covered_letters(letters),
        "archived": letters.order_by(*IN_ORDER),
    }

    assert {name: names_of(rows, *of_letter) for name, rows in ordered.items()} == dict.fromkeys(
        ordered, IN_ORDER_OF_STATES
    )


def test_invitations_stand_in_that_order_wherever_they_are_chosen(edition):
    Letter.objects.exclude(kind="note").update(state="planned", composed_at=None)
    refused = replaceable(Invitation.objects.all()).refused

    assert names_of(invitations_to_preview(), "member_state") == IN_ORDER_OF_STATES
    assert names_of(refused, "member_state") == IN_ORDER_OF_STATES


def test_the_states_of_a_mission_and_of_a_search_stand_in_that_order(admin_client, edition):
    assert f"{MEMBER}, {OBSERVER}" in text(admin_client.get(list_url(Mission)))
    found = MemberState.objects.in_bulk(states_called("ol"))
    assert names_of([found[pk] for pk in states_called("ol")]) == IN_ORDER_OF_STATES
