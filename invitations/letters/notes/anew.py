"""Letters that nobody has yet, planned anew; a note verbale with what it has to forward now."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from invitations.letters.channels import NOTE_VARIANT
from invitations.letters.notes.covering import (
    answered_already,
    cover_too,
    covered_now,
    locked_planned,
    served_now,
    stand_with_another,
)
from invitations.letters.notes.lacking import lacking
from invitations.letters.planning import call_back_letters, save_planned_letters
from invitations.models import Circular, Delivery, Letter, Mission
from invitations.models.held.composed_with import hashes_behind_each
from invitations.text.by_language import Words

CANCELLED = Letter.State.CANCELLED


def may_have_left(letter: Letter) -> bool:
    """Whether a copy of the letter has left, or was tried; a note that failed is in no hands."""
    not_left = [*Delivery.NOT_LEFT, CANCELLED, *failed_in_vain(letter)]
    return letter.deliveries.exclude(state__in=not_left).exists()


def failed_in_vain(letter: Letter) -> list[str]:
    """Return the state of tried mails that count as not tried: of a note alone, never replaced."""
    return [Delivery.State.FAILED] if letter.kind == Letter.Kind.NOTE else []


def call_back_whole(letter: Letter, reason: Words, actor: User | None) -> None:
    """Call the letter back with all its deliveries; what nobody has counts as what waits."""
    failed = letter.deliveries.filter(state__in=failed_in_vain(letter))
    failed.update(state=Delivery.State.MISSED)
    call_back_letters(Letter.objects.filter(pk=letter.pk), reason, actor)


def note_over(letter: Letter, mission: Mission, circular: Circular, drafter: User | None) -> Letter:
    """Return a note verbale, not saved yet, that forwards such letters as this one."""
    return Letter(
        invitation_id=letter.invitation_id,
        circular=circular,
        kind=Letter.Kind.NOTE,
        variant=NOTE_VARIANT if letter.by_original else "",
        by_original=letter.by_original,
        language=mission.language,
        mission=mission,
        not_before=circular.planned_at or timezone.now(),
        composed_by=drafter,
    )


def plan_again(letter: Letter, actor: User | None, drafter: User | None) -> Letter:
    """Plan in the letter's place one with today's texts, addresses and link.

    What a note has to forward joins the note that is planned for its mission, if there is one.
    """
    if waiting := planned_beside(letter):
        cover_too(waiting, served_now(letter))
        return waiting
    circular = letter.circular
    anew = Letter(
        invitation_id=letter.invitation_id,
        circular=circular,
        kind=letter.kind,
        variant=circular.variant if letter.kind == circular.kind else letter.variant,
        language=letter.language,
        second_language=letter.second_language,
        not_before=circular.planned_at or timezone.now(),
        replaces_id=letter.replaces_id,
        mission_id=letter.mission_id,
        by_original=letter.by_original,
        composed_by=drafter,
    )
    return planned_over(anew, served_now(letter), actor)


def planned_over(note: Letter, covered: "QuerySet[Letter]", actor: User | None = None) -> Letter:
    """Save what is planned, a note over these letters; or let the one they join cover them.

    Somebody else may have planned one for its mission at the same moment.
    """
    keys = list(covered.values_list("pk", flat=True))
    try:
        with transaction.atomic():
            save_planned_letters([note], actor)
    except IntegrityError:
        waiting = planned_beside(note)
        if waiting is None:
            raise
        cover_too(waiting, Letter.objects.filter(pk__in=keys))
        return waiting
    note.covers.set(keys)
    stand_with_another(note, note.covers.all())
    return note


Notes = dict[tuple[Any, bool], Letter]


def saved_notes(notes: Notes, letters: Mapping[tuple[Any, bool], Iterable[Letter]]) -> Notes:
    """Save the notes over these letters by mission, all at once, and return those that stand.

    Where somebody else plans one to a mission just now, that one does.
    """
    try:
        with transaction.atomic():
            save_planned_letters(list(notes.values()))
    except IntegrityError:
        keys = {of: [letter.pk for letter in letters[of]] for of in notes}
        rows = {of: Letter.objects.filter(pk__in=keys[of]) for of in notes}
        return {of: planned_over(note, rows[of]) for of, note in notes.items()}
    return notes


def part_from_rest(note: Letter) -> None:
    """Let the note, composed just now, cover what it forwards, and another one what is left.

    That one is planned if an address of the mission lacks any of it.
    """
    chosen, mission = note.chosen or set(), note.mission
    if mission is None or not note.covers.exclude(pk__in=chosen).exists():
        return
    lacks = lacking(note, mission.emails.split())
    rest = Letter.objects.filter(pk__in=[one for one in lacks if lacks[one] and one not in chosen])
    note.covers.set(chosen)
    behind = hashes_behind_each([note])[note.pk]
    said = {name: mark for name, mark in note.composed_with.items() if name in behind}
    Letter.objects.filter(pk=note.pk).update(composed_with=said)
    if not note.covers.filter(invitation=note.invitation_id).exists():
        stand_with_another(note, note.covers.all())
    if first := rest.in_french_order().first():
        planned_over(note_over(first, mission, note.circular, note.composed_by), rest)


def planned_beside(letter: Letter) -> Letter | None:
    """Lock and return the note that is planned for the mission of this one; a letter has none."""
    if letter.kind != Letter.Kind.NOTE:
        return None
    alike = {name: getattr(letter, name) for name in ("circular_id", "mission_id", "by_original")}
    return locked_planned(Letter.objects.filter(kind=letter.kind, **alike)).first()


def notes_not_left(letters: Iterable[Letter]) -> list[Letter]:
    """Return the notes over these letters that are composed or approved, and not left to all."""
    states = [Letter.State.COMPOSED, Letter.State.APPROVED]
    notes = Letter.objects.filter(covers__in=letters, state__in=states).distinct()
    found = notes.select_related("circular", "composed_by").order_by("pk")
    waits = Delivery.objects.not_left()
    return [note for note in found if not may_have_left(note) or waits.filter(letter=note).exists()]


def plan_for_the_others(notes: Iterable[Letter], by: User) -> None:
    """Call the notes back, and plan anew those that have another letter to forward.

    It goes to no address to which the note has left. Whoever drafted a note is the drafter of the
    next one, so that a second person approves it.
    """
    for note in notes:
        call_back_whole(note, _("a letter it covers was called back"), by)
        if covered_now(note).exclude(answered_already()).exists():
            plan_again(note, by, note.composed_by)
