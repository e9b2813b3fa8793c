"""The kinds of letters, and what each of them is, in one table."""

from collections.abc import Mapping
from dataclasses import dataclass

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


@dataclass(frozen=True, kw_only=True)
class Traits:
    """What the letters of one kind have in common.

    ``automatic`` letters leave by mail only, with a text that two people approved. All others are
    printed too, and each is approved by itself. Those of a ``circular`` go to ministers.

    Reminders and acknowledgements follow the last letter that ``invites``; one that ``refers``
    names the letter before it. ``before_last_day`` is what leaves no more once replies are closed,
    and what ``acknowledges`` says back what an office sent, once. Whom a circular ``by_choice``
    addresses is chosen one by one. A low ``priority`` is composed and leaves first.
    """

    automatic: bool = False
    circular: bool = False
    invites: bool = False
    refers: bool = False
    before_last_day: bool = False
    acknowledges: bool = False
    by_choice: bool = False
    priority: int = 5

    @property
    def printed(self) -> bool:
        return not self.automatic


KINDS: Mapping[str, Traits] = {
    LetterKind.INVITATION: Traits(circular=True, invites=True, before_last_day=True),
    LetterKind.NOTE: Traits(),
    LetterKind.NOTICE: Traits(circular=True, refers=True, before_last_day=True, priority=2),
    LetterKind.CORRIGENDUM: Traits(circular=True, refers=True),
    LetterKind.REPLACEMENT: Traits(circular=True, invites=True, refers=True, by_choice=True),
    LetterKind.THANKS: Traits(circular=True, by_choice=True),
    LetterKind.REMINDER: Traits(automatic=True, before_last_day=True, priority=4),
    LetterKind.ACKNOWLEDGEMENT: Traits(
        automatic=True, before_last_day=True, acknowledges=True, priority=1
    ),
    LetterKind.CALENDAR: Traits(automatic=True, priority=3),
    LetterKind.RECEIPT: Traits(automatic=True, acknowledges=True, priority=1),
}

# For queries; whoever has a letter asks its ``traits``.
AUTOMATIC_KINDS = [name for name, traits in KINDS.items() if traits.automatic]
CIRCULAR_KINDS = [name for name, traits in KINDS.items() if traits.circular]
INVITING_KINDS = [name for name, traits in KINDS.items() if traits.invites]
REFERRING_KINDS = [name for name, traits in KINDS.items() if traits.refers]
ACKNOWLEDGING_KINDS = [name for name, traits in KINDS.items() if traits.acknowledges]
