"""What becomes of a delegation when its minister leaves office."""

import pytest

from delegations.models import Delegate, Delegation, DelegationChange
from delegations.releases.succession import release_hand_over
from invitations.tests.conftest import composed, issued
from invitations.tests.factories import ReplyFactory, UserFactory
from invitations.tests.mending import asked_for

__all__ = ["composed", "issued"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def coming(issued):
    """An invitation whose office comes, with a head of delegation and two advisers."""
    invitation = ReplyFactory(invitation=issued()).invitation
    delegation = Delegation.objects.create(
        edition=invitation.edition, member_state=invitation.member_state
    )
    for role, name in [("head", "Flavia Elphberg"), ("adviser", "Fritz"), ("adviser", "Sapt")]:
        Delegate.objects.create(delegation=delegation, role=role, name=name)
    return invitation


@pytest.mark.parametrize(
    ("choice", "stay"),
    [
        ("keep", ["Flavia Elphberg", "Fritz", "Sapt"]),
        ("head_off", ["Fritz", "Sapt"]),
        ("all_off", []),
    ],
)
def test_of_the_delegation_those_stay_whom_was_said(coming, choice, stay):
    by = UserFactory()

    change = asked_for(coming, delegation=choice)
    release_hand_over(change, by, change.mark)

    assert list(Delegate.objects.values_list("name", flat=True)) == stay
    taken_off = DelegationChange.objects.filter(act="removed", user=by)
    assert taken_off.count() == 3 - len(stay)
    assert Delegation.objects.standing().exists()


def test_the_delegation_is_expected_no_more_if_the_answer_is_asked_anew(coming):
    change = asked_for(coming, reply="ask")
    release_hand_over(change, UserFactory(), change.mark)

    assert not Delegation.objects.standing().exists()
    assert Delegate.objects.count() == 3
