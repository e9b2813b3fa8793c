"""The words a letter template may leave open. A leaf: models and letters both read it."""

from string import Template

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

PLACEHOLDERS = {
    "salutation",
    "closing",
    "forum",
    "forum_dates",
    "place",
    "theme",
    "organizers",
    "background",
    "track_dates",
    "segments",
    "reply_before",
    "last_day",
    "reply_link",
    "partnership_link",
    "website",
    "contact_name",
    "contact_phone",
    "contact_fax",
    "contact_email",
    "reference",
    "dated_on",
    "minister",
    "portfolio",
    "member_state",
    "signatory",
    "signatory_title",
    "recorded",
    "received_at",
}


def validate_placeholders(text: str) -> None:
    """Refuse a placeholder outside the closed set, naming it and its line."""
    for number, line in enumerate(text.splitlines(), start=1):
        template = Template(line)
        if not template.is_valid():
            raise ValidationError(_("Line %(line)s: write a dollar sign as $$.") % {"line": number})
        if unknown := sorted(set(template.get_identifiers()) - PLACEHOLDERS):
            raise ValidationError(
                _("Line %(line)s: unknown placeholder $%(name)s.")
                % {"line": number, "name": ", $".join(unknown)}
            )
