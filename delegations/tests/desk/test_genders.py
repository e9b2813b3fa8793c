"""Women and men, as their delegations stated it, and only as counts that tell nothing of a few."""

import pytest
from django.urls import reverse

from delegations.desk.board.genders import gender_counts
from delegations.models import Delegate, Delegation, PolicyStatement
from invitations.tests.desk import signed_in
from invitations.tests.factories import EditionFactory, InvitationFactory, ReplyFactory

pytestmark = pytest.mark.django_db

BOARD = reverse("desk:board")


@pytest.fixture
def edition():
    return EditionFactory()


def delegation(edition, answer="in_person", **minister):
    invitation = InvitationFactory(edition=edition, **minister)
    ReplyFactory(invitation=invitation, answer=answer)
    return Delegation.objects.create(edition=edition, member_state=invitation.member_state)


def named(coming, gender, role="adviser", name="Flavia Elphberg"):
    return Delegate.objects.create(delegation=coming, name=name, gender=gender, role=role)


def test_heads_and_delegates_are_counted_as_their_delegation_stated_it(edition):
    coming = delegation(edition)
    named(coming, "f", "head")
    named(coming, "m")
    named(delegation(edition), "", "head")

    assert gender_counts(edition)["heads"] == [1, 0, 1]
    assert gender_counts(edition)["delegates"] == [1, 1, 1]


def test_a_speaker_counts_where_the_delegation_has_named_the_same_person(edition):
    first, second = delegation(edition), delegation(edition)
    named(first, "f", name="Flávia  ELPHBERG")
    named(second, "m", name="Rudolf Rassendyll")
    for coming in (first, second):
        PolicyStatement.objects.create(delegation=coming, speaker_name="Flavia Elphberg")

    assert gender_counts(edition)["speakers"] == [1, 0, 1]


@pytest.mark.parametrize("order", [("f", "m"), ("m", "f"), ("f", "")])
def test_of_two_namesakes_in_one_delegation_nobody_says_which_one_speaks(edition, order):
    coming = delegation(edition)
    for gender in order:
        named(coming, gender)
    PolicyStatement.objects.create(delegation=coming, speaker_name="Flavia Elphberg")

    assert gender_counts(edition)["speakers"] == [0, 0, 1]


def test_a_namesake_in_another_delegation_says_nothing_of_the_speaker(edition):
    coming = delegation(edition)
    named(coming, "f")
    named(delegation(edition), "m")
    PolicyStatement.objects.create(delegation=coming, speaker_name="Flavia Elphberg")

    assert gender_counts(edition)["speakers"] == [1, 0, 0]


def test_nobody_counts_by_the_form_of_address_of_the_minister(edition):
    coming = delegation(edition, minister__address_gender="f")
    PolicyStatement.objects.create(delegation=coming, speaker_name="Flavia Elphberg")
    named(coming, "", "head")

    assert gender_counts(edition) == {
        "heads": [0, 0, 1],
        "speakers": [0, 0, 1],
        "delegates": [0, 0, 1],
    }


def test_who_does_not_come_any_more_does_not_count(edition):
    named(delegation(edition, "regrets"), "f", "head")
    named(delegation(EditionFactory()), "f", "head")

    assert sum(map(sum, gender_counts(edition).values())) == 0


def test_page_shows_no_number_below_five(admin_client, edition):
    for number in range(12):
        coming = delegation(edition)
        named(coming, "f" if number < 6 else "m", "head")
        named(coming, "f" if number < 2 else "m")

    rows = admin_client.get(BOARD, {"edition": edition.symbol}).context["genders"]

    shown = {row["name"]: (row["cells"], row["sum"]) for row in rows}
    assert shown == {
        "Heads of delegation": ([6, None, None], 12),
        "Speakers announced": ([None, None, None], None),
        "Delegates": ([None, None, None], 24),
    }


def test_page_counts_for_those_who_may_see_delegations(client, edition):
    named(delegation(edition), "f")
    signed_in(client, "view_invitation", "view_reply")
    assert "Women and men" not in client.get(BOARD).content.decode()

    signed_in(client, "view_invitation", "view_reply", "view_delegation")
    assert "Women and men" in client.get(BOARD).content.decode()


def test_page_says_that_nobody_is_named_yet(admin_client, edition):
    assert "No delegation has named anybody yet." in admin_client.get(BOARD).content.decode()
