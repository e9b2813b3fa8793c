"""Changes to what a State has on file, by its offices or by staff: locked, compared, noted."""

import datetime as dt

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from delegations.models import Delegate, Delegation, DelegationChange, PolicyStatement
from invitations.forms.stale_form import lock_rows
from invitations.letters.released import Held, released
from invitations.models import Filed, Invitation
from invitations.text.dates import comma_list

# The rows that a line of the history joins to name its author.
AUTHOR_PATHS = ("user", "invitation__minister__member_state", "invitation__member_state")

Part = DelegationChange.Part
# More than any office makes; files that were replaced stay in the store, or go a day later.
A_DAY = dt.timedelta(days=1)
MOST_A_DAY: dict[str, int] = {Part.DELEGATE: 1000, Part.STATEMENT: 100}


def lock_delegation(invitation: Invitation) -> Delegation:
    """Lock the delegation of the invitation's State, and make it if it is missing.

    Call it within a transaction.
    """
    edition, state = invitation.edition, invitation.member_state
    held = Delegation.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
    delegation = held.filter(edition=edition, member_state=state).first()
    if delegation is None:
        made, _new = Delegation.objects.get_or_create(edition=edition, member_state=state)
        delegation = held.get(pk=made.pk)
    delegation.edition, delegation.member_state = edition, state
    return delegation


def lock_for_office(invitation: Invitation, part: str) -> Delegation:
    """Lock the delegation for its office; refuse a change once the event is over.

    Refuse also more changes in a day than any office makes.
    """
    if not invitation.edition.is_ahead(timezone.now()):
        raise ValidationError(
            _(
                "This event is over, and its pages take nothing more: "
                "please write to the secretariat."
            )
        )
    delegation = lock_delegation(invitation)
    lately = delegation.changes.filter(part=part, user=None, at__gt=timezone.now() - A_DAY)
    if lately.count() >= MOST_A_DAY[part]:
        raise ValidationError(
            _(
                "So much was changed here within a day that this page takes no more: "
                "please write to the secretariat."
            )
        )
    return delegation


def note_staff_change(
    user: User, row: Delegate | PolicyStatement, act: str, fields: list[str]
) -> None:
    """Write what staff changed for an office into the office's history."""
    of_delegate = isinstance(row, Delegate)
    DelegationChange.objects.create(
        delegation_id=row.delegation_id,
        user=user,
        part=Part.DELEGATE if of_delegate else Part.STATEMENT,
        act=act,
        subject=row.name if isinstance(row, Delegate) else row.speaker_name,
        fields=fields,
    )
    update_next_steps(row.delegation_id)


def update_next_steps(delegation: int) -> None:
    """Let reminders know what the State has on file by now, and what it has not any more.

    Call it after each change, within its transaction.
    """
    lock_rows(Delegation, [delegation])
    row = Delegation.objects.with_what_is_filed().filter(pk=delegation).first()
    if row is None:
        return
    of_state = {"edition_id": row.edition_id, "member_state_id": row.member_state_id}
    told = Filed.objects.filter(**of_state)
    known = set(told.values_list("what", flat=True))
    if gone := known.difference(row.filed):
        told.filter(what__in=gone).delete()
    if new := set(row.filed) - known:
        Filed.objects.bulk_create(Filed(what=what, **of_state) for what in sorted(new))


def format_author(change: DelegationChange, held: Held = ()) -> str:
    """Name who made the change; an office reads of no minister what is ``held``."""
    if change.invitation is None:
        return _("the secretariat")
    minister = released(released(change.invitation, held).minister, held)
    return _("office of %s") % (minister.portfolio or minister)


def changed_field_labels(change: DelegationChange) -> str:
    """Return the labels of the changed fields, without their values."""
    of_delegate = change.part == Part.DELEGATE
    model = Delegate if of_delegate else PolicyStatement
    labels = {column.name: str(column.verbose_name) for column in model._meta.fields}
    labels["texts"] = _("texts")
    names = [name.removesuffix("_id") for name in change.fields]
    return comma_list(labels.get(name, name) for name in names)
