"""A hand-over to a successor in office, together with the State's delegation."""

import datetime as dt
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from delegations.changes import lock_delegation, note_staff_change
from delegations.models import Delegate, Delegation, DelegationChange
from invitations.models import HeldChange, Invitation
from invitations.outbox.corrections.succession import DelegationChoice
from invitations.outbox.release import release_change


@transaction.atomic
def release_hand_over(change: HeldChange, by: User, mark: str, reason: str = "") -> None:
    """Hand the invitation over, and do with the delegation what was chosen, all at once."""
    release_change(change, by, mark, reason)
    said: Any = change.after
    left = Invitation.objects.select_related("edition", "member_state").get(pk=change.key)
    for person in who_is_taken_off(left, said["delegation"], change.asked_at):
        person.delete()
        note_staff_change(by, person, DelegationChange.Act.REMOVED, [])


def who_is_taken_off(left: Invitation, choice: str, asked_at: dt.datetime) -> list[Delegate]:
    """Return the people who leave the delegation, locked, by what was chosen for it.

    Who was named after it was chosen, or made head, was not meant. Call it within a transaction.
    """
    of_state = {"edition": left.edition_id, "member_state": left.member_state_id}
    if choice == DelegationChoice.KEEP or not Delegation.objects.filter(**of_state).exists():
        return []
    delegation = lock_delegation(left)
    people = delegation.delegates.order_by("pk")
    if choice == DelegationChoice.HEAD_OFF:
        people = people.filter(role=Delegate.Role.HEAD)
    since = delegation.changes.filter(part=DelegationChange.Part.DELEGATE, at__gte=asked_at)
    not_meant = {noted.subject for noted in since if is_about_who(noted)}
    return [person for person in people if person.name not in not_meant]


def is_about_who(noted: DelegationChange) -> bool:
    """Whether the change names another person, or gives one another role."""
    return noted.act == DelegationChange.Act.ADDED or not {"name", "role"}.isdisjoint(noted.fields)
