"""Credentials of other systems: released by a second person, revoked by anyone."""

from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from invitations.audit import record_act
from invitations.models.credentials import REVOKED_ALREADY, WAITS_NO_MORE, Credential


@transaction.atomic
def release_credential(credential: Credential, by: User, **fields: Any) -> None:
    """Put it in use, with these fields; whoever made it may not."""
    if why := credential.why_not_released_by(by):
        raise ValidationError(why)
    waiting = type(credential).objects.waiting_for(by).filter(pk=credential.pk)
    if not waiting.update(released_by=by, released_at=timezone.now(), **fields):
        raise ValidationError(WAITS_NO_MORE)
    record_act(credential, credential.RELEASED, by)


@transaction.atomic
def revoke_credential(credential: Credential, by: User, reason: str) -> None:
    """Let it be of no use from now on: to stop, one person suffices."""
    if not reason.strip():
        raise ValidationError(_("Say why it is revoked."))
    in_force = type(credential).objects.filter(pk=credential.pk, revoked_at=None)
    if not in_force.update(revoked_by=by, revoked_at=timezone.now(), revocation_reason=reason):
        raise ValidationError(REVOKED_ALREADY)
    record_act(credential, credential.REVOKED, by, reason)


def refuse_if_revoked(credential: Credential) -> None:
    if why := credential.why_revoked():
        raise ValidationError(why)
