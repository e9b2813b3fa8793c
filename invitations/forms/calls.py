"""What is noted of a telephone call."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSingleDateWidget,
    UnfoldAdminTextInputWidget,
)

from invitations.forms.fields import DeskHourWidget, LineField
from invitations.models import Invitation, TelephoneCall


class CallForm(forms.Form):
    """A call to one of these invitations' offices: what came of it, who was reached, a fact."""

    invitation = forms.ModelChoiceField(
        Invitation.objects.none(), label=_("Invitation"), widget=UnfoldAdminSelectWidget
    )
    outcome = forms.ChoiceField(
        label=_("What came of it"),
        choices=TelephoneCall.Outcome.choices,
        widget=UnfoldAdminRadioSelectWidget,
    )
    whom = LineField(
        label=_("Who was reached"),
        max_length=120,
        required=False,
        widget=UnfoldAdminTextInputWidget,
    )
    fact = LineField(
        label=_("What was said"),
        max_length=200,
        required=False,
        help_text=_("Facts only, 200 characters: the office may ask to read it."),
        widget=UnfoldAdminTextInputWidget,
    )
    next_call_on = forms.DateField(
        label=_("Next call on"), required=False, widget=UnfoldAdminSingleDateWidget
    )
    at = forms.SplitDateTimeField(label=_("Called at"), widget=DeskHourWidget)

    def __init__(self, data: Any, invitations: list[Invitation]) -> None:
        first = invitations[0] if invitations else None
        super().__init__(data, initial={"invitation": first, "at": timezone.now}, prefix="call")
        field: Any = self.fields["invitation"]
        field.queryset = Invitation.objects.filter(pk__in=[one.pk for one in invitations])
        field.empty_label = None
        if len(invitations) == 1:
            field.widget = forms.HiddenInput()
