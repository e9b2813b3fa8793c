"""The secrets of authenticator apps and recovery codes, which the database holds encrypted."""

from allauth.mfa.models import Authenticator
from cryptography.fernet import InvalidToken
from django.contrib.auth.models import User
from django.db import transaction

from invitations.text.encryption import decrypt, encrypt, is_current

# What each of Fernet's tokens begins with; what was kept in clear before is base32 or hexadecimal.
BEGINNING = "gAAAA"
# Other words would be another key.
PURPOSE = "secrets of second factors"


def open_secret(kept: str) -> str:
    """Return the secret; raise InvalidToken if no key of ours, old ones included, opens it."""
    return decrypt(kept, PURPOSE) if kept.startswith(BEGINNING) else kept


@transaction.atomic
def renew_secrets_of(user: User) -> None:
    """Encrypt with today's key what the person has in clear or under an older one."""
    # Codes are crossed out in the same field: nothing is written that was read before the lock.
    for row in Authenticator.objects.select_for_update().filter(user=user):
        for name in {"secret", "seed"} & row.data.keys():
            if not is_current(row.data[name], PURPOSE):
                renew_row(row, name)


def renew_row(row: Authenticator, name: str) -> None:
    try:
        row.data[name] = encrypt(open_secret(row.data[name]), PURPOSE)
    except InvalidToken:
        return
    row.save(update_fields=["data"])
