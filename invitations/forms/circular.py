"""A circular: whom it goes to, when it leaves, and its signed original."""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSplitDateTimeWidget,
)

from invitations.forms.model_forms import BoxesField, HeldRowForm, ranks_known
from invitations.forms.uploads import checked_upload
from invitations.models import (
    CIRCULAR_KINDS,
    Circular,
    Language,
    LetterTemplate,
    MemberState,
    Mission,
    Region,
)
from invitations.models.circular import permanent_missions
from invitations.models.templates import format_variant
from invitations.text.dates import format_day_and_hour

ORIGINAL_LIMIT = 10 * 1024 * 1024
ORIGINAL_KINDS = ("pdf", "jpg", "png")
SIGNED = ("original_signed_by", "original_signed_on")


class HourAsTypedField(forms.SplitDateTimeField):
    """A date and hour without a zone; the form knows which zone is meant."""

    def compress(self, data_list: tuple[dt.date, dt.time] | None) -> dt.datetime | None:
        with timezone.override(dt.UTC):
            at: dt.datetime | None = super().compress(data_list)
        return at and at.replace(tzinfo=None)


class OneOfSeveralField(BoxesField):
    """Boxes to tick, where none ticked means all."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", _("Where none is chosen: all."))
        super().__init__(required=False, **kwargs)


def regions_known() -> list[tuple[str, str]]:
    regions = MemberState.objects.exclude(region="").order_by("region")
    names = dict(Region.choices)
    return [
        (region, str(names.get(region, region)))
        for region in regions.values_list("region", flat=True).distinct()
    ]


def variants_known() -> list[tuple[str, str]]:
    """Return the variants of texts for circulars; the first is the usual text."""
    texts = LetterTemplate.objects.filter(kind__in=CIRCULAR_KINDS).exclude(variant="")
    named = texts.order_by("variant").values_list("variant", flat=True).distinct()
    return [("", str(_("the usual text"))), *((name, format_variant(name)) for name in named)]


class CircularForm(HeldRowForm):
    """A circular; its hour is typed and shown in the zone of its edition."""

    regions = OneOfSeveralField(label=_("Regions"), choices=regions_known)
    languages = OneOfSeveralField(label=_("Languages"), choices=Language.choices)
    ranks = OneOfSeveralField(label=_("Ranks"), choices=ranks_known)
    variant = forms.ChoiceField(
        label=_("Variant of the text"),
        required=False,
        choices=variants_known,
        help_text=_("Among the letter templates; one that its kind of letter has."),
        widget=UnfoldAdminSelectWidget,
    )
    note_kinds = BoxesField(
        label=_("Who gets notes verbales"),
        choices=Mission.Kind.choices,
        initial=permanent_missions,
        required=False,
    )
    planned_at = HourAsTypedField(
        label=_("Hour of sending"), required=False, widget=UnfoldAdminSplitDateTimeWidget
    )
    new_scan = forms.FileField(
        label=_("Scan of the original"),
        required=False,
        help_text=_("PDF, JPEG or PNG, at most 10 MB. A new scan takes the earlier one’s place."),
        widget=UnfoldAdminFileFieldWidget,
    )

    class Meta:
        model = Circular
        fields = ["regions", "languages", "ranks", "variant", "note_kinds", "planned_at"]

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
        return signed_by_now(self.cleaned_data["original_signed_on"], self._zone())

    def clean_new_scan(self) -> UploadedFile | None:
        return checked_upload(
            self.cleaned_data["new_scan"],
            ORIGINAL_LIMIT,
            ORIGINAL_KINDS,
            _("The scan may have 10 MB at most."),
            _("The scan is a PDF, JPEG or PNG file."),
        )

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        edition = cleaned.get("edition")
        zone = edition.zone if edition else self._zone()
        if cleaned.get("planned_at") and zone:
            self._clean_hour(cleaned, zone)
        self._clean_variant(cleaned)
        for name in lacking_of_signature(cleaned):
            self.add_error(name, ValidationError(RECORD_BOTH))
        return cleaned

    def _clean_variant(self, cleaned: dict[str, Any]) -> None:
        kind, variant = cleaned.get("kind", self.instance.kind), cleaned.get("variant")
        if variant and not LetterTemplate.objects.filter(kind=kind, variant=variant).exists():
            self.add_error("variant", _("Letters of this kind have no such text."))

    def _clean_hour(self, cleaned: dict[str, Any], zone: ZoneInfo) -> None:
        typed = cleaned["planned_at"]
        cleaned["planned_at"] = typed.replace(tzinfo=zone)
        if cleaned["planned_at"].astimezone(dt.UTC).astimezone(zone).replace(tzinfo=None) != typed:
            self.add_error(
                "planned_at",
                _("The clocks of %(zone)s skip this hour.") % {"zone": zone.key},
            )


RECORD_BOTH = _("Record both: who signed the original, and when.")


def signed_by_now(signed_on: dt.date | None, zone: ZoneInfo | None) -> dt.date | None:
    """Return the day on which the original was signed; refuse one that is still to come."""
    if signed_on and signed_on > timezone.localdate(timezone=zone):
        raise ValidationError(_("The original cannot have been signed in the future."))
    return signed_on


def lacking_of_signature(cleaned: Mapping[str, Any]) -> list[str]:
    """Return the field that is empty beside the other of who signed the original and when."""
    return [
        name
        for name, other in (SIGNED, SIGNED[::-1])
        if cleaned.get(other) and name in cleaned and not cleaned[name]
    ]


def hour_help(zone: ZoneInfo | None) -> str:
    if zone is None:
        return str(_("In the time zone of the edition. Letters leave no earlier."))
    now = timezone.localtime(timezone=zone)
    return _("In the time zone %(zone)s, where it is now %(now)s. Letters leave no earlier.") % {
        "zone": zone.key,
        "now": format_day_and_hour(now),
    }
