"""What the forms of an office have in common: whose they are."""

import uuid
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from invitations.models import Invitation

ANOTHER_INVITATION = _(
    "This form belongs to another invitation, and nothing was recorded: open this page anew."
)
INCOMPLETE = _("This form arrived incomplete, and nothing was recorded: open this page anew.")


class OfficeForm(forms.Form):
    """Names its invitation, so that two forms that are open side by side stay apart.

    It begins with what is on file, ``initial``, or with what was ``typed``, right or wrong.
    """

    invitation = forms.IntegerField(
        widget=forms.HiddenInput,
        error_messages={"required": INCOMPLETE, "invalid": INCOMPLETE},
    )

    # Two forms on one page have names of their own.
    auto_ids = "id_%s"

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        *,
        of: Invitation,
        initial: dict[str, Any] | None = None,
        typed: dict[str, Any] | None = None,
    ) -> None:
        self.of = of
        initial = self.fresh() | (initial or typed or {})
        super().__init__(data, files, initial=initial, auto_id=self.auto_ids)
        self.offer()

    @cached_property
    def helper(self) -> FormHelper:
        """How crispy shows the form; one that is only read needs none."""
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        helper.layout = self.laid_out()
        return helper

    def fresh(self) -> dict[str, Any]:
        """What a form begins with; a key makes one that is sent ten times one act."""
        key = {"form_key": uuid.uuid4()} if "form_key" in self.base_fields else {}
        return {"invitation": self.of.pk, **key}

    def offer(self) -> None:
        """Say what can be chosen."""

    def laid_out(self) -> Layout:
        return Layout(*self.fields)

    def clean_invitation(self) -> int:
        if self.cleaned_data["invitation"] != self.of.pk:
            raise ValidationError(ANOTHER_INVITATION)
        return self.of.pk

    @property
    def typed(self) -> dict[str, Any]:
        """What the fields hold, right or wrong."""
        return {name: self[name].data for name in self.fields}


class KeyField(forms.UUIDField):
    """A key of the form, which makes ten posts of it one act."""

    def __init__(self) -> None:
        super().__init__(
            widget=forms.HiddenInput,
            error_messages={"required": INCOMPLETE, "invalid": INCOMPLETE},
        )


def day_field(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y"],
    )
