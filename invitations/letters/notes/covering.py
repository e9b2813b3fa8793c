"""Which letters a note verbale covers, as they are called back, composed anew or answered."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from invitations.letters.planning import call_back_letters
from invitations.models import Circular, Delivery, Invitation, Letter
from invitations.models.letter import is_called_back


def covered_now(note: Letter) -> "QuerySet[Letter]":
    """Return what the note covers of letters that are forwarded still, recomposed ones too."""
    forwarded = Letter.objects.printed().to_forward().exclude(kind=Letter.Kind.NOTE)
    forwarded = forwarded.filter(circular=note.circular_id, by_original=note.by_original)
    return forwarded.filter(invitation__in=note.covers.values("invitation"))


def served_now(note: Letter) -> "QuerySet[Letter]":
    """Return of what the note covers now the letters to States that its mission serves still."""
    return covered_now(note).filter(invitation__member_state__missions=note.mission_id)


def lock_with_notes(invitations: Iterable[int]) -> None:
    """Lock the invitations with all that their notes verbales cover, in the one order."""
    notes = Letter.objects.filter(covers__invitation__in=invitations)
    beside = Invitation.objects.filter(letters__notes__in=notes).values("pk")
    these = Q(pk__in=invitations) | Q(pk__in=beside)
    list(Invitation.objects.locked().filter(these).values("pk"))


def locked_planned(notes: "QuerySet[Letter]") -> "QuerySet[Letter]":
    """Return the planned notes under a lock: whoever composes one just now waits, and leaves it."""
    return notes.planned().order_by("pk").select_for_update(of=("self",), no_key=True)  # type: ignore[attr-defined]


def planned_of(circular: Circular) -> dict[tuple[Any, bool], Letter]:
    """Lock and return the circular's planned notes, by mission and whether over originals."""
    waiting = locked_planned(circular.letters.filter(kind=Letter.Kind.NOTE))
    return {(note.mission_id, note.by_original): note for note in waiting}


def that_forward(notes: "QuerySet[Letter]") -> "QuerySet[Letter]":
    """Return the notes in force but for those whose copies were all cancelled as they left."""
    kept = Delivery.objects.exclude(state=Delivery.State.CANCELLED).filter(letter=OuterRef("pk"))
    idle = Q(state=Letter.State.APPROVED) & ~Exists(kept)
    return notes.exclude(state=Letter.State.CANCELLED).exclude(idle)


def cover_too(note: Letter, letters: Iterable[Letter]) -> None:
    """Let the planned note, which is locked or new, cover these letters too."""
    note.covers.add(*letters)
    plan_from_now(Letter.objects.planned().filter(pk=note.pk))


def planned_notes_over(letters: "QuerySet[Letter]") -> "QuerySet[Letter]":
    return Letter.objects.planned().filter(pk__in=letters.values("notes"))


def plan_from_now(notes: "QuerySet[Letter]") -> None:
    """Lock the planned notes; whoever composes one just now has older words, and leaves it."""
    list(locked_planned(notes).values_list("pk"))
    notes.update(composing_until=None, planned_at=timezone.now())


def pass_notes_on(withdrawn: Iterable[Invitation]) -> None:
    """Let planned notes stand with an invitation in force, if they cover letters of another."""
    keys = [invitation.pk for invitation in withdrawn]
    letters = Letter.objects.filter(invitation__in=keys)
    for note in planned_notes_over(letters).filter(invitation__in=keys):
        others = note.covers.exclude(is_called_back()).exclude(invitation__in=keys)
        stand_with_another(note, others)


def stand_with_another(note: Letter, covered: Any) -> None:
    """Let the note stand with the first invitation of these letters, if there is any."""
    if first := covered.in_french_order().first():
        Letter.objects.filter(pk=note.pk).update(invitation=first.invitation_id)


def answered_already() -> Q:
    """Match mailed invitations whose office has answered: no mission has to forward them."""
    answered = Invitation.objects.answered().values("pk")
    return Q(kind=Letter.Kind.INVITATION, by_original=False, invitation__in=answered)


@transaction.atomic
def tidy_waiting_notes() -> None:
    """Let planned notes cover what takes the place of what was called back; drop the idle ones."""
    planned = Letter.objects.planned().filter(kind=Letter.Kind.NOTE, composing_until=None)
    if not planned.exists():  # as on most ticks; what is asked then takes long
        return
    gone = Letter.objects.forwarded_no_more().filter(notes=OuterRef("pk"))
    for note in planned.filter(Exists(gone)):
        note.covers.set(covered_now(note))
        stand_with_another(note, note.covers.all())
    drop_idle_notes(planned)


def drop_idle_notes(notes: "QuerySet[Letter]") -> None:
    """Call back those of the notes that cover no letter any more that has to be forwarded."""
    stands = Letter.objects.exclude(is_called_back())
    forwarded = stands.filter(notes=OuterRef("pk")).exclude(answered_already())
    if keys := list(notes.filter(~Exists(forwarded)).values_list("pk", flat=True)):
        reason = _("it covers no letter any more: they were called back, or are answered")
        call_back_letters(Letter.objects.filter(pk__in=keys), reason)
