"""Notes verbales above the letter to a successor, and in the place of one that did not arrive."""

from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from invitations.audit import Act, record_act
from invitations.letters.approval import (
    locked_letter,
    reason_not_to_compose_again,
    recompose_letter,
)
from invitations.letters.notes.anew import note_over, plan_again, planned_over
from invitations.letters.notes.covering import (
    answered_already,
    cover_too,
    covered_now,
    locked_planned,
)
from invitations.letters.planning import call_back_letters
from invitations.models import Delivery, Letter
from invitations.models.delivery import DeliveryQuerySet
from invitations.outbox.transitions import transit

PLANNED = Letter.State.PLANNED


def forward_with_notes(letter: Letter, by: User | None) -> None:
    """Let the notes of the letter's circular to the missions of its State cover it too.

    One that nobody has is composed anew; one that was called back meanwhile, for the letter that
    it covered, is planned again. A mission that has its note gets another one over this letter.

    Call it within a transaction, with the circular locked.
    """
    notes = Letter.objects.filter(
        kind=Letter.Kind.NOTE,
        circular=letter.circular_id,
        by_original=letter.by_original,
        mission__states=letter.invitation.member_state_id,
    )
    list(locked_planned(notes).values_list("pk"))
    found = sorted(notes.select_related("mission"), key=lambda one: (one.state == PLANNED, one.pk))
    last = {note.mission_id: note for note in found}
    for note in last.values():
        cover_too(to_come(note, letter, by), [letter])
    if last:
        record_act(letter.circular, Act.NOTES_PLANNED, by)


def to_come(note: Letter, letter: Letter, drafter: User | None) -> Letter:
    """Return the note to the same mission that is to be composed yet."""
    if note.state == PLANNED:
        return note
    if not reason_not_to_compose_again(note):
        return recompose_letter(note, drafter)
    mission: Any = note.mission
    is_gone = note.state == Letter.State.CANCELLED
    beside = covered_now(note).exclude(answered_already()) if is_gone else Letter.objects.none()
    return planned_over(note_over(letter, mission, letter.circular, drafter), beside)


# It came back, or nobody knows whether it came; nobody sends it once more over what is gone.
NOT_PROVEN = (*Delivery.NOT_ARRIVED, Delivery.State.UNCERTAIN)


@transaction.atomic
def forward_again(note: Letter, by: User) -> Letter:
    """Plan another note over what this one has still to forward, to where it did not arrive.

    Its copies that came back, or are uncertain, count no more: whoever asks for it says so.
    """
    note = locked_letter(note)
    if why := reason_not_to_forward_again(note):
        raise ValidationError(why)
    reason = gettext_lazy("forwarded anew by another note")
    for copy in not_proven(note).order_by("pk").select_for_update():
        transit(copy, copy.state, Delivery.State.CANCELLED, reason=reason, by=by)
    call_back_letters(Letter.objects.filter(pk=note.pk), reason, by)
    return plan_again(note, by, by)


def reason_not_to_forward_again(note: Letter) -> str:
    """Return why no other note takes the place of one that did not arrive; empty if one may."""
    is_void = note.kind == Letter.Kind.NOTE and note.covers.forwarded_no_more().exists()
    if note.state != Letter.State.APPROVED or not is_void:
        return _(
            "Only a note verbale is forwarded anew, once a letter under it was called back or"
            " replaced, or its addressee has left office."
        )
    if not not_proven(note).exists():
        return _("No copy of it came back, failed or is uncertain.")
    remain = covered_now(note).exclude(answered_already())
    return "" if remain.exists() else _("No letter remains under it that has to be forwarded.")


def not_proven(note: Letter) -> "DeliveryQuerySet":
    return note.deliveries.by_mail().filter(state__in=NOT_PROVEN)
