"""Verbs of the invitation: draft it, issue it, withdraw it."""

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from invitations.audit import Act, record_act, record_acts
from invitations.letters.planning import (
    call_back_letters,
    drop_idle_notes,
    enqueue_letter,
    pass_notes_on,
    unapproved_notes_over,
)
from invitations.links import new_link
from invitations.models import ForumEdition, Invitation, Letter, Minister

Status = Invitation.Status


@transaction.atomic
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
def issue_invitation(letter: Letter, by: User) -> None:
    """Put the invitation in force, and its approved letter into the outbox."""
    drafts = Invitation.objects.filter(pk=letter.invitation_id, status=Status.DRAFT)
    if not drafts.update(status=Status.ISSUED, issued_at=timezone.now()):
        raise ValidationError(_("Only a draft invitation can be issued."))
    changes = {"status": (Status.DRAFT, Status.ISSUED)}
    record_act(letter.invitation, Act.ISSUED, by, changes=changes)
    release_letter(letter, by)


@transaction.atomic
def release_letter(letter: Letter, by: User) -> None:
    """Put an approved letter of an invitation in force into the outbox."""
    if not Invitation.objects.issued().filter(pk=letter.invitation_id).exists():
        raise ValidationError(_("The invitation is not in force."))
    letter.events.create(state=Letter.State.APPROVED, actor=by)
    enqueue_letter(letter)


@transaction.atomic
def withdraw_invitation(invitation: Invitation, by: User, because: str) -> None:
    """Withdraw the invitation: its link says so, and letters that have not left are cancelled."""
    if not withdraw_invitations(Invitation.objects.filter(pk=invitation.pk), by, because):
        raise ValidationError(_("This invitation is withdrawn already."))
    invitation.refresh_from_db()


@transaction.atomic
def withdraw_invitations(
    invitations: "QuerySet[Invitation]", by: User, because: str
) -> list[Invitation]:
    """Withdraw the invitations that are not withdrawn yet, and return them."""
    if not because.strip():
        raise ValidationError(_("Say why the invitation is withdrawn."))
    chosen = Invitation.objects.filter(pk__in=list(invitations.values_list("pk", flat=True)))
    chosen = chosen.exclude(status=Status.WITHDRAWN).select_related("minister", "member_state")
    in_hand = list(chosen.locked())
    withdrawn = Invitation.objects.filter(pk__in=[one.pk for one in in_hand])
    withdrawn.update(
        status=Status.WITHDRAWN, withdrawn_at=timezone.now(), withdrawn_because=because
    )
    for status in (Status.DRAFT, Status.ISSUED):
        before = [one for one in in_hand if one.status == status]
        changes = {"status": (status, Status.WITHDRAWN)}
        record_acts(before, Act.WITHDRAWN, by, because, changes)
    pass_notes_on(in_hand)
    letters = Letter.objects.filter(invitation__in=in_hand)
    call_back_letters(letters, because, by)
    notes = unapproved_notes_over(letters)
    # Of two withdrawals at once the later one sees here what the earlier one called back.
    list(notes.order_by("pk").select_for_update(of=("self",), no_key=True).values_list("pk"))
    drop_idle_notes(notes)
    return in_hand
