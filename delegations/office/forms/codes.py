"""The forms of the public pages: the code for a reply, and the check of a letter."""

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from invitations.forms.uploads import checked_upload

LETTER_LIMIT = 10 * 1024 * 1024


class TypedField(forms.CharField):
    """A field for any words; only the look-up says whether they are right."""

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").replace("\0", "\ufffd")


class PublicForm(forms.Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.disable_csrf = True


class CodeForm(PublicForm):
    code = TypedField(
        label=_("Code for your reply"),
        help_text=_("Printed like bcdf-ghjk-mnpq. Dashes, spaces and capitals do not matter."),
        error_messages={"required": _("Please type the code.")},
        widget=forms.TextInput(
            {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false", "dir": "ltr"}
        ),
    )


class CheckForm(PublicForm):
    """One letter, by the code printed on it or by its file."""

    code = TypedField(
        label=_("Code to check this letter"),
        help_text=_("Sixteen digits. Spaces and dashes do not matter."),
        required=False,
        widget=forms.TextInput({"autocomplete": "off", "inputmode": "numeric", "dir": "ltr"}),
    )
    letter = forms.FileField(
        label=_("Or the letter’s PDF file"),
        help_text=_("At most 10 MB, as it came by e-mail. We do not keep it."),
        required=False,
        error_messages={"empty": _("This file is empty: please choose another one.")},
        widget=forms.FileInput({"accept": "application/pdf,.pdf"}),
    )

    def clean_letter(self) -> UploadedFile | None:
        return checked_upload(
            self.cleaned_data["letter"],
            LETTER_LIMIT,
            ["pdf"],
            _("The file may have 10 MB at most."),
            _("This file is not a PDF, or it is damaged."),
        )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if not self.errors and bool(given.get("code")) == bool(given.get("letter")):
            self.add_error("code", _("Please type the code or choose a file, one of the two."))
        return given
