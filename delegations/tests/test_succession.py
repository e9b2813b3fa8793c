"""What becomes of a delegation when its minister leaves office."""

import pytest

from delegations.changes import note_staff_change
from delegations.models import Delegate, Delegation, DelegationChange
from delegations.succession import release_hand_over
from invitations.tests.conftest import composed, issued
from invitations.tests.corrections import asked_for
from invitations.tests.factories import ReplyFactory, UserFactory

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


@pytest.mark.parametrize(
    ("choice", "stay"),
    [("head_off", ["Fritz", "Sapt", "Rupert Rassendyll"]), ("all_off", ["Rupert Rassendyll"])],
)
def test_who_is_named_after_the_hand_over_was_asked_for_stays(coming, choice, stay):
    desk = UserFactory()
    change = asked_for(coming, delegation=choice)
    head = Delegate.objects.get(role="head")
    head.role = "adviser"
    head.save()
    note_staff_change(desk, head, "changed", ["role"])
    head.delete()
    note_staff_change(desk, head, "removed", [])
    new = Delegate.objects.create(delegation=head.delegation, role="head", name="Rupert Rassendyll")
    note_staff_change(desk, new, "added", [])
    fritz = Delegate.objects.get(name="Fritz")
    note_staff_change(desk, fritz, "changed", ["email"])

    release_hand_over(change, UserFactory(), change.mark)

    assert list(Delegate.objects.values_list("name", flat=True)) == stay


def test_who_was_made_head_after_the_hand_over_was_asked_for_stays(coming):
    change = asked_for(coming, delegation="head_off")
    Delegate.objects.filter(role="head").update(role="adviser")
    sapt = Delegate.objects.get(name="Sapt")
    sapt.role = "head"
    sapt.save()
    note_staff_change(UserFactory(), sapt, "changed", ["role"])

    release_hand_over(change, UserFactory(), change.mark)

    assert Delegate.objects.count() == 3


def test_the_delegation_is_expected_no_more_if_the_answer_is_asked_again(coming):
    change = asked_for(coming, reply="ask")
    release_hand_over(change, UserFactory(), change.mark)

    assert not Delegation.objects.standing().exists()
    assert Delegate.objects.count() == 3
