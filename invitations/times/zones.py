"""Time zones, and how they are named."""

import re
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


def validate_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(_("%(name)s is not a time zone."), params={"name": name})


def validate_zone_name(name: str) -> None:
    """Refuse an Arabic name that begins with the preposition which letters put before it."""
    if re.match("ب(ال)?توقيت", name):
        raise ValidationError(
            _("Letters put the first letter before %(name)s themselves: write it without."),
            params={"name": name},
        )
