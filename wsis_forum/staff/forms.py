"""The forms of codes, whose wrong ones count as wrong passwords do."""

from allauth.account.adapter import get_adapter
from allauth.core import context
from allauth.mfa.base import forms
from django.core.exceptions import ValidationError

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


class AuthenticateForm(CountedCode, forms.AuthenticateForm):
    pass


class ReauthenticateForm(CountedCode, forms.ReauthenticateForm):
    pass
