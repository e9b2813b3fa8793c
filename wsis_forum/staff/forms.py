"""The forms of passwords and second factors: what is wrong counts, wherever it is typed."""

from typing import Any

from allauth.account import forms as account_forms
from allauth.account.adapter import get_adapter
from allauth.core import context
from allauth.mfa.base import forms
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms as django_forms
from django.core.exceptions import ValidationError
from django.utils.translation import pgettext_lazy
from unfold.forms import AdminOwnPasswordChangeForm

from wsis_forum.staff.counting import count_wrong_code, is_locked


class CountedCode:
    def clean_code(self) -> str:
        request = context.request
        if is_locked(request, self.user):  # type: ignore[attr-defined]
            raise get_adapter().validation_error("too_many_login_attempts")
        try:
            return super().clean_code()  # type: ignore[misc]
        except ValidationError:
            count_wrong_code(request, self.user)  # type: ignore[attr-defined]
            raise


class AddPasskeyForm(AddWebAuthnForm):
    """Offer a key that serves without the password first: it is the surer one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = pgettext_lazy("of a thing", "Name")
        self.fields["passwordless"].initial = True


class AuthenticateForm(CountedCode, forms.AuthenticateForm):
    pass


class UnseenName(django_forms.TextInput):
    """The name of an account beside its password: managers of passwords read it, nobody else."""

    is_hidden = True

    def __init__(self) -> None:
        super().__init__({"autocomplete": "username", "hidden": True, "readonly": True})


class PasswordAgainForm(account_forms.ReauthenticateForm):
    username = django_forms.CharField(required=False, widget=UnseenName)

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
