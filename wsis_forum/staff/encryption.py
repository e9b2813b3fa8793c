"""The secrets of authenticator apps and recovery codes, which the database holds encrypted."""

from base64 import urlsafe_b64encode

from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils.crypto import salted_hmac

# What each of Fernet's tokens begins with; what was kept in clear before is base32 or hexadecimal.
BEGINNING = "gAAAA"


def key_of(secret: str) -> Fernet:
    # Another salt would be another key.
    made = salted_hmac("secrets of second factors", "", secret, algorithm="sha256")
    return Fernet(urlsafe_b64encode(made.digest()))


def encrypt(text: str) -> str:
    return key_of(settings.SECRET_KEY).encrypt(text.encode()).decode()


def decrypt(kept: str) -> str:
    """Return the secret; raise InvalidToken if no key of ours, old ones included, opens it."""
    if not kept.startswith(BEGINNING):
        return kept
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([key_of(key) for key in keys]).decrypt(kept.encode()).decode()


def is_current(kept: str) -> bool:
    try:
        key_of(settings.SECRET_KEY).decrypt(kept.encode())
    except InvalidToken:
        return False
    return True


@transaction.atomic
def renew_secrets_of(user: User) -> None:
    """Encrypt with today's key what the person has in clear or under an older one."""
    # Codes are crossed out in the same field: nothing is written that was read before the lock.
    for row in Authenticator.objects.select_for_update().filter(user=user):
        for name in {"secret", "seed"} & row.data.keys():
            if not is_current(row.data[name]):
                renew_row(row, name)


def renew_row(row: Authenticator, name: str) -> None:
    try:
        row.data[name] = encrypt(decrypt(row.data[name]))
    except InvalidToken:
        return
    row.save(update_fields=["data"])
