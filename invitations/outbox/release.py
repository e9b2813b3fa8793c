"""Verbs of a held change: a second person releases it, or one person takes it back."""

from typing import Any

from auditlog.context import disable_auditlog
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from invitations.audit import Act, record_act
from invitations.letters.planning import try_waiting_again
from invitations.letters.released import released
from invitations.models import ForumEdition, HeldChange
from invitations.models.held.holding import (
    HELD,
    lay_over,
    letters_at_hand,
    letters_using,
    values_of,
)
from invitations.models.held.proposals import (
    apply_proposal,
    is_proposed,
    lock_states,
    write_approved,
)
from invitations.models.reply import SEGMENTS_IN_USE, last_segment_in_use
from invitations.outbox.corrections.addresses import send_where_corrected
from invitations.outbox.corrections.succession import (
    hand_over,
    lock_for_release,
    take_back_hand_over,
)
from invitations.text.dates import running_text
from invitations.text.segments import are_lost, own_segments


@transaction.atomic
def release_change(change: HeldChange, by: User, mark: str, reason: str = "") -> None:
    """Let automatic mail use the change with exactly this mark; whoever made it may not.

    What one approver released alone is confirmed by it.
    """
    refuse_dates(change)
    row, change = locked_change(change, mark)
    if refusal := why_not_by(change, by) or why_segments_stay(change):
        raise ValidationError(refusal)
    if is_proposed_by(change):
        # The record's history has one row, which names this act.
        with disable_auditlog():
            row = apply_proposal(change, row)
        change.object_id = str(row.pk)
        change.save(update_fields=["object_id"])
    decide(change, HeldChange.State.RELEASED, by, reason)
    record_act(change, Act.RELEASED, by, reason)
    if change.kind == HeldChange.Kind.SUCCESSION:
        hand_over(change, by)
    elif row:
        record_act(row, Act.RELEASED, by, reason, changes=change.changed)
    send_where_corrected(change, by)
    transaction.on_commit(try_waiting_again)


@transaction.atomic
def take_back_change(change: HeldChange, by: User, mark: str, reason: str = "") -> None:
    """Give the record its released values again.

    What one approver released alone is reversed by it.
    """
    refuse_dates(change)
    row, change = locked_change(change, mark)
    if change.kind == HeldChange.Kind.SUCCESSION or is_proposed_by(change):
        if change.kind == HeldChange.Kind.SUCCESSION:
            take_back_hand_over(change, by)
        decide(change, HeldChange.State.TAKEN_BACK, by, reason)
        record_act(change, Act.TAKEN_BACK, by, reason)
        return
    if change.is_alone:
        wait_again(change, row)
    # The record's history has one row, which names this act.
    with disable_auditlog():
        undo(change, row)
    # Undoing it wrote the released values into it too: what was rejected stays to be read.
    change.save(update_fields=["after", "asked_by", "reason", "named"])
    decide(change, HeldChange.State.TAKEN_BACK, by, reason)
    record_act(change, Act.TAKEN_BACK, by, reason)
    if row:
        backwards = {name: (new, old) for name, (old, new) in change.changed.items()}
        record_act(row, Act.TAKEN_BACK, by, reason, changes=backwards)


@transaction.atomic
def release_alone(change: HeldChange, by: User, mark: str, reason: str) -> None:
    """Let automatic mail use a corrected address at once, until a second person decides.

    The editions that use it have to allow it. All approvers are told.
    """
    row, change = locked_change(change, mark)
    if not reason.strip():
        raise ValidationError(_("Say why it cannot wait for a second person."))
    if refusal := why_not_alone(change):
        raise ValidationError(refusal)
    if is_proposed_by(change):
        with disable_auditlog():
            apply_proposal(change, row)
    change.state, change.alone_by, change.alone_at = HeldChange.State.ALONE, by, timezone.now()
    change.alone_reason = reason
    change.save(update_fields=["state", "alone_by", "alone_at", "alone_reason"])
    change.told.clear()
    record_act(change, Act.RELEASED_ALONE, by, reason)
    record_act(row, Act.RELEASED_ALONE, by, reason, changes=change.changed)
    send_where_corrected(change, by)


def refuse_dates(change: HeldChange) -> None:
    """Refuse a move of dates, of which nothing is in the record yet: it has verbs of its own."""
    if change.kind == HeldChange.Kind.DATES:
        raise ValidationError(_("Dates that move are decided on their own page."))


def is_proposed_by(change: HeldChange) -> bool:
    """Whether nothing of the change is in the record yet: it is written when it is approved."""
    model: Any = change.content_type.model_class()
    return change.kind == HeldChange.Kind.MAIL and is_proposed(model) and not change.is_alone


def why_not_by(change: HeldChange, person: User) -> str:
    """Return why this person may not release the change; an empty text if it is not their own."""
    if person.pk == change.alone_by_id:
        return _("A second person has to confirm it: you released it alone.")
    if change.contributors.filter(pk=person.pk).exists():
        return _("A second person has to release it: you changed it.")
    return ""


def why_segments_stay(change: HeldChange) -> str:
    """Return why an edition keeps its own segments: offices answer by what was released last."""
    lines = {
        name: (old or "", [*own_segments(new or "").values()])
        for name, (old, new) in change.changed.items()
        if name.startswith("own_segments_")
    }
    if not lines:
        return ""
    edition: Any = change.row
    used = last_segment_in_use(edition)
    lost = (are_lost(name, on_file, typed, used) for name, (on_file, typed) in lines.items())
    return str(SEGMENTS_IN_USE) if any(lost) else ""


def why_not_alone(change: HeldChange) -> str:
    """Return why no approver may release the change alone; an empty text if one may."""
    if not change.is_waiting:
        return _("This was decided already.")
    if change.kind != HeldChange.Kind.MAIL:
        return _("Only a corrected address or hour can be released by one approver alone.")
    model: Any = change.content_type.model_class()
    corrected = set(HELD[model.__name__].alone.split())
    if not set(change.changed) <= corrected:
        return _("Only a corrected address or hour can be released by one approver alone.")
    held = list(HeldChange.objects.waiting().select_related("content_type"))
    editions = [released(edition, held) for edition in editions_using(change)]
    if not editions or not all(edition.releases_alone for edition in editions):
        return _("The edition does not allow that one approver releases alone.")
    return ""


def editions_using(change: HeldChange) -> "QuerySet[ForumEdition]":
    """Return the editions at hand in whose letters the record is used."""
    model: Any = change.content_type.model_class()
    key = model._meta.pk.to_python(change.object_id)
    used = letters_using(model.__name__, key, change.before, change.after)
    letters = letters_at_hand().filter(used or Q(pk=None))
    return ForumEdition.objects.filter(pk__in=letters.values("invitation__edition"))


def why_not_taken_back(change: HeldChange) -> str:
    """Return why the record cannot have its released values again; an empty text if it can."""
    if change.kind != HeldChange.Kind.MAIL or is_proposed_by(change):
        return ""
    model: Any = change.content_type.model_class()
    row = model.objects.filter(pk=change.object_id).first()
    if row is None:
        return ""
    if change.is_alone and (why := why_changed_again(change, row)):
        return why
    return why_not_undone(change, row)


def why_changed_again(change: HeldChange, row: Any) -> str:
    now, after = values_of(type(row), [row.pk])[row.pk], change.after or {}
    names = change.changed if is_proposed(type(row)) else after
    if all(now[name] == after[name] for name in names):
        return ""
    return _("The record was changed once more since then: change it instead.")


def why_not_undone(change: HeldChange, row: Any) -> str:
    """Return what hinders it: a record that has taken the row's old name."""
    try:
        lay_over(row, change.before or {})
        row.keep_keys()
        row.validate_constraints()
    except ValidationError as refusal:
        return running_text(refusal.messages)
    return ""


def wait_again(change: HeldChange, row: Any) -> None:
    """Let what was released alone wait again, so that it can be taken back as a whole."""
    if why := why_changed_again(change, row):
        raise ValidationError(why)
    change.state = HeldChange.State.WAITING
    change.save(update_fields=["state"])


def locked_change(change: HeldChange, mark: str) -> tuple[Any, HeldChange]:
    """Lock the record and then its change, in the order of whoever saves it; return both.

    Refuse what is decided, and what is not as the mark says.
    """
    model: Any = change.content_type.model_class()
    if change.kind == HeldChange.Kind.SUCCESSION and change.row:
        lock_for_release(change.row)
    lock_states((change.after or {}).get("states", []))
    row = model.objects.select_for_update(of=("self",), no_key=True).filter(pk=change.object_id)
    found = row.first()
    locked = HeldChange.objects.select_for_update(of=("self",)).get(pk=change.pk)
    if not (locked.is_waiting or locked.is_alone):
        raise ValidationError(_("This was decided already."))
    if locked.mark != mark:
        raise ValidationError(_("It was changed again since you looked at it: look once more."))
    return found, locked


def decide(change: HeldChange, state: str, person: User, reason: str) -> None:
    change.state, change.decided_by, change.decided_at = state, person, timezone.now()
    change.decision_reason = reason
    change.save(update_fields=["state", "decided_by", "decided_at", "decision_reason"])


def undo(change: HeldChange, row: Any) -> None:
    """Write the released values; this dissolves the change, which is marked as taken back."""
    if is_proposed(type(row)):
        write_approved(row, {name: old for name, (old, _new) in change.changed.items()})
        return
    lay_over(row, change.before or {})
    row.keep_keys()
    row.validate_constraints()
    row.save()
