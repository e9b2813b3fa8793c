"""Forms of the steps of a signed original, and of the scan of its receipt."""

import re

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminDateWidget,
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from invitations.forms.action_forms import PAPER_CHANNELS, ReasonForm
from invitations.forms.correspondence import SCAN_KINDS, SCAN_LIMIT
from invitations.forms.fields import LineField
from invitations.forms.model_forms import WholeRowForm
from invitations.forms.uploads import checked_upload
from invitations.models import OriginalStep, SignedOriginal


class StepForm(forms.Form):
    on = forms.DateField(label=_("Day"), initial=timezone.localdate, widget=UnfoldAdminDateWidget)
    remark = LineField(
        label=_("Remark"), max_length=300, required=False, widget=UnfoldAdminTextInputWidget
    )


class HandedOverForm(StepForm):
    channel = forms.ChoiceField(
        label=_("How it was handed over"),
        choices=[("", _("each by its own route")), *PAPER_CHANNELS],
        required=False,
        widget=UnfoldAdminSelectWidget,
    )
    reference = LineField(
        label=capfirst(_("dispatch reference")),
        max_length=60,
        required=False,
        help_text=_("Number of the pouch, of the registered letter or of the receipt book."),
        widget=UnfoldAdminTextInputWidget,
    )


class TakeBackForm(ReasonForm):
    """A reason, and for each original the step that the page showed as its last one.

    All stand in one field, as pairs of key and step; the form returns them as a dictionary.
    """

    steps = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_steps(self) -> dict[int, str]:
        pairs = re.findall(r"([0-9]{1,18}):([a-z_]{1,12})", self.cleaned_data["steps"])
        return {int(pk): step for pk, step in pairs}


def last_steps(originals: "QuerySet[SignedOriginal]") -> dict[str, str]:
    """Return what the form begins with: the last step of each original."""
    steps = OriginalStep.objects.standing().filter(letter__in=originals.values("pk"))
    last = dict(steps.order_by("pk").values_list("letter", "step"))
    return {"steps": " ".join(f"{pk}:{step}" for pk, step in last.items())}


class ReceiptScanForm(WholeRowForm):
    new_scan = forms.FileField(
        label=_("Scan of the receipt"),
        required=False,
        help_text=_(
            "PDF, PNG, JPEG or TIFF, at most 20 MB. A new scan takes the earlier one’s place."
        ),
        widget=UnfoldAdminFileFieldWidget,
    )

    class Meta:
        model = SignedOriginal
        fields: list[str] = []

    def clean_new_scan(self) -> UploadedFile | None:
        return checked_upload(
            self.cleaned_data["new_scan"],
            SCAN_LIMIT,
            SCAN_KINDS,
            _("A scan may have 20 MB at most."),
            _("A scan is a PDF, PNG, JPEG or TIFF file."),
        )
