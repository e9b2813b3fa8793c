"""Draft an invitation, put it in force, withdraw it."""

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from invitations.letters.planning import call_back, enqueue
from invitations.links import new_link
from invitations.models import ForumEdition, Invitation, Letter, Minister


@transaction.atomic
def draft(
    edition: ForumEdition,
    minister: Minister,
    *,
    is_principal: bool = True,
    focal_point_name: str = "",
    focal_point_email: str = "",
) -> Invitation:
    """Make a draft invitation with its link and code."""
    principal = edition.invitations.filter(member_state=minister.member_state, is_principal=True)
    if is_principal and principal.exclude(status=Invitation.Status.WITHDRAWN).exists():
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
def issue(letter: Letter, by: User) -> None:
    """Put the invitation in force, and its approved letter in the outbox."""
    drafts = Invitation.objects.filter(pk=letter.invitation_id, status=Invitation.Status.DRAFT)
    if not drafts.update(status=Invitation.Status.ISSUED, issued_at=timezone.now()):
        raise ValidationError(_("Only a draft invitation can be issued."))
    release(letter, by)


@transaction.atomic
def release(letter: Letter, by: User) -> None:
    """Put an approved letter of an invitation in force into the outbox."""
    if not Invitation.objects.issued().filter(pk=letter.invitation_id).exists():
        raise ValidationError(_("The invitation is not in force."))
    letter.events.create(state=Letter.State.APPROVED, actor=by)
    enqueue(letter)


@transaction.atomic
def withdraw(invitation: Invitation, by: User, because: str) -> None:
    """Take the invitation back: its link says so, and what has not left stays in the house."""
    in_hand = Invitation.objects.filter(pk=invitation.pk).exclude(
        status=Invitation.Status.WITHDRAWN
    )
    if not because.strip():
        raise ValidationError(_("Say why the invitation is withdrawn."))
    if not in_hand.update(
        status=Invitation.Status.WITHDRAWN,
        withdrawn_at=timezone.now(),
        withdrawn_because=because,
    ):
        raise ValidationError(_("This invitation is withdrawn already."))
    call_back(Letter.objects.filter(invitation=invitation), because, by)
    invitation.refresh_from_db()
