"""What is on file and unread becomes a reply: a person says whose it is, and what it answers."""

from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from invitations.audit import Act, Changes, record_act
from invitations.letters.issuing import lock_invitation, refuse_if_not_in_force
from invitations.models import Correspondence, Invitation, Reply
from invitations.outbox.date_change.reconfirmations import confirm_for_office
from invitations.replies import record_reply


@transaction.atomic
def record_filed(  # noqa: PLR0913 -- what a person says of what came in
    filed: Correspondence,
    invitation: Invitation,
    by: User,
    words: dict[str, Any] | None,
    *,
    seen: str | None = None,
    still_valid: bool = False,
    **particulars: Any,
) -> Reply | None:
    """Say whose the correspondence is, and record the reply it brought, which deals with it.

    ``still_valid`` says that it brought none, but that the answer on file holds for moved dates.
    Otherwise, without words, it waits, and holds the office's reminders. It is
    refused if somebody dealt with it meanwhile, or said that it is another office's, if the same
    file is on file for that invitation, and if another reply than the one ``seen`` stands by now.
    """
    now = timezone.now()
    lock_invitation(invitation)
    refuse_if_filed_with_none_in_force(filed, invitation)
    refuse_if_not_in_force(invitation, particulars.get("received_at", filed.received_at))
    filed = unread_of(filed, invitation)
    filed.refuse_known_scan(invitation)
    changes = changed(filed, invitation, particulars)
    deals_with_it = still_valid or words is not None
    done = {"dealt_with_at": now, "dealt_with_by": by} if deals_with_it else {}
    row = Correspondence.objects.filter(pk=filed.pk)
    row.update(invitation=invitation, **particulars, **done)
    record_act(filed, Act.DEALT_WITH if done else Act.ASSIGNED, by, changes=changes)
    filed = row.get()
    if still_valid:
        confirm_for_office(filed)
    if words is None:
        return None
    how_it_came: dict[str, Any] = {"channel": filed.channel, "received_at": filed.received_at}
    return record_reply(invitation, words, by=by, correspondence=filed, seen=seen, **how_it_came)


def refuse_if_filed_with_none_in_force(filed: Correspondence, invitation: Invitation) -> None:
    """Name the way on for what waits with a draft, or with an invitation that was withdrawn."""
    if filed.invitation_id == invitation.pk and invitation.status != Invitation.Status.ISSUED:
        raise ValidationError(
            _(
                "This is filed with an invitation that is not in force: wait until it is, or choose"
                " “Take up again” in the list of correspondence, and say anew whose it is."
            )
        )


def unread_of(filed: Correspondence, invitation: Invitation) -> Correspondence:
    """Lock the correspondence; refuse what was dealt with, or is of another invitation."""
    locked = Correspondence.objects.select_for_update().get(pk=filed.pk)
    if locked.dealt_with_at:
        raise ValidationError(_("Someone has dealt with this already."))
    if locked.invitation_id not in (None, invitation.pk):
        raise ValidationError(_("Somebody has said already whose mail this is."))
    return locked


def changed(filed: Correspondence, invitation: Invitation, particulars: dict[str, Any]) -> Changes:
    """Return what the history tells: how it came, where that is put right, and whose it is."""
    changes: dict[str, tuple[object, object]] = {
        name: (getattr(filed, name), value)
        for name, value in particulars.items()
        if getattr(filed, name) != value
    }
    if filed.invitation_id is None:
        changes["invitation"] = (None, invitation.pk)
    return changes
