"""How django-allauth works here: no sign-up, addresses and limits as everywhere on the site."""

import logging
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret
from allauth.mfa.utils import is_mfa_enabled
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext, gettext_lazy

from invitations.text.encryption import encrypt
from wsis_forum.staff.counting import counted_address
from wsis_forum.staff.encryption import PURPOSE, open_secret
from wsis_forum.staff.provider import go_on_after
from wsis_forum.staff.sessions import SECOND_FACTORS, recently_authenticated

logger = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count nothing: django-axes does."""

    def pre_login(
        self, request: HttpRequest, user: User, *, signal_kwargs: Any, **more: Any
    ) -> HttpResponse | None:
        if login := (signal_kwargs or {}).get("sociallogin"):
            go_on_after(request, user, login)
        answer: HttpResponse | None = super().pre_login(
            request, user, signal_kwargs=signal_kwargs, **more
        )
        return answer

    def get_client_ip(self, request: HttpRequest) -> str:
        return counted_address(request) or "::"

    def is_reauthentication_required(self, app: str) -> bool:
        return not recently_authenticated(self.request)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Offer first what the person has: the app's code, a passkey, the password at last."""
        ways = super().get_reauthentication_methods(user)
        for way in ways:
            way["description"] = WAYS[way["id"]]
        order = ["mfa_reauthenticate", "mfa_reauthenticate:webauthn"]
        if not (user.is_authenticated and is_mfa_enabled(user, [Authenticator.Type.TOTP])):
            order.reverse()
        return sorted(ways, key=lambda way: [*order, "reauthenticate"].index(way["id"]))


WAYS = {
    "mfa_reauthenticate": gettext_lazy("Use a code"),
    "mfa_reauthenticate:webauthn": gettext_lazy("Use a passkey"),
    "reauthenticate": gettext_lazy("Use your password"),
}


class MFAAdapter(DefaultMFAAdapter):
    def encrypt(self, text: str) -> str:
        return encrypt(text, PURPOSE)

    def decrypt(self, encrypted_text: str) -> str:
        """Return the secret, or a new one that nobody has and whose codes are wrong."""
        try:
            return open_secret(encrypted_text)
        except InvalidToken:
            logger.warning("A second factor was encrypted under another SECRET_KEY.")
            return str(generate_totp_secret())

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Let the last second factor stand."""
        of_user = Authenticator.objects.filter(user=authenticator.user, type__in=SECOND_FACTORS)
        return bool(of_user.exclude(pk=authenticator.pk).exists())

    def generate_authenticator_name(self, user: User, type: str) -> str:
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return gettext("Passkey %(number)s") % {"number": number}

    def get_totp_issuer(self) -> str:
        return str(settings.UNFOLD["SITE_TITLE"])

    def get_totp_label(self, user: User) -> str:
        return user.get_username()

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Name the site's host: a passkey serves no other host than that it was made for."""
        host = urlsplit(settings.SITE_URL).hostname or "localhost"
        return {"id": "localhost" if is_ip(host) else host, "name": self.get_totp_issuer()}


def is_ip(host: str) -> bool:
    """Tell whether the host is written as a number, for which no passkey can be made."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
