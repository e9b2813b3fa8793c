"""Forms of the secretariat and the public: shape is checked here, meaning by the verbs."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminEmailInputWidget,
    UnfoldAdminExpandableTextareaWidget,
    UnfoldAdminFileFieldWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSplitDateTimeWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from invitations.models import (
    Answer,
    CallListEntry,
    Circular,
    Correspondence,
    Delivery,
    ForumEdition,
    Invitation,
    Language,
    MemberState,
    Rank,
    Reply,
    Segment,
)
from invitations.replies import WORDS
from invitations.uploads import beginning

SCAN_LIMIT = 20 * 1024 * 1024
LETTER_LIMIT = 10 * 1024 * 1024


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


PAPER_CHANNELS = [choice for choice in Delivery.Channel.choices if choice[0] != "email"]


class DispatchedForm(forms.Form):
    channel = forms.ChoiceField(
        label=_("How it left"),
        choices=PAPER_CHANNELS,
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


class AnotherAddressForm(forms.Form):
    email = forms.EmailField(
        label=_("Another address"),
        max_length=320,
        help_text=_("The same letter goes there as it is, with the addresses that stand in it."),
        widget=UnfoldAdminEmailInputWidget,
    )


class LetterDispatchedForm(DispatchedForm):
    """Letters of different States leave by different ways: as routed, unless it is said here."""

    channel = forms.ChoiceField(
        label=_("How it left"),
        choices=[("", _("each by its own route")), *PAPER_CHANNELS],
        required=False,
        widget=UnfoldAdminSelectWidget,
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
    substitute_rank = of_reply("substitute_rank", UnfoldAdminSelectWidget)
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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The machine may file mail of which nobody knows whose it is; a person knows.
        self.fields["invitation"].required = True
        self.fields["invitation"].help_text = ""

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
        said = [name for name in WORDS if cleaned.get(name)]
        if said and not cleaned.get("answer") and "answer" not in self.errors:
            raise ValidationError(_("Choose the answer, or leave all fields of the reply empty."))
        if cleaned.get("answer") == Answer.REPRESENTED and not cleaned.get("substitute_name"):
            self.add_error("substitute_name", _("Please name the substitute."))
        return cleaned

    @property
    def reply_words(self) -> dict[str, Any] | None:
        if not self.cleaned_data["answer"]:
            return None
        return {name: self.cleaned_data[name] for name in WORDS}


def scan_kind(scan: UploadedFile) -> str:
    """The suffix that the file's content deserves; empty for what is no scan."""
    scan.seek(0)
    head = scan.read(8)
    scan.seek(0)
    return beginning(head)


class TypedField(forms.CharField):
    """Takes whatever was typed; only the look-up says whether it is right."""

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
    """One letter: by the code printed on it, or by its file."""

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
        letter: UploadedFile | None = self.cleaned_data["letter"]
        if letter is None:
            return None
        if (letter.size or 0) > LETTER_LIMIT:
            raise ValidationError(_("The file may have 10 MB at most."))
        if scan_kind(letter) != "pdf":
            raise ValidationError(_("This file is not a PDF, or it is damaged."))
        return letter

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if not self.errors and bool(given.get("code")) == bool(given.get("letter")):
            self.add_error("code", _("Please type the code or choose a file, one of the two."))
        return given


ORIGINAL_LIMIT = 10 * 1024 * 1024
ORIGINAL_KINDS = ("pdf", "jpg", "png")


class HourAsTypedField(forms.SplitDateTimeField):
    """Date and hour without a zone: the form knows in which zone they are meant."""

    def compress(self, data_list: tuple[dt.date, dt.time] | None) -> dt.datetime | None:
        with timezone.override(dt.UTC):
            at: dt.datetime | None = super().compress(data_list)
        return at and at.replace(tzinfo=None)


class OneOfSeveralField(forms.MultipleChoiceField):
    """Boxes to tick, of which none ticked means all."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", _("Where none is ticked: all."))
        super().__init__(required=False, widget=UnfoldAdminCheckboxSelectMultipleWidget, **kwargs)


def regions_known() -> list[tuple[str, str]]:
    regions = MemberState.objects.exclude(region="").order_by("region")
    return [(region, region) for region in regions.values_list("region", flat=True).distinct()]


def ranks_known() -> list[tuple[str, str]]:
    return [(rank.code, str(rank)) for rank in Rank.objects.all()]


class CircularForm(WholeRowForm):
    """A circular; its hour is typed and shown in the zone of its edition."""

    regions = OneOfSeveralField(label=_("Regions"), choices=regions_known)
    languages = OneOfSeveralField(label=_("Languages"), choices=Language.choices)
    ranks = OneOfSeveralField(label=_("Ranks"), choices=ranks_known)
    planned_at = HourAsTypedField(
        label=_("Planned hour"), required=False, widget=UnfoldAdminSplitDateTimeWidget
    )
    new_scan = forms.FileField(
        label=_("Scan of the original"),
        required=False,
        help_text=_("PDF, JPEG or PNG, at most 10 MB. A new scan takes the earlier one’s place."),
        widget=UnfoldAdminFileFieldWidget,
    )

    class Meta:
        model = Circular
        fields = ["regions", "languages", "ranks", "planned_at"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if zone := self._zone():
            at = self.instance.planned_at
            self.initial["planned_at"] = at and at.astimezone(zone).replace(tzinfo=None)
        if "planned_at" in self.fields:
            self.fields["planned_at"].help_text = hour_help(zone)

    def _zone(self) -> ZoneInfo | None:
        return self.instance.edition.zone if self.instance.edition_id else None

    def clean_original_signed_on(self) -> dt.date | None:
        signed_on: dt.date | None = self.cleaned_data["original_signed_on"]
        if signed_on and signed_on > timezone.localdate(timezone=self._zone()):
            raise ValidationError(_("The original cannot have been signed in the future."))
        return signed_on

    def clean_new_scan(self) -> UploadedFile | None:
        scan: UploadedFile | None = self.cleaned_data["new_scan"]
        if not scan:
            return None
        if (scan.size or 0) > ORIGINAL_LIMIT:
            raise ValidationError(_("The scan may have 10 MB at most."))
        if scan_kind(scan) not in ORIGINAL_KINDS:
            raise ValidationError(_("The scan is a PDF, JPEG or PNG file."))
        return scan

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        edition = cleaned.get("edition")
        zone = edition.zone if edition else self._zone()
        if cleaned.get("planned_at") and zone:
            self._clean_hour(cleaned, zone)
        for name, other in (SIGNED, SIGNED[::-1]):
            if cleaned.get(other) and name in cleaned and not cleaned[name]:
                self.add_error(name, _("Record both: who signed the original, and when."))
        return cleaned

    def _clean_hour(self, cleaned: dict[str, Any], zone: ZoneInfo) -> None:
        typed = cleaned["planned_at"]
        cleaned["planned_at"] = typed.replace(tzinfo=zone)
        if cleaned["planned_at"].astimezone(dt.UTC).astimezone(zone).replace(tzinfo=None) != typed:
            self.add_error(
                "planned_at",
                _("The clocks of %(zone)s skip this hour.") % {"zone": zone.key},
            )


SIGNED = ("original_signed_by", "original_signed_on")


def hour_help(zone: ZoneInfo | None) -> str:
    if zone is None:
        return str(_("In the time zone of the edition. Letters leave no earlier."))
    now = timezone.localtime(timezone=zone)
    return _("In the time zone %(zone)s, where it is now %(now)s. Letters leave no earlier.") % {
        "zone": zone.key,
        "now": f"{now:%Y-%m-%d %H:%M}",
    }
