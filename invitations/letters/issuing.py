"""Verbs of the invitation: draft it, issue it, withdraw it; whether it is in force."""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from invitations.audit import Act, record_act, record_acts, record_new
from invitations.letters.notes.anew import notes_not_left, plan_for_the_others
from invitations.letters.notes.covering import (
    drop_idle_notes,
    lock_with_notes,
    pass_notes_on,
    plan_from_now,
    planned_notes_over,
)
from invitations.letters.planning import call_back_letters, enqueue_letter, plan_receipts_again
from invitations.links import new_link
from invitations.models import (
    ForumEdition,
    Invitation,
    Letter,
    MemberState,
    Minister,
    ReplyLink,
)
from invitations.models.states import alphabetical, places_in

Status = Invitation.Status


@contextmanager
def nobody_else_drafting() -> Iterator[None]:
    """Write all or nothing; refuse what somebody else has drafted at the same moment."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        told = _("Somebody drafted one of these invitations at the same moment: look once more.")
        raise ValidationError(told) from None


@nobody_else_drafting()
def draft_invitation(
    edition: ForumEdition,
    minister: Minister,
    *,
    is_principal: bool = True,
    focal_point_name: str = "",
    focal_point_email: str = "",
) -> Invitation:
    """Create a draft invitation with its link and code."""
    principal = edition.invitations.filter(member_state=minister.member_state, is_principal=True)
    if is_principal and principal.exclude(status=Status.WITHDRAWN).exists():
        raise ValidationError(
            _("%(state)s has its principal invitation already; others are by courtesy.")
            % {"state": minister.member_state}
        )
    invitation = Invitation.objects.create(
        edition=edition,
        minister=minister,
        member_state=minister.member_state,
        is_principal=is_principal,
        focal_point_name=focal_point_name,
        focal_point_email=focal_point_email,
    )
    new_link(invitation).save()
    return invitation


@transaction.atomic
def issue_invitation(letter: Letter, by: User, reason: str = "") -> None:
    """Put the invitation in force, and its approved letter into the outbox."""
    drafts = Invitation.objects.filter(pk=letter.invitation_id, status=Status.DRAFT)
    if not drafts.update(status=Status.ISSUED, issued_at=timezone.now()):
        raise ValidationError(_("Only a draft invitation can be issued."))
    changes = {"status": (Status.DRAFT, Status.ISSUED)}
    record_act(letter.invitation, Act.ISSUED, by, changes=changes)
    queue_approved_letter(letter, by, reason)


@transaction.atomic
def queue_approved_letter(letter: Letter, by: User, reason: str = "") -> None:
    """Put an approved letter of an invitation in force into the outbox.

    ``reason`` is why it was approved in spite of a doubt.
    """
    if not Invitation.objects.issued().filter(pk=letter.invitation_id).exists():
        raise ValidationError(_("The invitation is not in force."))
    letter.events.create(state=Letter.State.APPROVED, actor=by, reason=reason)
    enqueue_letter(letter)


@transaction.atomic
def withdraw_invitation(invitation: Invitation, by: User, reason: str) -> None:
    """Withdraw the invitation: its link says so, and letters that have not left are cancelled."""
    if not withdraw_invitations(Invitation.objects.filter(pk=invitation.pk), by, reason):
        raise ValidationError(WITHDRAWN_ALREADY)
    invitation.refresh_from_db()


WITHDRAWN_ALREADY = gettext_lazy("This invitation is withdrawn already.")


def reason_not_to_withdraw(invitation: Invitation) -> str:
    return str(WITHDRAWN_ALREADY) if invitation.status == Status.WITHDRAWN else ""


@transaction.atomic
def withdraw_invitations(
    invitations: "QuerySet[Invitation]", by: User, reason: str
) -> list[Invitation]:
    """Withdraw the invitations that are not withdrawn yet, and return them.

    Receipts that a State's principal invitation kept back are planned again for its others.
    A note verbale is planned anew for the others whose letters it covers, to whom it has not left.
    """
    if not reason.strip():
        raise ValidationError(_("Say why the invitation is withdrawn."))
    keys = list(invitations.values_list("pk", flat=True))
    beside = list(Invitation.objects.beside_principal(keys).values_list("pk", flat=True))
    lock_with_notes([*keys, *beside])
    chosen = Invitation.objects.filter(pk__in=keys)
    chosen = chosen.exclude(status=Status.WITHDRAWN).select_related("minister", "member_state")
    in_hand = list(chosen.locked())
    withdrawn = Invitation.objects.filter(pk__in=[one.pk for one in in_hand])
    withdrawn.update(status=Status.WITHDRAWN, withdrawn_at=timezone.now(), withdrawal_reason=reason)
    for status in (Status.DRAFT, Status.ISSUED):
        before = [one for one in in_hand if one.status == status]
        changes = {"status": (status, Status.WITHDRAWN)}
        record_acts(before, Act.WITHDRAWN, by, reason, changes)
    pass_notes_on(in_hand)
    letters = Letter.objects.filter(invitation__in=in_hand)
    notes = planned_notes_over(letters)
    plan_from_now(notes)
    over_others_too = notes_not_left(letters)
    call_back_letters(letters, reason, by)
    plan_for_the_others(over_others_too, by)
    drop_idle_notes(notes)
    for one in Invitation.objects.issued().filter(pk__in=beside).order_by("pk"):
        plan_receipts_again(one)
    return in_hand


@transaction.atomic
def make_principal(invitation: Invitation, by: User, reason: str) -> None:
    """Let the invitation answer for its State; the one that did so stays in force, by courtesy.

    Receipts of a statement that the State's earlier answer kept back are planned again.
    """
    if not reason.strip():
        raise ValidationError(_("Say why it becomes the State’s principal invitation."))
    of_state = Invitation.objects.filter(
        edition=invitation.edition_id, member_state=invitation.member_state_id
    )
    in_hand = {one.pk: one for one in of_state.locked()}
    chosen = in_hand.pop(invitation.pk)
    if why := reason_not_to_make_principal(chosen):
        raise ValidationError(why)
    before = [
        one for one in in_hand.values() if one.is_principal and one.status != Status.WITHDRAWN
    ]
    of_state.filter(pk__in=[one.pk for one in before]).update(is_principal=False)
    of_state.filter(pk=chosen.pk).update(is_principal=True)
    record_acts(before, Act.BY_COURTESY, by, reason, {"is_principal": (True, False)})
    record_act(chosen, Act.PRINCIPAL, by, reason, {"is_principal": (False, True)})
    for one in of_state.issued().order_by("pk"):
        plan_receipts_again(one)
    invitation.refresh_from_db(fields=["is_principal"])


def reason_not_to_make_principal(invitation: Invitation) -> str:
    """Return why the invitation cannot become its State's principal one; empty if it can."""
    if invitation.status != Status.ISSUED:
        return _("This invitation is not in force.")
    return _("It is the principal invitation already.") if invitation.is_principal else ""


def lock_invitation(invitation: Invitation) -> None:
    """Lock the invitation, so that one at a time files for it, and read its present status.

    Call it within a transaction.
    """
    statuses = Invitation.objects.locked().values_list("status", flat=True)
    invitation.status = statuses.get(pk=invitation.pk)


def refuse_if_not_in_force(invitation: Invitation, at: dt.datetime) -> None:
    """Refuse what an office says to an invitation that is not in force, or after replies closed."""
    if invitation.status != Invitation.Status.ISSUED:
        raise ValidationError(_("This invitation is not in force."))
    if not invitation.edition.takes_replies(at):
        raise ValidationError(_("Replies to this edition are closed."))


# Drafts for the ministers on file


class ToInvite(NamedTuple):
    minister: Minister
    is_principal: bool


class NotInvited(NamedTuple):
    state: MemberState
    minister: Minister | None
    reason: str


class MinistersOnFile(NamedTuple):
    """Whom of the ministers on file the edition could invite, and who is left out and why."""

    to_invite: list[ToInvite]
    left_out: list[NotInvited]


def ministers_on_file(edition: ForumEdition) -> MinistersOnFile:
    """Return who could get a draft invitation, and who not, in the edition's order of States."""
    ministers = list(
        Minister.objects.select_related("member_state", "rank").order_by(
            *places_in(edition.order_of_states), "rank__weight", "pk"
        )
    )
    status = dict(edition.invitations.order_by("pk").values_list("minister", "status"))
    standing = edition.invitations.exclude(status=Status.WITHDRAWN)
    live = set(standing.values_list("minister", flat=True))
    willing, left_out = [], []
    for minister in ministers:
        if reason := reason_not_to_invite(minister, status.get(minister.pk, ""), live):
            left_out.append(NotInvited(minister.member_state, minister, reason))
        else:
            willing.append(minister)
    in_office = [one.member_state_id for one in ministers if not one.successor_id]
    without = MemberState.objects.invited().exclude(pk__in=in_office)
    left_out += [
        NotInvited(state, None, _("no minister in office is on file"))
        for state in alphabetical(without, edition.order_of_states)
    ]
    return MinistersOnFile(with_principals(edition, willing), left_out)


def reason_not_to_invite(minister: Minister, status: str, live: set[int]) -> str:
    """Return why the minister gets no draft; empty if there is none to hinder it."""
    if minister.pk in live:
        return _("has an invitation to this edition already")
    if minister.successor_id:
        return _("has left office")
    if status == Status.WITHDRAWN:
        return _("the invitation to this edition was withdrawn: draft another one by hand")
    if not minister.member_state.invited_by_default:
        return _("the State is not invited by default: draft the invitation by hand")
    return ""


def with_principals(edition: ForumEdition, ministers: Iterable[Minister]) -> list[ToInvite]:
    """Say of each minister whether the invitation is the principal one of a State without any.

    That is who had it in the edition before, or that person's successor; else the highest in rank.
    """
    by_state: dict[int, list[Minister]] = {}
    for one in ministers:
        by_state.setdefault(one.member_state_id, []).append(one)
    had_it = principals_before(edition)
    live = edition.invitations.principal().exclude(status=Status.WITHDRAWN)
    taken = set(live.values_list("member_state", flat=True))
    chosen = {
        max(people, key=lambda one: one.pk in had_it).pk
        for state, people in by_state.items()
        if state not in taken
    }
    return [ToInvite(one, one.pk in chosen) for people in by_state.values() for one in people]


def principals_before(edition: ForumEdition) -> set[int]:
    """Return who holds today the offices of the principal invitations to the edition before."""
    before = ForumEdition.objects.filter(opens_on__lt=edition.opens_on).first()
    if before is None:
        return set()
    principal = before.invitations.principal().exclude(status=Status.WITHDRAWN)
    found = set(principal.values_list("minister", flat=True))
    following: dict[int, Any] = dict(
        Minister.objects.exclude(successor=None).order_by().values_list("pk", "successor")
    )
    seen: set[int] = set()
    while leavers := (found & following.keys()) - seen:
        seen |= leavers
        found |= {following[one] for one in leavers}
    return found


@transaction.atomic
def draft_invitations(edition: ForumEdition, chosen: Collection[int], by: User) -> int:
    """Draft an invitation to each chosen minister who has none; return how many there are new.

    It may be run twice, and by two people at once: whoever was invited meanwhile is left out.
    """
    # One at a time drafts for an edition; whoever drafts a single invitation does not wait.
    ForumEdition.objects.select_for_update(of=("self",), no_key=True).get(pk=edition.pk)
    willing = [one.minister for one in ministers_on_file(edition).to_invite]
    asked = [one for one in willing if one.pk in chosen]
    drafts = [
        Invitation(
            edition=edition,
            minister=minister,
            member_state=minister.member_state,
            is_principal=is_principal,
        )
        for minister, is_principal in with_principals(edition, asked)
    ]
    with nobody_else_drafting():
        Invitation.objects.bulk_create(drafts)
    ReplyLink.objects.bulk_create(map(new_link, drafts))
    record_new(drafts, Act.DRAFTED, by)
    return len(drafts)
