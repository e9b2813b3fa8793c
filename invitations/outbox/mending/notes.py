"""The notes verbales above the letter to a successor, which were to forward the earlier one."""

from django.contrib.auth.models import User
from django.utils import timezone

from invitations.audit import Act, record_act
from invitations.letters.approval import recompose_letter, why_not_recomposed
from invitations.letters.notes.covering import answered_already, covered_now
from invitations.letters.planning import save_planned_letters
from invitations.models import Letter


def forward_with_notes(letter: Letter, by: User | None) -> None:
    """Let the notes of the letter's circular to the missions of its State cover it too.

    One that nobody has is composed anew; one that was called back meanwhile, for the letter that
    it covered, is planned again. A mission that has its note gets no second one.

    Call it within a transaction, with the circular locked.
    """
    notes = Letter.objects.filter(
        kind=Letter.Kind.NOTE,
        circular=letter.circular_id,
        by_original=letter.by_original,
        mission__states=letter.invitation.member_state_id,
    )
    last = {note.mission_id: note for note in notes.order_by("pk")}
    covering = [anew for note in last.values() if (anew := to_come(note, letter, by))]
    for note in covering:
        note.covers.add(letter)
        # Whoever composes it just now has older words, and leaves it: it is planned since then.
        planned = Letter.objects.planned().filter(pk=note.pk)
        planned.update(composing_until=None, planned_at=timezone.now())
    if covering and letter.circular:
        record_act(letter.circular, Act.NOTES_PLANNED, by)


def to_come(note: Letter, letter: Letter, drafter: User | None) -> Letter | None:
    """Return the note that is to be composed yet; None where the mission has it already."""
    if note.state == Letter.State.PLANNED:
        return note
    if note.state == Letter.State.CANCELLED:
        return planned_again(note, letter, drafter)
    return None if why_not_recomposed(note) else recompose_letter(note, drafter)


def planned_again(note: Letter, letter: Letter, drafter: User | None) -> Letter:
    kept = ("circular_id", "kind", "variant", "language", "mission_id", "by_original")
    anew = Letter(
        **{name: getattr(note, name) for name in kept},
        invitation_id=letter.invitation_id,
        not_before=letter.not_before,
        composed_by=drafter,
    )
    save_planned_letters([anew])
    anew.covers.set(covered_now(note).exclude(answered_already()))
    return anew
