"""Fields for words and addresses: each tidies what was typed, or refuses it in a sentence."""

import datetime as dt
from collections.abc import Callable
from typing import Any, cast

from django import forms
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSplitDateTimeWidget, UnfoldAdminTextInputWidget

from invitations.text.addresses import address_lines, one_address
from invitations.text.lines import refuse_spoilt, refuse_spoilt_line, tidy_line, tidy_text

OF_GENEVA = "Europe/Zurich"
AS_DAYS_ARE_WRITTEN = gettext_lazy("Write the year first, then month and day: 2027-10-01.")


def is_far_too_long(field: forms.CharField, typed: str) -> bool:
    """Whether the typed text is refused for its length anyway, and need not be looked through.

    Some signs may go when it is tidied, and no form sends more of them than of the others.
    """
    return field.max_length is not None and len(typed) > 2 * field.max_length + 1000


class LineField(forms.CharField):
    """One line of words."""

    tidy: Callable[[str], str] = staticmethod(tidy_line)
    refuse: Callable[[str], None] = staticmethod(refuse_spoilt_line)

    def to_python(self, value: Any) -> Any:
        typed = super().to_python(value) or ""
        if is_far_too_long(self, typed):
            return typed
        words = self.tidy(typed)
        self.refuse(words)
        return words or self.empty_value


class TextField(LineField):
    """Several lines of words."""

    tidy = staticmethod(tidy_text)
    refuse = staticmethod(refuse_spoilt)


class LinkField(forms.URLField):
    def to_python(self, value: Any) -> Any:
        typed = value or ""
        return super().to_python(typed if is_far_too_long(self, typed) else tidy_line(typed))


class AddressField(forms.EmailField):
    """One e-mail address, also as it stands in a mail program, with a name before it."""

    default_validators = []

    def to_python(self, value: Any) -> Any:
        return one_address(super().to_python(value) or "")


class AddressesField(forms.CharField):
    """Several addresses, kept one to a line."""

    def to_python(self, value: Any) -> Any:
        return address_lines(super().to_python(value) or "")


class DayField(forms.DateField):
    """A day; where it is not understood, how days are written stands beside it."""

    default_error_messages = {"invalid": AS_DAYS_ARE_WRITTEN}


class DeskHourWidget(UnfoldAdminSplitDateTimeWidget):
    """A date and hour on the clock of the desk, which stands beside them."""

    template_name = "admin/desk_hour.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        return super().get_context(name, value, attrs) | {"clock": clock_of_the_desk()}


def clock_of_the_desk() -> str:
    """Return what the desk's time is called: that of Geneva, or else its zone."""
    zone = timezone.get_default_timezone_name()
    return _("Geneva time") if zone == OF_GENEVA else zone


class HourOfEditionWidget(DeskHourWidget):
    """A date and hour on the clock of an edition; while none is chosen, the page says whose."""

    edition: Any = None

    @property
    def zone(self) -> dt.tzinfo | None:
        return self.edition.zone if self.edition else None

    @property
    def clock(self) -> str:
        if self.edition is None:
            return _("By the clock of the edition.")
        return str(self.edition.time_zone_name or self.edition.time_zone)

    def decompress(self, value: Any) -> list[Any]:
        with timezone.override(self.zone):
            return cast("list[Any]", super().decompress(value))

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        return super().get_context(name, value, attrs) | {"clock": self.clock}


class HourOfEditionField(forms.SplitDateTimeField):
    """An instant, typed and shown by the clock of its edition, which the form sets.

    An hour that this clock skips, or strikes twice, is refused.
    """

    widget = HourOfEditionWidget
    default_error_messages = {
        **forms.SplitDateTimeField.default_error_messages,
        "invalid_date": AS_DAYS_ARE_WRITTEN,
    }

    def by_the_clock_of(self, edition: Any) -> None:
        cast("HourOfEditionWidget", self.widget).edition = edition

    def compress(self, data_list: Any) -> dt.datetime | None:
        with timezone.override(self.zone):
            return cast("dt.datetime | None", super().compress(data_list))

    @property
    def zone(self) -> dt.tzinfo | None:
        return cast("HourOfEditionWidget", self.widget).zone


# The form fields that the admin's pages make of a model's columns.
COLUMN_FORM_FIELDS: dict[type[models.Field], dict[str, Any]] = {
    models.CharField: {"form_class": LineField},
    models.TextField: {"form_class": TextField},
    models.EmailField: {"form_class": AddressField},
    models.URLField: {"form_class": LinkField, "assume_scheme": "https"},
    models.DateField: {"form_class": DayField},
    models.DateTimeField: {"form_class": forms.SplitDateTimeField, "widget": DeskHourWidget},
    models.SlugField: {"form_class": forms.SlugField, "widget": UnfoldAdminTextInputWidget},
}
