"""Where other systems are told: made, released, and given a new secret."""

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from invitations.audit import Act, record_act, save_new
from invitations.models import WebhookAddress
from invitations.outbox.credentials import refuse_if_revoked, release_credential
from invitations.outbox.webhooks.announcing import mark_of_edition
from invitations.outbox.webhooks.signing import PURPOSE, as_earlier, new_secret
from invitations.text.encryption import encrypt


@transaction.atomic
def make_webhook(address: WebhookAddress, by: User) -> str:
    """Save the address and return its secret, which is not shown again; nothing goes there yet."""
    secret = new_secret()
    address.secret, address.made_by = encrypt(secret, PURPOSE), by
    save_new(address, Act.WEBHOOK_MADE, by)
    return secret


def release_webhook(address: WebhookAddress, by: User) -> None:
    """Let the address be told of what happens from now on; whoever made it may not."""
    release_credential(address, by, edition_mark=mark_of_edition(address.edition))


@transaction.atomic
def rotate_secret(address: WebhookAddress, by: User) -> str:
    """Return a new secret, shown this once; for a day the earlier ones sign beside it."""
    address = WebhookAddress.objects.select_for_update().get(pk=address.pk)
    refuse_if_revoked(address)
    secret, now = new_secret(), timezone.now()
    address.earlier_secret, address.secret = as_earlier(address, now), encrypt(secret, PURPOSE)
    address.rotated_at = now
    address.save(update_fields=["earlier_secret", "secret", "rotated_at"])
    record_act(address, Act.WEBHOOK_SECRET, by)
    return secret
