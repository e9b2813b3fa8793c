"""Days on which an edition sends no reminder, beside weekends and holidays."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from invitations.models.edition import ForumEdition
from invitations.text.dates import active_language, format_range


class QuietPeriod(models.Model):
    edition = models.ForeignKey(
        ForumEdition, models.CASCADE, related_name="quiet_periods", verbose_name=_("edition")
    )
    first_on = models.DateField(_("first day"))
    last_on = models.DateField(_("last day"))

    class Meta:
        verbose_name = _("quiet period")
        verbose_name_plural = _("quiet periods")
        ordering = ["first_on"]
        constraints = [
            models.CheckConstraint(
                name="quiet_period_ends_after_it_starts",
                condition=Q(first_on__lte=F("last_on")),
                violation_error_message=_("A quiet period ends after it starts."),
            )
        ]

    def __str__(self) -> str:
        return format_range(self.first_on, self.last_on, active_language())
