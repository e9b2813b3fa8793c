"""The common base of an office's forms: each names its invitation."""

import unicodedata
import uuid
from collections.abc import Iterable
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from invitations.models import Invitation
from invitations.replies import ANOTHER_INVITATION

# As browsers and people write a day, and spreadsheets that are saved as text.
DAYS_TYPED = [
    "%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%d-%m-%Y", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日",
    "%Y-%m-%d 00:00:00",
]  # fmt: skip
INCOMPLETE = _("This form arrived incomplete, and nothing was recorded: open this page anew.")


class OfficeForm(forms.Form):
    """A form that names its invitation, so that two forms open side by side stay apart.

    It begins with what is on file, ``initial``, or with what was ``typed``, right or wrong.
    """

    invitation = forms.IntegerField(
        widget=forms.HiddenInput,
        error_messages={"required": INCOMPLETE, "invalid": INCOMPLETE},
    )

    # Two forms on one page need ids of their own.
    auto_ids = "id_%s"
    # Whether the page says at each field that may stay empty that it may.
    marks_optional = False
    unmarked: tuple[str, ...] = ()

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
        """Crispy's layout of the form, made only when the form is shown."""
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        helper.layout = self.laid_out()
        if self.marks_optional:
            self.mark_optional()
        return helper

    def mark_optional(self) -> None:
        """Say at the labels, which faults have named by now, what may stay empty."""
        for name, field in self.fields.items():
            marked = name not in self.unmarked and not field.required
            if marked and not isinstance(field.widget, forms.CheckboxInput):
                bound = self[name]
                bound.label = format_html(
                    '{} <span class="optional">({})</span>', bound.label, _("optional")
                )

    def fresh(self) -> dict[str, Any]:
        """Return what an empty form begins with."""
        key = {"form_key": uuid.uuid4()} if "form_key" in self.base_fields else {}
        return {"invitation": self.of.pk, **key}

    def offer(self) -> None:
        """Set the choices of the fields; each form says which."""

    def laid_out(self) -> Layout:
        return Layout(*self.fields)

    def clean_invitation(self) -> int:
        if self.cleaned_data["invitation"] != self.of.pk:
            raise ValidationError(ANOTHER_INVITATION)
        return self.of.pk

    @property
    def typed(self) -> dict[str, Any]:
        """The fields' data, valid or not."""
        return {name: self[name].data for name in self.fields}


class KeyField(forms.UUIDField):
    """The key of a form, by which a form that is sent ten times acts once."""

    def __init__(self) -> None:
        super().__init__(
            widget=forms.HiddenInput,
            error_messages={"required": INCOMPLETE, "invalid": INCOMPLETE},
        )


class OfficeDayField(forms.DateField):
    """A day in the digits of any script; where the year does not come first, the day does."""

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = "".join(
                str(unicodedata.decimal(sign, sign))
                for sign in value
                if unicodedata.category(sign) != "Cf"
            )
        return super().to_python(value)


def day_field(label: Any) -> forms.DateField:
    return OfficeDayField(
        label=label,
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        input_formats=DAYS_TYPED,
    )


def differing_fields(
    standing: forms.Form, typed: forms.Form, names: Iterable[str]
) -> list[tuple[str, str, str]]:
    """Return label, value on file and value typed of each field in which the two forms differ."""
    pairs = [
        (name, format_field(standing, name), format_field(typed, name))
        for name in names
        if name in typed.fields
    ]
    return [
        (str(typed[name].label), ours, theirs) for name, ours, theirs in pairs if ours != theirs
    ]


def format_field(form: forms.Form, name: str) -> str:
    """Return a field's value, in the words of its choice."""
    bound: Any = form[name]
    value = bound.data if form.is_bound else bound.initial
    if hasattr(bound.field, "choices"):
        return str(dict(bound.field.choices).get(value, value))
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    return str(value or "")
