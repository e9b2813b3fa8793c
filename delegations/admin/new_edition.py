"""What is asked for a new edition that is begun from an earlier one."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.widgets import (
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminTextInputWidget,
)

from delegations.new_edition import QuietDays
from invitations.forms.fields import LineField
from invitations.forms.model_forms import WholeRowForm
from invitations.models import ForumEdition
from invitations.text.dates import labelled

DATES = ("opens_on", "closes_on", "track_opens_on", "track_closes_on", "reply_before")
TEXTS = ("theme_en", "place_en", "city_en", "time_zone_name_en")
QUESTIONS = ["symbol", *DATES, *TEXTS, "time_zone"]
NAME_IT = _("The time zone is another one: name it as letters are to print it.")


class DayInput(UnfoldAdminTextInputWidget):
    """The browser's own calendar, which knows no hour and no zone."""

    input_type = "date"

    def format_value(self, value: Any) -> str:
        return value.isoformat() if hasattr(value, "isoformat") else value or ""


class NewEditionForm(WholeRowForm):
    """Ten questions, and its clock; whatever they do not ask stays as in the earlier edition.

    The year of the names is that of the dates. Sessions keep their hours by the clock of the place.
    """

    quiet_days = forms.ChoiceField(
        label=_("Quiet periods"),
        choices=QuietDays.choices,
        initial=QuietDays.SAME_DAYS,
        widget=UnfoldAdminRadioSelectWidget,
    )

    class Meta:
        model = ForumEdition
        fields = QUESTIONS
        field_classes = dict.fromkeys(TEXTS, LineField)
        widgets = {
            **dict.fromkeys(QUESTIONS, UnfoldAdminTextInputWidget),
            **dict.fromkeys(DATES, DayInput),
        }

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        is_another = "time_zone" in self.changed_data and "time_zone" in cleaned
        if is_another and "time_zone_name_en" not in self.changed_data:
            self.add_error("time_zone_name_en", NAME_IT)
        return cleaned

    @property
    def asked(self) -> dict[str, Any]:
        """The columns of the edition that were asked, with what was answered."""
        return {name: self.cleaned_data[name] for name in QUESTIONS}

    @property
    def sections(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """The questions under their headings."""
        named = (
            (pgettext_lazy("of a thing", "Name"), ("symbol", "theme_en")),
            (_("Dates"), (*DATES, "quiet_days")),
            (_("Place"), ("place_en", "city_en")),
        )
        return [(title, [self[name] for name in names]) for title, names in named]

    @property
    def clock(self) -> dict[str, Any]:
        """What is asked of it where it is held elsewhere: shown at once if something is wrong."""
        fields = [self["time_zone"], self["time_zone_name_en"]]
        return {
            "named": labelled(fields[0].label, fields[0].value()),
            "fields": fields,
            "is_open": any(field.errors for field in fields),
        }


def proposed_edition(source: ForumEdition) -> dict[str, Any]:
    """Return the answers to begin with: those of the earlier edition, a year later; no theme."""
    old = source.opens_on.year
    said = {name: getattr(source, name) for name in (*TEXTS, "time_zone")}
    symbol = source.symbol.replace(str(old), str(old + 1))
    # A symbol without a year would be the same once more.
    return said | {"theme_en": "", "symbol": symbol if symbol != source.symbol else ""}
