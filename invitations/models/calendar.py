"""What calendars are told: hours of sessions as approved, and what each office was sent of them."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from invitations.models.edition import ForumEdition
from invitations.models.invitation import Invitation
from invitations.models.letter import Letter
from invitations.text.dates import labelled
from invitations.text.segments import segment_called


class SessionHoursQuerySet(models.QuerySet["SessionHours"]):
    def taking_place(self) -> Self:
        """Sessions that take place: none that was called off."""
        return self.filter(is_called_off=False)


class SessionHours(models.Model):
    """What calendars say of a session: nobody writes it but the second approval of the session."""

    edition = models.ForeignKey(
        ForumEdition, models.PROTECT, related_name="session_hours", verbose_name=_("edition")
    )
    segment = models.CharField(_("segment"), max_length=20)
    title = models.CharField(_("title"), max_length=200)
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))
    room = models.CharField(_("room"), max_length=80, blank=True)
    is_called_off = models.BooleanField(_("called off"), default=False)
    sequence = models.PositiveIntegerField(
        _("sequence"), default=0, help_text=_("How often it was published otherwise.")
    )
    published_at = models.DateTimeField(_("published at"), default=timezone.now)

    objects = SessionHoursQuerySet.as_manager()

    class Meta:
        verbose_name = _("hours of a session")
        verbose_name_plural = _("hours of sessions")
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="published_hours_end_after_they_start",
                condition=Q(ends_at__gt=F("starts_at")),
            )
        ]

    def __str__(self) -> str:
        return str(self.title)

    @property
    def segment_name(self) -> str:
        return segment_called(self.segment, self.edition.own_segments)


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
