"""The hours of sessions, as two people approved them last."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from invitations.models.edition import ForumEdition
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
