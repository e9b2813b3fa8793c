"""Where other systems are told: made by one person, released by another, ended by anyone."""

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from invitations.audit import Act, record_act, save_new
from invitations.models import WebhookAddress
from invitations.outbox.webhooks.announcing import mark_of
from invitations.outbox.webhooks.signing import encrypt, new_secret


@transaction.atomic
def make_webhook(address: WebhookAddress, by: User) -> str:
    """Save the address and return its secret, which is not shown again; nothing goes there yet."""
    secret = new_secret()
    address.secret, address.made_by = encrypt(secret), by
    save_new(address, Act.WEBHOOK_MADE, by)
    return secret


@transaction.atomic
def release_webhook(address: WebhookAddress, by: User) -> None:
    """Let the address be told of what happens from now on; whoever made it may not."""
    if address.made_by_id == by.pk:
        raise ValidationError(_("A second person has to release it: you made it."))
    waiting = WebhookAddress.objects.waiting_for(by).filter(pk=address.pk)
    released = {"released_by": by, "released_at": timezone.now()}
    if not waiting.update(**released, edition_mark=mark_of(address.edition)):
        raise ValidationError(_("This webhook does not wait any more."))
    record_act(address, Act.WEBHOOK_RELEASED, by)


@transaction.atomic
def end_webhook(address: WebhookAddress, by: User, because: str) -> None:
    """Let nothing go there from now on: to stop, one person suffices."""
    if not because.strip():
        raise ValidationError(_("Say why the webhook ends."))
    in_force = WebhookAddress.objects.filter(pk=address.pk, ended_at=None)
    if not in_force.update(ended_by=by, ended_at=timezone.now()):
        raise ValidationError(_("This webhook has ended already."))
    record_act(address, Act.WEBHOOK_ENDED, by, because)


def refuse_if_ended(address: WebhookAddress) -> None:
    if address.ended_at:
        raise ValidationError(_("This webhook has ended already."))


@transaction.atomic
def rotate_secret(address: WebhookAddress, by: User) -> str:
    """Return a new secret, shown this once; for a day the earlier one signs beside it."""
    address = WebhookAddress.objects.select_for_update().get(pk=address.pk)
    refuse_if_ended(address)
    secret = new_secret()
    address.earlier_secret, address.secret = address.secret, encrypt(secret)
    address.rotated_at = timezone.now()
    address.save(update_fields=["earlier_secret", "secret", "rotated_at"])
    record_act(address, Act.WEBHOOK_SECRET, by)
    return secret
