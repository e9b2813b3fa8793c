"""Pack approved letters into envelopes: which lie together, and in which order."""

from collections.abc import Iterable
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from invitations.letters.channels import (
    DATES_MOVED,
    LINK_ENDED,
    OF_ANOTHER_NOW,
    PaperChannel,
    Receiver,
    paper_channel,
)
from invitations.models import Invitation, Letter, Mission
from invitations.models.held.outdated import OVER_WHO_LEFT
from invitations.text.dates import comma_list

JOINED = (
    "circular",
    "mission",
    "invitation__edition",
    "invitation__member_state",
    "invitation__minister__member_state",
)
OF_COVERED = ("invitation__member_state", "invitation__minister")


class PaperEnvelope(NamedTuple):
    """The letters to one address; a mission gets those of all its States, under its notes."""

    paper_channel: PaperChannel
    letters: list[Letter]
    notes: list[Letter]

    @property
    def contents(self) -> list[Letter]:
        """Return each note before the letters it covers; letters without a note come last."""
        lying: list[Letter] = []
        for note in self.notes:
            covered = {letter.pk for letter in note.covers.all()}
            lying += [note, *(letter for letter in self.letters if letter.pk in covered)]
        return lying + [letter for letter in self.letters if letter not in lying]


class PrintRun(NamedTuple):
    """Envelopes in printing order, and the letters that lie in none of them."""

    envelopes: list[PaperEnvelope]
    nowhere: list[Letter]
    left_out: list[tuple[Letter, str]]

    @property
    def letters(self) -> list[Letter]:
        return [letter for envelope in self.envelopes for letter in envelope.contents]

    @property
    def everything(self) -> list[Letter]:
        return [*self.letters, *self.nowhere]


def with_covered_letters(chosen: "QuerySet[Letter]") -> "QuerySet[Letter]":
    """Return the chosen letters and those that chosen notes cover, in the French order."""
    pks = list(chosen.order_by().values_list("pk", flat=True))
    covered = Letter.objects.filter(notes__in=pks)
    notes = Letter.objects.approved().filter(kind=Letter.Kind.NOTE)
    letters = Letter.objects.filter(Q(pk__in=pks) | Q(pk__in=covered.order_by().values("pk")))
    return (
        letters.select_related(*JOINED)
        .in_french_order()
        .prefetch_related(
            "replaced_by",
            "invitation__links",
            "invitation__member_state__missions",
            Prefetch("covers", Letter.objects.select_related(*OF_COVERED)),
            Prefetch("notes", notes.select_related(*JOINED)),
            Prefetch("notes__covers", Letter.objects.select_related(*OF_COVERED)),
        )
    )


def refuse_unprintable(letter: Letter) -> None:
    """Raise ValidationError if the letter may not leave on paper."""
    if letter.traits.automatic:
        raise ValidationError(_("Reminders and acknowledgements go by e-mail: choose the letter."))
    if letter.state != Letter.State.APPROVED:
        raise ValidationError(_("Only an approved letter is printed."))
    if letter.invitation.status != Invitation.Status.ISSUED:
        raise ValidationError(_("The invitation is not in force."))
    if letter.is_of_earlier_dates:
        raise ValidationError(DATES_MOVED)
    refuse_who_left_office(letter)
    if letter.has_dead_link:
        raise ValidationError(LINK_ENDED)
    if any(is_replacement(other) for other in letter.replaced_by.all()):
        raise ValidationError(_("Another letter has replaced it: print that one."))
    if any(is_gone(covered) for covered in letter.covers.all()):
        raise ValidationError(_("A letter it covers was called back: compose the note anew."))


def refuse_who_left_office(letter: Letter) -> None:
    """Refuse a letter to a person whose successor is on file, and a note verbale over one."""
    if letter.is_to_who_left_office:
        raise ValidationError(OF_ANOTHER_NOW)
    if any(covered.is_to_who_left_office for covered in letter.covers.all()):
        raise ValidationError(OVER_WHO_LEFT)


def is_gone(letter: Letter) -> bool:
    in_force = letter.invitation.status == Invitation.Status.ISSUED
    return letter.state == Letter.State.CANCELLED or not in_force


def is_replacement(letter: Letter) -> bool:
    return letter.kind == Letter.Kind.REPLACEMENT and letter.state == Letter.State.APPROVED


def pack_envelopes(letters: Iterable[Letter]) -> PrintRun:
    """Put printable letters, given in the French order, into envelopes.

    Missions come first, in the order of their first State, then the others by their way. A
    mission's approved note verbale is added if all letters it covers lie in the envelope.
    """
    letters = list(letters)
    packed: dict[tuple[Receiver, int], PaperEnvelope] = {}
    for letter in letters:
        if letter.kind != Letter.Kind.NOTE:
            receiver = paper_channel(letter)
            empty = PaperEnvelope(receiver, [], [])
            packed.setdefault(envelope_key(letter, receiver), empty).letters.append(letter)
    left_out = []
    for note in notes_of(letters):
        envelope = packed.get((Receiver.MISSION, note.mission_id or 0))
        if reason := reason_not_to_print_note(note, envelope, letters):
            left_out.append((note, reason))
        elif envelope:
            envelope.notes.append(note)
    order = list(Receiver)
    envelopes = sorted(
        packed.values(), key=lambda envelope: order.index(envelope.paper_channel.receiver)
    )
    addressed = [envelope for envelope in envelopes if envelope.paper_channel.channel]
    nowhere = [letter for envelope in envelopes[len(addressed) :] for letter in envelope.letters]
    return PrintRun(addressed, nowhere, left_out)


def envelope_key(letter: Letter, receiver: PaperChannel) -> tuple[Receiver, int]:
    """Return the key of the envelope: a mission has one for all letters, else each minister one."""
    if receiver.receiver == Receiver.MISSION and receiver.mission:
        return receiver.receiver, receiver.mission.pk
    return receiver.receiver, letter.invitation_id


def notes_of(letters: list[Letter]) -> list[Letter]:
    """Return the notes verbales among the letters, and approved ones that cover some of them.

    Those to posts elsewhere than at the seat go by mail: they lie in an envelope only if chosen.
    """
    chosen = [letter for letter in letters if letter.kind == Letter.Kind.NOTE]
    covering = [
        note
        for letter in letters
        for note in letter.notes.all()
        if note.mission and note.mission.kind == Mission.Kind.MISSION
    ]
    return list({note.pk: note for note in [*chosen, *covering]}.values())


def reason_not_to_print_note(
    note: Letter, envelope: PaperEnvelope | None, letters: list[Letter]
) -> str:
    """Return why the note is not printed; empty if the envelope holds all that it covers."""
    inside = {letter.pk for letter in envelope.letters} if envelope else set()
    outside = [covered for covered in note.covers.all() if covered.pk not in inside]
    if not outside:
        return ""
    if any(is_gone(covered) for covered in outside):
        return _("a letter it covers was called back: compose the note anew")
    if any(covered.is_to_who_left_office for covered in outside):
        return _("a letter it covers is to a person who has left office: compose the note anew")
    if {covered.pk for covered in outside} & {letter.pk for letter in letters}:
        return _("the letters it covers go to another mission")
    states = comma_list(covered.invitation.member_state.listed_as for covered in outside)
    return _("it also covers %(states)s: choose those letters too") % {"states": states}
