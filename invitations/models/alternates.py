"""Alternates: who stands in for an approver, from one day to another."""

import datetime as dt
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from invitations.text.dates import active_language, comma_list, format_range, labelled

# Not the alternate of a delegation, whom some languages call otherwise.
STAND_IN = pgettext_lazy("for an approver", "alternate")
# What an alternate may in an approver's place.
LENT = ("invitations.approve_letter", "invitations.release_heldchange")


class AlternateQuerySet(models.QuerySet["Alternate"]):
    def standing(self, day: dt.date) -> Self:
        """Return those whose days have come, for approvers who may still sign in."""
        return self.filter(from_on__lte=day, until_on__gte=day, approver__is_active=True)


class Alternate(models.Model):
    """A person who may approve and release in an approver's place during these days."""

    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="alternates",
        verbose_name=_("approver"),
    )  # fmt: skip
    alternate = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=STAND_IN
    )
    from_on = models.DateField(pgettext_lazy("the first day", "from"))
    until_on = models.DateField(_("until"), help_text=_("The last day."))

    objects = AlternateQuerySet.as_manager()

    class Meta:
        verbose_name = STAND_IN
        verbose_name_plural = _("alternates")
        ordering = ["-from_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="alternate_is_another_person",
                condition=~Q(approver=F("alternate")),
                violation_error_message=_("The alternate is another person than the approver."),
            ),
            models.CheckConstraint(
                name="alternate_ends_after_the_beginning",
                condition=Q(from_on__lte=F("until_on")),
                violation_error_message=_("The last day does not come before the first."),
            ),
        ]

    def __str__(self) -> str:
        days = format_range(self.from_on, self.until_on, active_language())
        return labelled(self.approver, comma_list([self.alternate, days]))
