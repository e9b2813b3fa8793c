"""What becomes of a State's delegation when its invitation is handed over to a successor."""

from delegations.changes import lock_delegation
from delegations.models import Delegate, Delegation, DelegationChange
from invitations.outbox.mending.succession import ALSO_DONE, DelegationChoice, HandOver


def join_in_hand_overs() -> None:
    """Let each hand-over that is released do here what was chosen for the delegation."""
    if pass_on not in ALSO_DONE:
        ALSO_DONE.append(pass_on)


def pass_on(handed: HandOver) -> None:
    """Take off the head, or all people named, if that was chosen; the others stay.

    Call it within the transaction of the hand-over.
    """
    of_state = {"edition": handed.new.edition_id, "member_state": handed.new.member_state_id}
    if handed.delegation == DelegationChoice.KEEP or not Delegation.objects.filter(**of_state):
        return
    delegation = lock_delegation(handed.new)
    people = delegation.delegates.order_by("pk")
    if handed.delegation == DelegationChoice.HEAD_OFF:
        people = people.filter(role=Delegate.Role.HEAD)
    DelegationChange.objects.bulk_create(
        DelegationChange(
            delegation=delegation,
            user=handed.by,
            part=DelegationChange.Part.DELEGATE,
            act=DelegationChange.Act.REMOVED,
            subject=person.name,
        )
        for person in people
    )
    people.delete()
