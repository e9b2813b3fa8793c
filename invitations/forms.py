"""The forms of the secretariat: their shape is checked here, their meaning by the verbs."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminEmailInputWidget,
    UnfoldAdminExpandableTextareaWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSplitDateTimeWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from invitations.models import (
    Answer,
    CallListEntry,
    Correspondence,
    Delivery,
    ForumEdition,
    Invitation,
    Reply,
    Segment,
)

SCAN_LIMIT = 20 * 1024 * 1024
# What the first bytes of a file say that it is.
SCAN_KINDS = {
    b"%PDF-": "pdf",
    b"\x89PNG\r\n\x1a\n": "png",
    b"\xff\xd8\xff": "jpg",
    b"II*\x00": "tiff",
    b"MM\x00*": "tiff",
}


class WholeRowForm(forms.ModelForm):
    """Checks the constraints of the whole row, also over fields that the page does not show.

    ``refusal`` is the sentence of a verb that refused to save the row.
    """

    refusal: ValidationError | None = None

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.refusal:
            raise ValidationError(self.refusal.messages)
        return cleaned

    def validate_unique(self) -> None:
        super().validate_unique()
        if self.errors:
            return
        try:
            self.instance.validate_constraints()
        except ValidationError as refusal:
            self.add_error(None, refusal.messages)


class EditionForm(WholeRowForm):
    answers_offered = forms.MultipleChoiceField(
        label=_("Answers offered"),
        choices=[choice for choice in Answer.choices if choice[0] != Answer.HOLDING],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )
    segments_offered = forms.MultipleChoiceField(
        label=_("Segments offered"),
        choices=Segment.choices,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )

    class Meta:
        model = ForumEdition
        fields = ["answers_offered", "segments_offered"]


class InvitationForm(WholeRowForm):
    def clean(self) -> dict[str, Any] | None:
        """A draft follows its minister to the minister's State."""
        cleaned = super().clean() or {}
        minister = cleaned.get("minister")
        if minister and self.instance.status == Invitation.Status.DRAFT:
            self.instance.member_state = minister.member_state
        return cleaned


class SureForm(forms.Form):
    """Asks nothing but whether."""


class ReasonForm(forms.Form):
    because = forms.CharField(
        label=_("Reason"),
        max_length=300,
        help_text=_("It is kept, and shown to whoever asks later."),
        widget=UnfoldAdminTextInputWidget,
    )


class DispatchedForm(forms.Form):
    channel = forms.ChoiceField(
        label=_("How it left"),
        choices=[choice for choice in Delivery.Channel.choices if choice[0] != "email"],
        widget=UnfoldAdminSelectWidget,
    )
    at = forms.SplitDateTimeField(
        label=_("When it left"), initial=timezone.now, widget=UnfoldAdminSplitDateTimeWidget
    )
    reference = forms.CharField(
        label=_("Reference"),
        max_length=60,
        required=False,
        help_text=_("Number of the pouch or of the registered letter."),
        widget=UnfoldAdminTextInputWidget,
    )


class SettleForm(forms.Form):
    """Which of two contradicting replies stands."""

    stands = forms.ChoiceField(
        label=_("Which reply stands"),
        choices=[
            ("contested", _("the contested reply, in place of the standing one")),
            ("standing", _("the standing reply; the contested one is set aside")),
        ],
        widget=UnfoldAdminRadioSelectWidget,
    )
    because = forms.CharField(label=_("Reason"), max_length=300, widget=UnfoldAdminTextInputWidget)


class CallNoteForm(forms.ModelForm):
    class Meta:
        model = CallListEntry
        fields = ["note"]
        widgets = {"note": UnfoldAdminExpandableTextareaWidget({"class": "lg:min-w-56"})}


def of_reply(name: str, widget: type[forms.Widget]) -> forms.Field:
    """The field as the reply itself has it."""
    return forms.fields_for_model(Reply, [name], widgets={name: widget})[name]


class PaperReplyForm(WholeRowForm):
    """What came in on paper or by telephone, and the reply it brought, if it brought one."""

    answer = forms.ChoiceField(
        label=_("Answer"),
        required=False,
        choices=[("", _("none: it is only put on file")), *Answer.choices],
        widget=UnfoldAdminSelectWidget,
    )
    substitute_name = of_reply("substitute_name", UnfoldAdminTextInputWidget)
    substitute_function = of_reply("substitute_function", UnfoldAdminTextInputWidget)
    segments = forms.MultipleChoiceField(
        label=_("Segments to be attended"),
        choices=Segment.choices,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )
    partnership_interest = of_reply("partnership_interest", UnfoldBooleanSwitchWidget)
    respondent_name = of_reply("respondent_name", UnfoldAdminTextInputWidget)
    respondent_function = of_reply("respondent_function", UnfoldAdminTextInputWidget)
    respondent_email = of_reply("respondent_email", UnfoldAdminEmailInputWidget)
    respondent_phone = of_reply("respondent_phone", UnfoldAdminTextInputWidget)
    remarks = of_reply("remarks", UnfoldAdminExpandableTextareaWidget)

    REPLY_WORDS = (
        "answer",
        "substitute_name",
        "substitute_function",
        "segments",
        "partnership_interest",
        "respondent_name",
        "respondent_function",
        "respondent_email",
        "respondent_phone",
        "remarks",
    )

    class Meta:
        model = Correspondence
        fields = [
            "invitation",
            "channel",
            "received_at",
            "reference",
            "sender",
            "summary",
            "scan",
        ]
        widgets = {"summary": UnfoldAdminExpandableTextareaWidget}

    def clean_received_at(self) -> Any:
        received_at = self.cleaned_data["received_at"]
        if received_at > timezone.now():
            raise ValidationError(_("What came in cannot have come in the future."))
        return received_at

    def clean_scan(self) -> UploadedFile | None:
        scan: UploadedFile | None = self.cleaned_data["scan"]
        if not scan:
            return None
        if (scan.size or 0) > SCAN_LIMIT:
            raise ValidationError(_("A scan may have 20 MB at most."))
        if not scan_kind(scan):
            raise ValidationError(_("A scan is a PDF, PNG, JPEG or TIFF file."))
        return scan

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        said = [name for name in self.REPLY_WORDS if cleaned.get(name)]
        if said and not cleaned.get("answer") and "answer" not in self.errors:
            raise ValidationError(_("Choose the answer, or leave all fields of the reply empty."))
        if cleaned.get("answer") == Answer.REPRESENTED and not cleaned.get("substitute_name"):
            self.add_error("substitute_name", _("Please name the substitute."))
        return cleaned

    @property
    def reply_words(self) -> dict[str, Any] | None:
        if not self.cleaned_data["answer"]:
            return None
        return {name: self.cleaned_data[name] for name in self.REPLY_WORDS}


def scan_kind(scan: UploadedFile) -> str:
    """The suffix that the file's content deserves; empty for what is no scan."""
    scan.seek(0)
    head = scan.read(8)
    scan.seek(0)
    return next((kind for magic, kind in SCAN_KINDS.items() if head.startswith(magic)), "")
