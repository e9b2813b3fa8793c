"""Where other systems are told: made by one person, released by another, ended by anyone."""

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from invitations.audit import Act, record_act, save_new
from invitations.models import WebhookAddress
from invitations.outbox.webhooks.announcing import mark_of
from invitations.outbox.webhooks.signing import as_earlier, encrypt, new_secret


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
    if why := why_not_released_by(address, by):
        raise ValidationError(why)
    waiting = WebhookAddress.objects.waiting_for(by).filter(pk=address.pk)
    released = {"released_by": by, "released_at": timezone.now()}
    if not waiting.update(**released, edition_mark=mark_of(address.edition)):
        raise ValidationError(WAITS_NO_MORE)
    record_act(address, Act.WEBHOOK_RELEASED, by)


def why_not_released_by(address: WebhookAddress, person: User) -> str:
    """Return why this person does not release the address; an empty text if they may."""
    if address.released_at or address.ended_at:
        return str(WAITS_NO_MORE)
    is_own = address.made_by_id == person.pk
    return _("A second person has to release it: you made it.") if is_own else ""


WAITS_NO_MORE = gettext_lazy("This webhook does not wait any more.")
HAS_ENDED = gettext_lazy("This webhook has ended already.")


def why_ended(address: WebhookAddress) -> str:
    """Return that the address has ended, after which nothing is done with it; else empty."""
    return str(HAS_ENDED) if address.ended_at else ""


@transaction.atomic
def end_webhook(address: WebhookAddress, by: User, because: str) -> None:
    """Let nothing go there from now on: to stop, one person suffices."""
    if not because.strip():
        raise ValidationError(_("Say why the webhook ends."))
    in_force = WebhookAddress.objects.filter(pk=address.pk, ended_at=None)
    if not in_force.update(ended_by=by, ended_at=timezone.now()):
        raise ValidationError(HAS_ENDED)
    record_act(address, Act.WEBHOOK_ENDED, by, because)


def refuse_if_ended(address: WebhookAddress) -> None:
    if why := why_ended(address):
        raise ValidationError(why)


@transaction.atomic
def rotate_secret(address: WebhookAddress, by: User) -> str:
    """Return a new secret, shown this once; for a day the earlier ones sign beside it."""
    address = WebhookAddress.objects.select_for_update().get(pk=address.pk)
    refuse_if_ended(address)
    secret, now = new_secret(), timezone.now()
    address.earlier_secret, address.secret = as_earlier(address, now), encrypt(secret)
    address.rotated_at = now
    address.save(update_fields=["earlier_secret", "secret", "rotated_at"])
    record_act(address, Act.WEBHOOK_SECRET, by)
    return secret
