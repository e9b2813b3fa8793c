"""The notes verbales above the letter to a successor, which were to forward the earlier one."""

from typing import Any

from django.contrib.auth.models import User

from invitations.audit import Act, record_act
from invitations.letters.approval import recompose_letter, why_not_recomposed
from invitations.letters.notes.anew import note_over, planned_over
from invitations.letters.notes.covering import (
    answered_already,
    cover_too,
    covered_now,
    locked_planned,
)
from invitations.models import Letter

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
    if not why_not_recomposed(note):
        return recompose_letter(note, drafter)
    mission: Any = note.mission
    is_gone = note.state == Letter.State.CANCELLED
    beside = covered_now(note).exclude(answered_already()) if is_gone else Letter.objects.none()
    return planned_over(note_over(letter, mission, letter.circular, drafter), beside)
