"""The forms of passwords and second factors: what is wrong counts, wherever it is typed."""

import struct
import time
from typing import Any

from allauth.account import forms as account_forms
from allauth.account.adapter import get_adapter
from allauth.core import context
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa import adapter as mfa_adapter
from allauth.mfa import app_settings
from allauth.mfa.base import forms
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import forms as webauthn
from django import forms as django_forms
from django.core.exceptions import BadRequest, ValidationError
from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import pgettext_lazy
from unfold.forms import AdminOwnPasswordChangeForm

from wsis_forum.staff.counting import count_wrong_code, is_locked

# Seconds in which a code of the app is right: a tolerance before and after its own half minute.
SERVES_WITHIN = app_settings.TOTP_PERIOD * (2 * app_settings.TOTP_TOLERANCE + 1)


class CountedCode:
    def clean_code(self) -> str:
        request = context.request
        if is_locked(request, self.user):  # type: ignore[attr-defined]
            raise get_adapter().validation_error("too_many_login_attempts")
        try:
            code: str = super().clean_code()  # type: ignore[misc]
            self.refuse_served(code)
        except ValidationError:
            count_wrong_code(request, self.user)  # type: ignore[attr-defined]
            raise
        return code

    def refuse_served(self, code: str) -> None:
        app: Authenticator = self.authenticator  # type: ignore[attr-defined]
        if app.type == Authenticator.Type.TOTP and not cross_out(app, code):
            self._emit_authentication_failed(app)  # type: ignore[attr-defined]
            raise mfa_adapter.get_adapter().validation_error("incorrect_code")


@transaction.atomic
def cross_out(app: Authenticator, code: str) -> bool:
    """Note that the app's code has served; return False if it had before.

    Of what the cache remembers of it another process knows nothing while Redis is away.
    """
    row = Authenticator.objects.select_for_update().filter(pk=app.pk).first()
    mark = salted_hmac("codes that served", normalize_user_code(code), algorithm="sha256")
    now, served = time.time(), row.data.get("served", {}) if row else {}
    if row is None or served.get(mark.hexdigest(), 0) > now:
        return False
    still = {one: until for one, until in served.items() if until > now}
    row.data["served"] = still | {mark.hexdigest(): now + SERVES_WITHIN}
    row.save(update_fields=["data"])
    return True


# With what the parsers of JSON, CBOR and keys answer to words that no browser would send.
UNREADABLE = (RecursionError, ValueError, TypeError, LookupError, AttributeError, struct.error)


class BrowsersWords:
    """A form of what a browser says of a passkey: what cannot be read is a bad request, no fault.

    Anyone may send it: nested lists and numbers without end are no JSON that a browser wrote.
    """

    def full_clean(self) -> None:
        try:
            super().full_clean()  # type: ignore[misc]
        except UNREADABLE:
            raise BadRequest("What was said of a passkey cannot be read.") from None


class AddPasskeyForm(BrowsersWords, webauthn.AddWebAuthnForm):
    """Offer a key that serves without the password first: it is the surer one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = pgettext_lazy("of a thing", "Name")
        self.fields["passwordless"].initial = True


class PasskeyForm(BrowsersWords, webauthn.AuthenticateWebAuthnForm):
    pass


class PasskeyLoginForm(BrowsersWords, webauthn.LoginWebAuthnForm):
    pass


class PasskeyAgainForm(BrowsersWords, webauthn.ReauthenticateWebAuthnForm):
    pass


class AuthenticateForm(CountedCode, forms.AuthenticateForm):
    pass


class HiddenName(django_forms.TextInput):
    """The name of an account beside its password: managers of passwords read it, nobody else."""

    is_hidden = True

    def __init__(self) -> None:
        super().__init__({"autocomplete": "username", "hidden": True, "readonly": True})


class PasswordAgainForm(account_forms.ReauthenticateForm):
    username = django_forms.CharField(required=False, widget=HiddenName)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].initial = self.user.get_username()


class ReauthenticateForm(CountedCode, forms.ReauthenticateForm):
    pass


class OwnPasswordForm(AdminOwnPasswordChangeForm):
    def clean_old_password(self) -> str:
        """Try the old password as the sign-in does, which counts and locks."""
        typed: str = self.cleaned_data["old_password"]
        if not get_adapter().reauthenticate(self.user, typed):
            raise ValidationError(
                self.error_messages["password_incorrect"], code="password_incorrect"
            )
        return typed
