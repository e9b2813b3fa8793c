"""The secret of an address, and what it signs, by the specification of Standard Webhooks."""

import datetime as dt
import secrets
from base64 import b64encode
from contextlib import suppress

from cryptography.fernet import InvalidToken
from django.conf import settings
from standardwebhooks import Webhook

from invitations.models import WebhookAddress
from invitations.text.encryption import decrypt, encrypt, is_current

SECRET_BYTES = 32
EARLIER_SIGNS_FOR = dt.timedelta(days=1)
# Other words would be another key.
PURPOSE = "secrets of webhooks"


def new_secret() -> str:
    """Return a secret as Standard Webhooks writes it."""
    return f"whsec_{b64encode(secrets.token_bytes(SECRET_BYTES)).decode()}"


def renew_webhook_secrets() -> None:
    """Encrypt with today's key what an older one closed, so that the older one can go."""
    if not settings.SECRET_KEY_FALLBACKS:
        return
    for address in WebhookAddress.objects.filter(revoked_at=None):
        for name in ("secret", "earlier_secret"):
            if kept := getattr(address, name):
                renew_secret(address, name, kept)


def renew_secret(address: WebhookAddress, name: str, kept: str) -> None:
    if is_current(kept, PURPOSE):
        return
    with suppress(InvalidToken):
        # A person may change it meanwhile.
        as_kept = WebhookAddress.objects.filter(pk=address.pk, **{name: kept})
        as_kept.update(**{name: encrypt(decrypt(kept, PURPOSE), PURPOSE)})


def earlier_secrets(address: WebhookAddress, now: dt.datetime) -> list[str]:
    """Return the secrets that are valid beside today's: of the last change's day, if readable."""
    if not address.rotated_at or now - address.rotated_at >= EARLIER_SIGNS_FOR:
        return []
    with suppress(InvalidToken):
        return decrypt(address.earlier_secret, PURPOSE).split()
    return []


def as_earlier(address: WebhookAddress, now: dt.datetime) -> str:
    """Return what is kept as earlier once the secret changes: all that are valid until then.

    Whoever changes it twice has given out neither or the first: the other system has one of them.
    """
    valid = earlier_secrets(address, now)
    with suppress(InvalidToken):
        valid.append(decrypt(address.secret, PURPOSE))
    return encrypt(" ".join(valid), PURPOSE) if valid else ""


def signature_headers(
    address: WebhookAddress, key: str, body: str, now: dt.datetime
) -> dict[str, str]:
    """Return the headers that sign this body, under each secret that is valid now."""
    valid = [decrypt(address.secret, PURPOSE), *earlier_secrets(address, now)]
    at = now.astimezone(dt.UTC)
    signatures = (Webhook(one).sign(key, at, body) for one in valid)
    return {
        "webhook-id": key,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
