"""Many scans at once: how and when they came, and the files."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget

from invitations.forms.correspondence import SCAN_KINDS, SCAN_LIMIT
from invitations.forms.fields import DeskHourWidget
from invitations.forms.uploads import checked_upload, scan_kind
from invitations.models import Channel
from invitations.times.clocks import by_this_clock

MOST_AT_ONCE = 60
ACCEPTED = ".pdf,.png,.jpg,.jpeg,.tif,.tiff"
PAPER = [one for one in Channel.choices if one[0] not in (Channel.ONLINE, Channel.TELEPHONE)]


class ScansInput(forms.FileInput):
    """The browser's own field for files: they may be chosen, or dropped onto it."""

    allow_multiple_selected = True


class ScansField(forms.FileField):
    """Many files; what each is worth is said of each alone."""

    widget = ScansInput

    def clean(self, data: Any, initial: Any = None) -> Any:
        files = (data if isinstance(data, list | tuple) else [data]) or [None]
        for file in files:
            super().clean(file, initial)
        if len(files) > MOST_AT_ONCE:
            raise ValidationError(
                _("At most %(most)s scans can be dropped at once.") % {"most": MOST_AT_ONCE}
            )
        return files


class DroppedScansForm(forms.Form):
    channel = forms.ChoiceField(
        label=capfirst(gettext_lazy("channel")),
        choices=PAPER,
        initial=Channel.FAX,
        widget=UnfoldAdminSelectWidget,
    )
    received_at = forms.SplitDateTimeField(
        label=capfirst(gettext_lazy("received at")),
        initial=timezone.now,
        help_text=gettext_lazy("When the organization got it."),
        widget=DeskHourWidget,
    )
    scans = ScansField(
        label=gettext_lazy("Scans"),
        allow_empty_file=True,
        help_text=gettext_lazy(
            "Drop them here, or choose them: PDF, PNG, JPEG or TIFF, each with at most 20 MB, "
            "together with at most 120 MB."
        ),
        widget=ScansInput(attrs={"accept": ACCEPTED, "class": "drop-here"}),
    )

    def clean_received_at(self) -> Any:
        now = timezone.now()
        received_at = by_this_clock(self.cleaned_data["received_at"], now)
        if received_at > now:
            raise ValidationError(_("What came in cannot have come in the future."))
        return received_at


def kind_or_refusal(file: UploadedFile) -> tuple[str, str]:
    """Return the kind of the scan by its content, or why it is not taken."""
    try:
        checked_upload(
            file,
            SCAN_LIMIT,
            SCAN_KINDS,
            _("A scan may have 20 MB at most."),
            _("A scan is a PDF, PNG, JPEG or TIFF file."),
        )
    except ValidationError as refusal:
        return "", refusal.messages[0]
    return scan_kind(file), ""
