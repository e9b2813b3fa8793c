"""The secret of an address, and what it signs, by the specification of Standard Webhooks."""

import datetime as dt
import secrets
from base64 import b64encode, urlsafe_b64encode
from contextlib import suppress

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac
from standardwebhooks import Webhook

from invitations.models import WebhookAddress

SECRET_BYTES = 32
EARLIER_SIGNS_FOR = dt.timedelta(days=1)


def new_secret() -> str:
    """Return a secret as Standard Webhooks writes it."""
    return f"whsec_{b64encode(secrets.token_bytes(SECRET_BYTES)).decode()}"


# It signs, and so has to be read again: the database holds it encrypted.


def key_of(secret: str) -> Fernet:
    # Another salt would be another key.
    made = salted_hmac("secrets of webhooks", "", secret, algorithm="sha256")
    return Fernet(urlsafe_b64encode(made.digest()))


def encrypt(text: str) -> str:
    return key_of(settings.SECRET_KEY).encrypt(text.encode()).decode()


def decrypt(kept: str) -> str:
    """Return the secret; raise InvalidToken if no key of ours, old ones included, opens it."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([key_of(key) for key in keys]).decrypt(kept.encode()).decode()


def renew_webhook_secrets() -> None:
    """Encrypt with today's key what an older one closed, so that the older one can go."""
    if not settings.SECRET_KEY_FALLBACKS:
        return
    for address in WebhookAddress.objects.filter(revoked_at=None):
        for name in ("secret", "earlier_secret"):
            if kept := getattr(address, name):
                renew_secret(address, name, kept)


def renew_secret(address: WebhookAddress, name: str, kept: str) -> None:
    try:
        key_of(settings.SECRET_KEY).decrypt(kept.encode())
    except InvalidToken:
        with suppress(InvalidToken):
            # A person may change it meanwhile.
            as_kept = WebhookAddress.objects.filter(pk=address.pk, **{name: kept})
            as_kept.update(**{name: encrypt(decrypt(kept))})


def earlier_secrets(address: WebhookAddress, now: dt.datetime) -> list[str]:
    """Return the secrets that are valid beside today's: of the last change's day, if readable."""
    if not address.rotated_at or now - address.rotated_at >= EARLIER_SIGNS_FOR:
        return []
    with suppress(InvalidToken):
        return decrypt(address.earlier_secret).split()
    return []


def as_earlier(address: WebhookAddress, now: dt.datetime) -> str:
    """Return what is kept as earlier once the secret changes: all that are valid until then.

    Whoever changes it twice has given out neither or the first: the other system has one of them.
    """
    valid = earlier_secrets(address, now)
    with suppress(InvalidToken):
        valid.append(decrypt(address.secret))
    return encrypt(" ".join(valid)) if valid else ""


def signature_headers(
    address: WebhookAddress, key: str, body: str, now: dt.datetime
) -> dict[str, str]:
    """Return the headers that sign this body, under each secret that is valid now."""
    valid = [decrypt(address.secret), *earlier_secrets(address, now)]
    at = now.astimezone(dt.UTC)
    signatures = (Webhook(one).sign(key, at, body) for one in valid)
    return {
        "webhook-id": key,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
