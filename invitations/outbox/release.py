"""Verbs of a held change: a second person releases it, or one person takes it back."""

from typing import Any

from auditlog.context import disable_auditlog
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model, ProtectedError
from django.utils import timezone
from django.utils.translation import gettext as _

from invitations.audit import Act, record_act
from invitations.models import HeldChange
from invitations.models.holding import lay_over


@transaction.atomic
def release_change(change: HeldChange, by: User, mark: str, because: str = "") -> None:
    """Let automatic mail use the change with exactly this mark; whoever made it may not."""
    row, change = locked_change(change)
    if change.mark != mark:
        raise ValidationError(_("It was changed again since you looked at it: look once more."))
    if change.contributors.filter(pk=by.pk).exists():
        raise ValidationError(_("A second person has to release it: you changed it."))
    decide(change, HeldChange.State.RELEASED, by, because)
    record_act(change, Act.RELEASED, by, because)
    if row:
        record_act(row, Act.RELEASED, by, because, changes=change.changed)


@transaction.atomic
def take_back_change(change: HeldChange, by: User, mark: str, because: str = "") -> None:
    """Give the record its released values again; what was never released is deleted."""
    row, change = locked_change(change)
    if change.mark != mark:
        raise ValidationError(_("It was changed again since you looked at it: look once more."))
    # The record's history has one row, which names this act.
    with disable_auditlog():
        undo(change, row)
    decide(change, HeldChange.State.TAKEN_BACK, by, because)
    record_act(change, Act.TAKEN_BACK, by, because)
    if row and change.before is not None:
        backwards = {name: (new, old) for name, (old, new) in change.changed.items()}
        record_act(row, Act.TAKEN_BACK, by, because, changes=backwards)


def locked_change(change: HeldChange) -> tuple[Any, HeldChange]:
    """Lock the record and then its change, in the order of whoever saves it; return both."""
    model: Any = change.content_type.model_class()
    row = model.objects.select_for_update(of=("self",), no_key=True).filter(pk=change.object_id)
    found = row.first()
    locked = HeldChange.objects.select_for_update(of=("self",)).get(pk=change.pk)
    if not locked.is_waiting:
        raise ValidationError(_("This was decided already."))
    return found, locked


def decide(change: HeldChange, state: str, person: User, because: str) -> None:
    change.state, change.decided_by, change.decided_at = state, person, timezone.now()
    change.decided_because = because
    change.save(update_fields=["state", "decided_by", "decided_at", "decided_because"])


def undo(change: HeldChange, row: Any) -> None:
    """Write the released values; this dissolves the change, which is marked as taken back."""
    if change.before is None:
        delete_unused(row)
        return
    lay_over(row, change.before)
    row.validate_constraints()
    row.save()
    if "states" in change.before:
        row.states.set(change.before["states"])


def delete_unused(row: Model) -> None:
    try:
        row.delete()
    except ProtectedError:
        raise ValidationError(
            _("%(row)s cannot be deleted: other records refer to it.") % {"row": row}
        ) from None
