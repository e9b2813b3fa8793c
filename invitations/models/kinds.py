"""The kinds of letters."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class LetterKind(models.TextChoices):
    INVITATION = "invitation", _("invitation")
    NOTE = "note", _("note verbale")
    NOTICE = "notice", _("notice of changed dates")
    CORRIGENDUM = "corrigendum", _("corrigendum")
    REPLACEMENT = "replacement", _("replacement")
    THANKS = "thanks", _("letter of thanks")
    REMINDER = "reminder", _("reminder")
    ACKNOWLEDGEMENT = "acknowledgement", _("acknowledgement")
    CALENDAR = "calendar", _("calendar")
    RECEIPT = "receipt", _("receipt")


# What stands of these, reminders and acknowledgements follow.
INVITING_KINDS = (LetterKind.INVITATION, LetterKind.REPLACEMENT)
# Automatic letters leave by mail only, with an approved text. The others are printed too, and each
# is approved by itself.
AUTOMATIC_KINDS = (
    LetterKind.REMINDER,
    LetterKind.ACKNOWLEDGEMENT,
    LetterKind.CALENDAR,
    LetterKind.RECEIPT,
)
PRINTED_KINDS = tuple(kind for kind in LetterKind if kind not in AUTOMATIC_KINDS)
