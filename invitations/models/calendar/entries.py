"""What an office was sent for its calendar: a row for each event of each letter."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from invitations.models.calendar.hours import SessionHours
from invitations.models.invitation import Invitation
from invitations.models.letter import Letter
from invitations.text.dates import labelled


class CalendarEntryQuerySet(models.QuerySet["CalendarEntry"]):
    def with_letters(self) -> Self:
        """All entries in the order of their letters, which say in which language and whether."""
        words = ("letter__mail", "letter__paper", "letter__composed_with")
        return self.select_related("letter", "session").defer(*words).order_by("pk")


class CalendarEntry(models.Model):
    """An event as one letter had it; without a session, it is the days of the Track.

    What an office was told last is its latest entry of a letter in force: a letter that was called
    back has told nothing.
    """

    invitation = models.ForeignKey(
        Invitation, models.PROTECT, related_name="calendar_entries", verbose_name=_("invitation")
    )
    session = models.ForeignKey(
        SessionHours, models.PROTECT, null=True, blank=True, related_name="entries",
        verbose_name=_("high-level session"),
    )  # fmt: skip
    letter = models.ForeignKey(
        Letter, models.PROTECT, related_name="calendar_entries", verbose_name=_("letter")
    )
    sequence = models.PositiveIntegerField(_("sequence"))
    # Empty where it is not known: then it said what would be said today.
    said = models.CharField(_("SHA-256 of what it said"), max_length=64, blank=True)
    is_cancelled = models.BooleanField(_("cancelled"), default=False)

    objects = CalendarEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("calendar entry")
        verbose_name_plural = _("calendar entries")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_entry_per_letter_and_session", fields=["letter", "session"]
            ),
            models.UniqueConstraint(
                name="one_entry_per_letter_for_the_days",
                fields=["letter"],
                condition=Q(session=None),
            ),
        ]

    def __str__(self) -> str:
        return labelled(self.invitation, self.event)

    @property
    def event(self) -> str:
        own = self.invitation.edition.track_name
        return str(self.session or own or _("days of the High-Level Track"))
