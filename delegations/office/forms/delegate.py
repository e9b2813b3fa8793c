"""The form of one delegate."""

from typing import Any, cast

from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from delegations.models import Delegate
from delegations.office.forms.base import KeyField, OfficeForm, day_field
from invitations.forms.fields import AddressField, LineField, TextField
from invitations.text.lines import isolated

FORMULA_SIGNS = ("=", "+", "@")
DETAILS = (
    "role", "name", "function", "organization", "email", "gender", "arrives_on", "departs_on",
    "needs_visa_letter",
)  # fmt: skip


def refuse_no_name(words: str) -> None:
    """Refuse a formula, a number, and whatever else has no letter."""
    if words.startswith(FORMULA_SIGNS) or not any(sign.isalpha() for sign in words):
        raise ValidationError(
            _("“%(words)s” is no name: please write it in letters."),
            params={"words": isolated(words[:60])},
        )


class DelegateForm(OfficeForm):
    """``seen`` is the mark of the person's row when the page was opened; empty for a new one."""

    marks_optional = True

    form_key = KeyField()
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    # The name of which somebody was told that it is on the list already.
    namesake = forms.CharField(required=False, max_length=120, widget=forms.HiddenInput)
    role = forms.ChoiceField(
        label=_("Role"), error_messages={"required": _("Please choose the role.")}
    )
    name = LineField(
        label=_("Name as on the badge"),
        max_length=120,
        help_text=_("Given name and family name, in Latin letters where that is usual."),
        error_messages={"required": _("Please give the name.")},
        validators=[refuse_no_name],
    )
    function = LineField(label=_("Function"), max_length=200, required=False)
    organization = LineField(label=_("Organization"), max_length=200, required=False)
    email = AddressField(
        label=_("E-mail"),
        max_length=254,
        required=False,
        widget=forms.EmailInput({"dir": "ltr"}),
    )
    gender = forms.ChoiceField(
        label=_("Gender"),
        required=False,
        help_text=_(
            "Optional. It is asked because the organization’s policy on gender equality is measured"
            " by counts alone; nobody’s answer is published."
        ),
    )
    arrives_on = day_field(_("Arrival"))
    departs_on = day_field(_("Departure"))
    needs_visa_letter = forms.BooleanField(label=_("A visa letter is needed"), required=False)
    needs = TextField(
        label=_("Needs of access and diet"),
        max_length=1000,
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("Only those who arrange for them read this; it is not shown here again."),
    )
    forget_needs = forms.BooleanField(label=_("Delete the needs that are recorded"), required=False)

    def __init__(self, *args: Any, has_needs: bool = False, **named: Any) -> None:
        self.has_needs = has_needs
        super().__init__(*args, **named)

    def offer(self) -> None:
        roles = [("", _("Not chosen yet"))]
        roles += [(value, capfirst(label)) for value, label in Delegate.Role.choices]
        cast("forms.ChoiceField", self.fields["role"]).choices = roles
        cast("forms.ChoiceField", self.fields["gender"]).choices = [
            ("", _("Not stated")),
            ("f", _("Woman")),
            ("m", _("Man")),
        ]
        if not self.of.edition.asks_gender:
            # What was stated before stays.
            self.fields["gender"].widget = forms.HiddenInput()
        if self.has_needs:
            self.fields["needs"].help_text = _(
                "Recorded, and not shown here. What you type takes the place of what is recorded."
            )
        else:
            del self.fields["forget_needs"]

    def laid_out(self) -> Layout:
        return Layout(
            "invitation",
            "form_key",
            "seen",
            "namesake",
            "role",
            "name",
            "function",
            "organization",
            "email",
            Fieldset(_("Journey"), "arrives_on", "departs_on", "needs_visa_letter"),
            "needs",
            *(["forget_needs"] if self.has_needs else []),
            "gender",
        )

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        arrival, departure = said.get("arrives_on"), said.get("departs_on")
        if arrival and departure and departure < arrival:
            self.add_error("departs_on", _("The departure cannot come before the arrival."))
        return said

    @property
    def words(self) -> dict[str, Any]:
        """The person's columns, as a valid form gives them; needs only where they change."""
        said = {name: self.cleaned_data[name] for name in DETAILS}
        if self.cleaned_data["needs"] or self.cleaned_data.get("forget_needs"):
            said["needs"] = self.cleaned_data["needs"]
        return said


class RemovalForm(OfficeForm):
    """A form with nothing but a button; ``seen`` is the mark of the person's row as shown."""

    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
