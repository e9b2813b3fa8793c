"""A list, and the table of States, change nothing in automatic mail by themselves."""

import pytest
from django.core.management import call_command

from invitations.models import HeldChange, Minister
from invitations.models.held.proposals import write_approved
from invitations.tests import lists
from invitations.tests.factories import LetterFactory
from invitations.tests.lists import FLAVIA, RUPERT, bring_in

ruritania, edition, run = lists.ruritania, lists.edition, lists.run

pytestmark = pytest.mark.django_db

FORMER = FLAVIA | {"to": "office@example.org"}


@pytest.fixture
def written_to(edition):
    """A minister of the list to whom a letter was approved."""
    bring_in(edition, FORMER)
    minister = Minister.objects.get()
    LetterFactory(
        invitation=minister.invitations.get(), state="approved", approved_at="2027-02-01T09:00Z",
        composed_at="2027-02-01T09:00Z", sha256="1" * 64, message_sha256="2" * 64,
    )  # fmt: skip
    return minister


def test_an_address_of_a_list_waits_for_a_second_person(edition, written_to):
    bring_in(edition, FORMER | {"to": "new@example.org", "rank": "hos"})

    change = HeldChange.objects.get()
    assert change.row == written_to
    assert change.changed == {
        "to_emails": ("office@example.org", "new@example.org"),
        "rank_id": ("MIN", "HOS"),
    }


def test_a_list_that_a_command_imports_is_held_too(run, written_to):
    run(lists.as_csv(FORMER | {"to": "new@example.org"}))

    assert HeldChange.objects.get().asked_by is None


def test_a_newcomer_of_a_list_is_not_held(edition, written_to):
    bring_in(edition, FORMER, RUPERT)

    assert not HeldChange.objects.exists()


def test_a_name_that_the_table_of_states_fills_is_held(written_to):
    state = written_to.member_state
    state.iso2, state.sort_key_fr = "CH", ""
    write_approved(state, {"iso3": "CHE", "formal_name_fr": ""})

    call_command("load_member_states", verbosity=0)

    of_the_state = HeldChange.objects.get(content_type__model="memberstate")
    assert of_the_state.changed["formal_name_fr"] == ("", "Confédération suisse")
    state.refresh_from_db()
    assert (state.formal_name_fr, state.sort_key_fr) == ("", "SUISSE")
