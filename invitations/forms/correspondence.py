"""A reply that came in on paper or by telephone."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminEmailInputWidget,
    UnfoldAdminExpandableTextareaWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from invitations.forms.fields import COLUMN_FORM_FIELDS
from invitations.forms.model_forms import BoxesField, WholeRowForm
from invitations.forms.segments import refuse_segments_of_another, segments_known
from invitations.forms.uploads import checked_upload
from invitations.models import (
    NAME_THE_SUBSTITUTE,
    Answer,
    Correspondence,
    Invitation,
    Reconfirmation,
    Reply,
)
from invitations.replies import REPLY_FIELDS
from invitations.times.clocks import by_this_clock

SCAN_LIMIT = 20 * 1024 * 1024
SCAN_KINDS = ("pdf", "png", "jpg", "tiff")


def of_column(column: models.Field, **named: Any) -> forms.Field | None:
    made = {} if column.choices else COLUMN_FORM_FIELDS.get(type(column), {})
    return column.formfield(**made, **named)


def of_reply(name: str, widget: type[forms.Widget]) -> forms.Field:
    made = forms.fields_for_model(
        Reply, [name], widgets={name: widget}, formfield_callback=of_column
    )
    return made[name]


LONG_BEFORE = dt.timedelta(days=180)
LOOK_AT_THE_YEAR = _(
    "That is more than half a year before the letter of invitation was dated: look at the year."
)


def came_long_before_the_letter(invitation: Invitation | None, at: dt.datetime | None) -> bool:
    """Whether the hour is that of another year: in January many type the one that has ended."""
    if invitation is None or at is None:
        return False
    letters = invitation.letters.inviting().order_by("circular__dated_on")
    dated_on = letters.values_list("circular__dated_on", flat=True).first()
    return bool(dated_on and invitation.edition.local_date(at) < dated_on - LONG_BEFORE)


# Among the answers: what came in brings no other one.
STILL_VALID = "still_valid"


def with_still_valid(choices: Iterable[Any]) -> list[Any]:
    """Return the choices, and apart from them, at the end, that the answer on file holds."""
    holds = (STILL_VALID, _("still valid: the answer on file holds for the dates now in force"))
    return [*choices, (_("Asked again since the dates moved"), [holds])]


NOT_OFFERED = _(
    "This edition does not offer that answer, and nothing is recorded yet. Did the office say so? "
    "Save once more: it is recorded as it was said, and you speak to the office. Else choose the "
    "nearest answer that is offered, and keep the office’s words under Remarks."
)


class PaperReplyForm(WholeRowForm):
    """A letter or call that came in, and the reply it brought, if it brought one.

    An answer that the edition does not offer is asked about once; the page then
    sends ``confirmed_answer`` along.
    """

    confirmed_answer = ""
    answer = forms.ChoiceField(
        label=_("Answer"),
        required=False,
        choices=[("", _("none: it is only put on file")), *Answer.choices],
        widget=UnfoldAdminSelectWidget,
    )
    substitute_name = of_reply("substitute_name", UnfoldAdminTextInputWidget)
    substitute_function = of_reply("substitute_function", UnfoldAdminTextInputWidget)
    substitute_rank = of_reply("substitute_rank", UnfoldAdminSelectWidget)
    segments = BoxesField(
        label=_("Segments to be attended"), choices=segments_known, required=False
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
        # Only the machine may file mail without an invitation: a person knows whose it is.
        self.fields["invitation"].required = True
        self.fields["invitation"].help_text = ""
        if Reconfirmation.objects.current().not_yet().exists():
            answer: Any = self.fields["answer"]
            answer.choices = with_still_valid(answer.choices)
        self.fields["respondent_email"].help_text = _(
            "The acknowledgement goes to the addresses on file. This one gets a copy only if it is "
            "a released address of the mission or the focal point."
        )

    def clean_received_at(self) -> Any:
        now = timezone.now()
        received_at = by_this_clock(self.cleaned_data["received_at"], now)
        if received_at > now:
            raise ValidationError(_("What came in cannot have come in the future."))
        return received_at

    def clean_segments(self) -> list[str]:
        chosen: list[str] = self.cleaned_data["segments"]
        if invitation := self.cleaned_data.get("invitation"):
            refuse_segments_of_another(invitation.edition, chosen)
        return chosen

    def clean_scan(self) -> UploadedFile | None:
        return checked_upload(
            self.cleaned_data["scan"],
            SCAN_LIMIT,
            SCAN_KINDS,
            _("A scan may have 20 MB at most."),
            _("A scan is a PDF, PNG, JPEG or TIFF file."),
        )

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        said = [name for name in REPLY_FIELDS if cleaned.get(name)]
        if self.is_still_valid and said != ["answer"]:
            raise ValidationError(
                _("An answer that holds stays as it is: leave all other fields of the reply empty.")
            )
        if said and not cleaned.get("answer") and "answer" not in self.errors:
            raise ValidationError(_("Choose the answer, or leave all fields of the reply empty."))
        names_nobody = not (cleaned.get("substitute_name") or "substitute_name" in self.errors)
        if cleaned.get("answer") == Answer.REPRESENTED and names_nobody:
            self.add_error("substitute_name", NAME_THE_SUBSTITUTE)
        self.ask_if_so_said(cleaned)
        if came_long_before_the_letter(cleaned.get("invitation"), cleaned.get("received_at")):
            self.add_error("received_at", LOOK_AT_THE_YEAR)
        return cleaned

    def ask_if_so_said(self, cleaned: dict[str, Any]) -> None:
        """Refuse once what the edition of the invitation does not offer."""
        invitation, answer = cleaned.get("invitation"), cleaned.get("answer")
        if not invitation or answer in (None, "", STILL_VALID, Answer.HOLDING):
            return
        if answer not in invitation.edition.answers_offered:
            self.confirmed_answer = answer
            if self.data.get("confirmed_answer") != answer:
                self.add_error("answer", NOT_OFFERED)

    @property
    def is_still_valid(self) -> bool:
        return self.cleaned_data.get("answer") == STILL_VALID

    @property
    def reply_words(self) -> dict[str, Any] | None:
        if not self.cleaned_data["answer"] or self.is_still_valid:
            return None
        return {name: self.cleaned_data[name] for name in REPLY_FIELDS}
