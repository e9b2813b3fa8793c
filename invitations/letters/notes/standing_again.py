"""Letters that stand again: their mail is kept for a person, or a note verbale brings them."""

from typing import Any

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from invitations.letters.notes.anew import note_over, planned_beside, planned_over
from invitations.letters.notes.covering import answered_already, cover_too
from invitations.letters.notes.lacking import lacking_among
from invitations.models import Delivery, Letter, LetterEvent

CANCELLED = Letter.State.CANCELLED


def let_stand_again(letters: "QuerySet[Letter]", by: User) -> None:
    """Keep for staff what did not leave of these letters, of which the replacement is called back.

    What a mission lacks of them, and no mail of it that was kept brings, another note forwards.
    """
    keep_for_a_person(letters, by)
    forward_once_more(letters, by)


def keep_for_a_person(letters: "QuerySet[Letter]", by: User) -> None:
    """Keep copies that were cancelled for a replacement, and notes over these letters, for staff.

    It was called back: these letters stand again, and a person says whether they are sent anew.
    Not so a note of whose letters a later one to its mission forwards any.
    """
    gone = Letter.objects.forwarded_no_more().values("pk")
    later = Letter.objects.in_force().filter(kind=Letter.Kind.NOTE, pk__gt=OuterRef("pk"))
    later = later.filter(mission=OuterRef("mission"), covers__notes=OuterRef("pk"))
    notes = Letter.objects.filter(covers__in=letters).exclude(covers__in=gone)
    these = Q(pk__in=letters.values("pk")) | Q(pk__in=notes.exclude(Exists(later)).values("pk"))
    standing = Letter.objects.approved().not_replaced().filter(these)
    copies = Delivery.objects.by_mail().filter(letter__in=standing, state=CANCELLED)
    copies = copies.filter(cancelled_as_it_left())
    found = list(copies.order_by("pk").select_for_update(of=("self",)))
    Delivery.objects.filter(pk__in=[one.pk for one in found]).update(state=Delivery.State.MISSED)
    reason, state = _("the letter that replaced it was called back"), Delivery.State.MISSED
    LetterEvent.objects.bulk_create(
        LetterEvent(letter_id=one.letter_id, delivery=one, state=state, reason=reason, actor=by)
        for one in found
    )


def cancelled_as_it_left() -> Exists:
    """Match copies that the machine cancelled, as it does for a replacement; none of a person's."""
    last = LetterEvent.objects.filter(delivery=OuterRef(OuterRef("pk"))).order_by("-pk")
    newest = LetterEvent.objects.filter(pk=Subquery(last.values("pk")[:1]))
    return Exists(newest.filter(state=CANCELLED, actor=None))


def forward_once_more(letters: "QuerySet[Letter]", by: User) -> list[Letter]:
    """Plan notes over these letters, which stand again, to missions that lack them at an address.

    Only where a note forwarded them before: it was given up there, or composed anew without them.
    """
    letters = letters.to_forward().approved().exclude(answered_already())  # type: ignore[attr-defined]
    notes = Letter.objects.filter(kind=Letter.Kind.NOTE, covers__in=letters).distinct()
    last = {
        (note.mission_id, note.circular_id, note.by_original): note
        for note in notes.select_related("mission", "circular").order_by("pk")
    }
    planned = (plan_over_lacking(note, letters, by) for note in last.values())
    return [note for note in planned if note]


def plan_over_lacking(before: Letter, letters: "QuerySet[Letter]", drafter: User) -> Letter | None:
    """Plan a note to the mission of an earlier one over those of the letters that it lacks."""
    mission: Any = before.mission
    alike = {name: getattr(before, name) for name in ("circular_id", "mission_id", "by_original")}
    notes = Letter.objects.filter(kind=Letter.Kind.NOTE, **alike)
    own = Letter.objects.filter(pk__in=letters.filter(notes__in=notes).values("pk"))
    on_paper = before.by_original or not mission.emails
    lacks = lacking_among(own, mission.pk, ["", *([] if on_paper else mission.emails.split())])
    # What left on paper has no address, and the mission has it.
    keys = [pk for pk, emails in lacks.items() if "" in emails and (on_paper or len(emails) > 1)]
    wanted = Letter.objects.filter(pk__in=keys).exclude(notes__in=notes.planned())
    first = wanted.in_french_order().first()
    if first is None:
        return None
    note = note_over(first, mission, before.circular, drafter)
    if waiting := planned_beside(note):
        cover_too(waiting, wanted)
        return waiting
    return planned_over(note, wanted, drafter)
