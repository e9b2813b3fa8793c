"""What is asked for a new edition that is begun from an earlier one."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminTextInputWidget,
)

from delegations.editions import QuietDays
from invitations.forms.fields import LineField
from invitations.forms.model_forms import WholeRowForm
from invitations.models import ForumEdition

DATES = ("opens_on", "closes_on", "track_opens_on", "track_closes_on", "reply_before")
TEXTS = ("name_en", "theme_en", "place_en", "city_en", "time_zone_name_en")
QUESTIONS = ["symbol", *TEXTS[:2], *DATES, *TEXTS[2:4], "time_zone", TEXTS[4]]


class DayInput(UnfoldAdminTextInputWidget):
    """The browser's own calendar, which knows no hour and no zone."""

    input_type = "date"

    def format_value(self, value: Any) -> str:
        return value.isoformat() if hasattr(value, "isoformat") else value or ""


class NewEditionForm(WholeRowForm):
    """A dozen questions; whatever they do not ask stays as it was in the earlier edition."""

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

    @property
    def asked(self) -> dict[str, Any]:
        """The columns of the edition that were asked, with what was answered."""
        return {name: self.cleaned_data[name] for name in QUESTIONS}

    @property
    def sections(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """The questions under their headings."""
        named = (
            (_("Name"), ("symbol", *TEXTS[:2])),
            (_("Dates"), (*DATES, "quiet_days")),
            (_("Place"), (*TEXTS[2:4], "time_zone", TEXTS[4])),
        )
        return [(title, [self[name] for name in names]) for title, names in named]


def proposed(source: ForumEdition) -> dict[str, Any]:
    """Return the answers to begin with: those of the earlier edition, a year later; no theme."""
    old = source.opens_on.year
    said = {name: getattr(source, name) for name in (*TEXTS, "time_zone", "symbol")}
    for name in ("symbol", "name_en"):
        said[name] = said[name].replace(str(old), str(old + 1))
    # A symbol without a year would be the same once more.
    new_symbol = said["symbol"] if said["symbol"] != source.symbol else ""
    return said | {"theme_en": "", "symbol": new_symbol}
