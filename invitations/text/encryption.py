"""Secrets that have to be read again, which the database holds encrypted."""

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac


def fernet_of(secret: str, purpose: str) -> Fernet:
    made = salted_hmac(purpose, "", secret, algorithm="sha256")
    return Fernet(urlsafe_b64encode(made.digest()))


def encrypt(text: str, purpose: str) -> str:
    """Return the text under today's key; each purpose has a key of its own, made of its words."""
    return fernet_of(settings.SECRET_KEY, purpose).encrypt(text.encode()).decode()


def decrypt(kept: str, purpose: str) -> str:
    """Return the secret; raise InvalidToken if no key of ours, old ones included, opens it."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([fernet_of(key, purpose) for key in keys]).decrypt(kept.encode()).decode()


def is_current(kept: str, purpose: str) -> bool:
    """Whether today's key opens it: what an older one closed is encrypted again."""
    try:
        fernet_of(settings.SECRET_KEY, purpose).decrypt(kept.encode())
    except InvalidToken:
        return False
    return True
