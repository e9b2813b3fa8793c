"""Circulars: whom they address, who is left out and why, and their letters."""

from collections.abc import Iterable
from typing import NamedTuple

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from invitations.audit import Act, record_act, record_acts
from invitations.letters.channels import (
    NOTE_VARIANT,
    exclusion_reason,
    gets_original,
    reason_circular_is_untrue,
)
from invitations.letters.notes.anew import note_over, saved_notes
from invitations.letters.notes.covering import answered_already, cover_too, planned_of, that_forward
from invitations.letters.notes.standing_again import let_stand_again
from invitations.letters.planning import (
    call_back_letters,
    lock_letters,
    office_recipients,
    save_planned_letters,
)
from invitations.letters.thank_you_letters import (
    chosen_for,
    letters_already_sent,
    planned_one_by_one,
    reason_not_chosen,
)
from invitations.models import (
    Circular,
    Delivery,
    ForumEdition,
    Invitation,
    Letter,
    MemberState,
    Mission,
    Reply,
)
from invitations.models.states import alphabetical, places_in


class LeftOut(NamedTuple):
    state: MemberState
    invitation: Invitation | None
    reason: str


class CircularAudience(NamedTuple):
    """The invitations a circular addresses, and those left out, in the edition's order of States.

    Those addressed by signed original get no mail.
    """

    addressed: list[Invitation]
    left_out: list[LeftOut]
    by_original: list[Invitation]


def invitation_circular(edition: ForumEdition) -> Circular:
    circular = edition.circulars.filter(kind=Circular.Kind.INVITATION).first()
    if circular is None:
        raise ValidationError(
            _("The edition %(edition)s has no circular of invitation: add one first.")
            % {"edition": edition}
        )
    return circular


def circular_audience(circular: Circular) -> CircularAudience:
    """Return who would get a letter, and who would not, if the circular were planned now."""
    invitations = list(
        circular.edition.invitations.exclude(status=Invitation.Status.WITHDRAWN)
        .select_related("member_state", "minister__rank", "minister__member_state", "edition")
        .order_by(*places_in(circular.edition.order_of_states), "-is_principal", "pk")
    )
    has_letter = set(letters_already_sent(circular).values_list("invitation", "kind"))
    lettered = standing_letters(invitations) if circular.traits.refers else {}
    chosen, untrue = chosen_for(circular), reason_circular_is_untrue(circular)
    answered = answered_before_a_letter(circular, invitations, has_letter)
    addressed, left_out, originals = [], [], []
    for invitation in invitations:
        reason = reason_not_to_address(circular, invitation, has_letter, answered)
        if chosen is not None and invitation.pk not in chosen:
            reason = reason_not_chosen(circular)
        if circular.traits.refers and invitation.pk not in lettered:
            reason = reason or _("has no approved letter to refer to")
        if reason := exclusion_reason(untrue, reason):
            left_out.append(LeftOut(invitation.member_state, invitation, reason))
        elif gets_original(invitation):
            originals.append(invitation)
        else:
            addressed.append(invitation)
    drafted = [invitation.member_state_id for invitation in invitations]
    without = MemberState.objects.invited().exclude(pk__in=drafted)
    left_out += [
        LeftOut(state, None, _("no invitation is drafted"))
        for state in alphabetical(without, circular.edition.order_of_states)
    ]
    return CircularAudience(addressed, left_out, originals)


def answered_before_a_letter(
    circular: Circular, invitations: Iterable[Invitation], has_letter: set[tuple[int, str]]
) -> set[int]:
    """Return the invitations that an answer keeps in force though no letter of theirs is on file.

    The answer was carried over from who held the office before, or their letter was called back.
    """
    issued, kind = Invitation.Status.ISSUED, Circular.Kind.INVITATION
    keys = [
        one.pk for one in invitations if one.status == issued and (one.pk, kind) not in has_letter
    ]
    if circular.kind != kind or not keys:
        return set()
    lettered = Letter.objects.in_force().filter(kind=kind).values("invitation")
    said = Reply.objects.filter(invitation__in=keys).exclude(pk__in=Reply.objects.gone())
    without = said.exclude(invitation__in=lettered)
    return set(without.values_list("invitation", flat=True))


def reason_not_to_address(
    circular: Circular,
    invitation: Invitation,
    has_letter: set[tuple[int, str]],
    answered: set[int],
) -> str:
    """Return why the invitation gets no letter of the circular; empty if it gets one."""
    if (invitation.pk, circular.kind) in has_letter:
        return _("has its letter already")
    invites = circular.kind == Circular.Kind.INVITATION
    is_draft = invitation.status == Invitation.Status.DRAFT
    if invites and not (is_draft or invitation.pk in answered):
        return _("invited already")
    if not invites and invitation.status != Invitation.Status.ISSUED:
        return _("not invited yet")
    return reason_outside_audience(circular, invitation)


def reason_not_to_address_alone(circular: Circular, invitation: Invitation) -> str:
    """Return why an invitation without a letter, on file or to be drafted, would get none."""
    answered = answered_before_a_letter(circular, [invitation], set())
    return str(reason_circular_is_untrue(circular)) or reason_not_to_address(
        circular, invitation, set(), answered
    )


def reason_outside_audience(circular: Circular, invitation: Invitation) -> str:
    state, minister = invitation.member_state, invitation.minister
    if circular.audience == Circular.Audience.PRINCIPAL and not invitation.is_principal:
        return _("not the principal invitation of its State")
    if circular.regions and state.region not in circular.regions:
        return _("another region: %s") % state.get_region_display()
    if circular.languages and minister.language not in circular.languages:
        return _("another language: %s") % minister.get_language_display()
    if circular.ranks and minister.rank_id not in circular.ranks:
        return _("another rank: %s") % minister.rank
    return ""


def current_recipients(
    edition: ForumEdition, invitations: Iterable[Invitation]
) -> list[list[list[str]]]:
    """Return for each invitation the [line, address] pairs to which its letter would go now."""
    missions = Mission.objects.filter(city=edition.mission_city, kind=Mission.Kind.MISSION)
    by_state: dict[int, list[str]] = {}
    for state, emails in missions.values_list("states", "emails"):
        by_state.setdefault(state, []).extend(emails.split())
    return [
        office_recipients(invitation.minister, by_state.get(invitation.member_state_id, []))
        for invitation in invitations
    ]


def plan_invitation_letters(
    edition: ForumEdition,
    invitations: "QuerySet[Invitation] | None" = None,
    by: User | None = None,
) -> int:
    """Plan a letter, without text yet, for each draft invitation that has none."""
    return plan_circular(invitation_circular(edition), invitations, by)


@transaction.atomic
def plan_circular(
    circular: Circular, invitations: "QuerySet[Invitation] | None" = None, by: User | None = None
) -> int:
    """Plan a letter for each invitation of the audience, or for those among ``invitations``.

    Who gets a signed original has it planned too, without mail.
    ``by`` is the drafter, who cannot approve; a command has none.
    """
    circular = locked_circular(circular)
    found = circular_audience(circular)
    addressed = [*found.addressed, *found.by_original]
    if invitations is not None:
        chosen = set(invitations.values_list("pk", flat=True))
        addressed = [invitation for invitation in addressed if invitation.pk in chosen]
    replaced = standing_letters(addressed) if circular.traits.refers else {}
    languages = {one.pk: one.minister.languages for one in addressed}
    planned = save_planned_letters(
        [
            Letter(
                invitation=invitation,
                circular=circular,
                kind=circular.kind,
                variant=circular.variant,
                language=languages[invitation.pk][0],
                second_language=languages[invitation.pk][1],
                replaces=replaced.get(invitation.pk),
                by_original=gets_original(invitation),
                not_before=circular.planned_at or timezone.now(),
                composed_by=by,
            )
            for invitation in addressed
        ]
    )
    if planned:
        record_act(circular, Act.LETTERS_PLANNED, by)
    return planned


def locked_circular(circular: Circular) -> Circular:
    """Lock the circular, so that one at a time plans its letters, and return it as it is now."""
    # An office that answers while it is locked gets its acknowledgement, which refers to it.
    one_by_one = planned_one_by_one(circular).order_by("pk")
    list(one_by_one.select_for_update(of=("self",), no_key=True).values_list("pk"))
    return Circular.objects.get(pk=circular.pk)


def standing_letters(invitations: Iterable[Invitation]) -> dict[int, Letter]:
    pks = [invitation.pk for invitation in invitations]
    letters = Letter.objects.inviting().approved().filter(invitation__in=pks)
    return {letter.invitation_id: letter for letter in letters}


@transaction.atomic
def plan_notes(circular: Circular, by: User | None = None) -> int:
    """Plan a note verbale for each mission or post of the circular's choice.

    It covers the circular's letters to the States that the mission serves, but for those that an
    earlier note to it forwards. Signed originals lie under a note of their own, on paper, to the
    permanent mission alone.
    """
    circular = locked_circular(circular)
    notes = planned_of(circular)
    covered = not_forwarded(circular)
    missions = Mission.objects.in_bulk({mission for mission, _original in covered})
    new = {
        key: note_over(letters[0], missions[key[0]], circular, by)
        for key, letters in covered.items()
        if key not in notes
    }
    notes |= saved_notes(new, covered)
    for key, letters in covered.items():
        cover_too(notes[key], letters)
    if covered:
        record_act(circular, Act.NOTES_PLANNED, by)
    return len(covered)


def not_forwarded(circular: Circular) -> dict[tuple[int, bool], list[Letter]]:
    """Return of the letters by mission those that no note forwards, as it is or composed anew."""
    notes = that_forward(circular.letters.filter(kind=Letter.Kind.NOTE))
    forwarded = set(notes.values_list("mission", "by_original", "covers"))
    nobody_has = notes.exclude(deliveries__in=Delivery.objects.left())
    forwarded.update(
        nobody_has.values_list("mission", "by_original", "covers__invitation__letters")
    )
    found = {
        key: [letter for letter in letters if (*key, letter.pk) not in forwarded]
        for key, letters in by_mission(circular).items()
    }
    return {key: letters for key, letters in found.items() if letters}


def by_mission(circular: Circular) -> dict[tuple[int, bool], list[Letter]]:
    """Return the circular's composed and approved letters, by the missions that get a note.

    The key also says whether they are signed originals. No note forwards a letter to who has left
    office or is not invited any more, or one that a replacement cancels; none a letter of thanks.
    """
    if not circular.is_forwarded:
        return {}
    letters = (
        circular.letters.to_forward()
        .filter(state__in=[Letter.State.COMPOSED, Letter.State.APPROVED])
        .printed()
        .exclude(kind=Letter.Kind.NOTE)
        .exclude(answered_already())
        .select_related("invitation")
        .in_french_order()
    )
    to_note = {False: missions_to_note(circular), True: missions_in_the_city(circular)}
    serving: dict[tuple[int, bool], list[int]] = {}
    for is_original, missions in to_note.items():
        for mission, state in missions.values_list("pk", "states"):
            serving.setdefault((state, is_original), []).append(mission)
    found: dict[tuple[int, bool], list[Letter]] = {}
    for letter in letters:
        for mission in serving.get((letter.invitation.member_state_id, letter.by_original), []):
            found.setdefault((mission, letter.by_original), []).append(letter)
    return found


def missions_foreseen(circular: Circular, found: CircularAudience) -> dict[str, list[Mission]]:
    """Return who would get a note verbale over the audience's letters, by its text's variant."""
    if not circular.is_forwarded:
        return {}
    mailed = missions_to_note(circular).filter(states__in=states_of_invitations(found.addressed))
    by_hand = missions_in_the_city(circular).filter(
        states__in=states_of_invitations(found.by_original)
    )
    return {"": list(mailed.distinct()), NOTE_VARIANT: list(by_hand.distinct())}


def states_of_invitations(invitations: Iterable[Invitation]) -> set[int]:
    return {invitation.member_state_id for invitation in invitations}


def missions_in_the_city(circular: Circular) -> "QuerySet[Mission]":
    city = circular.edition.mission_city
    return Mission.objects.filter(kind=Mission.Kind.MISSION, city=city)


def missions_to_note(circular: Circular) -> "QuerySet[Mission]":
    """Return the missions and posts that get the circular's notes verbales.

    A permanent mission is in the edition's city, and gets its note in the pouch where it has no
    address; other posts get theirs by mail.
    """
    in_the_city = Q(kind=Mission.Kind.MISSION, city=circular.edition.mission_city)
    by_mail = ~Q(kind=Mission.Kind.MISSION) & ~Q(emails="")
    return Mission.objects.filter(in_the_city | by_mail, kind__in=circular.note_kinds)


@transaction.atomic
def call_back_circular(circular: Circular, by: User, reason: str) -> int:
    """Cancel the letters of a circular of which none has left; its invitations become drafts again.

    One whose office has answered already stays in force, and may get a letter by the next plan.
    Raise ValidationError once a letter has left or was tried.
    """
    if not reason.strip():
        raise ValidationError(_("Say why the circular is called back."))
    circular = locked_circular(circular)
    letters = circular.letters.in_force().printed()
    invitations = Invitation.objects.filter(pk__in=letters.values("invitation"))
    list(invitations.locked().values_list("pk"))
    lock_letters(letters)
    if why := reason_not_to_call_back(circular):
        raise ValidationError(why)
    pks = list(letters.values_list("pk", flat=True))
    inviting = Letter.objects.filter(pk__in=pks, kind=Letter.Kind.INVITATION)
    # Whose office has answered stays in force: nobody can answer a draft.
    said = Reply.objects.exclude(pk__in=Reply.objects.gone()).values("invitation")
    issued_by_it = Invitation.objects.issued().filter(pk__in=inviting.values("invitation"))
    issued = list(issued_by_it.exclude(pk__in=said).select_related("minister", "member_state"))
    called_back = call_back_letters(Letter.objects.filter(pk__in=pks), reason, by)
    replaced = Letter.objects.filter(replaced_by__in=pks, replaced_by__kind=Letter.Kind.REPLACEMENT)
    let_stand_again(replaced, by)
    undone = Invitation.objects.filter(pk__in=[invitation.pk for invitation in issued])
    undone.update(status=Invitation.Status.DRAFT, issued_at=None)
    if called_back:
        record_act(circular, Act.CALLED_BACK, by, reason)
    changes = {"status": (Invitation.Status.ISSUED, Invitation.Status.DRAFT)}
    record_acts(issued, Act.DRAFT_AGAIN, by, reason, changes)
    return called_back


def reason_not_to_call_back(circular: Circular) -> str:
    """Return why the circular cannot be called back as a whole; an empty text if it can."""
    letters = circular.letters.in_force().printed()
    deliveries = Delivery.objects.filter(letter__in=letters)
    tried = deliveries.filter(Q(state__in=Delivery.LEFT) | Q(attempts__gt=0))
    if not tried.exists():
        return ""
    return _("Letters of the circular have left already: withdraw invitations, or replace letters.")


def circular_progress(circular: Circular) -> dict[str, int]:
    """Return the number of letters of the circular by state, without cancelled ones."""
    letters = circular.letters.in_force().printed()
    counted = letters.order_by().values_list("state").annotate(number=Count("pk"))
    return {state: 0 for state in Letter.State.values if state != Letter.State.CANCELLED} | dict(
        counted
    )


def pass_on_to_planned(circular: Circular) -> None:
    """Give the circular's hour and text to its planned letters; composed ones stay as they are."""
    planned = circular.letters.planned().printed()
    planned.update(not_before=circular.planned_at or timezone.now())
    planned.filter(kind=circular.kind).update(variant=circular.variant)


def letters_at_another_hour(circular: Circular) -> "QuerySet[Letter]":
    """Return composed letters dated to another hour than the circular's: compose them anew."""
    composed = circular.letters.printed().filter(state=Letter.State.COMPOSED)
    if circular.planned_at:
        return composed.exclude(not_before=circular.planned_at)
    return composed.filter(not_before__gt=timezone.now())
