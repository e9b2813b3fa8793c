"""The reminder steps of an edition: on which day which office is reminded of what."""

import datetime as dt

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from invitations.models.approval import ApprovedByTwo, ApprovedByTwoQuerySet
from invitations.models.edition import ForumEdition
from invitations.models.next_steps import NextStep, asked_before
from invitations.text.dates import comma_list, labelled
from invitations.times.calendars import moved_to_working_day


# mypy with its cache loses a manager made from the QuerySet of another module.
class ReminderStepQuerySet(ApprovedByTwoQuerySet):
    pass


class ReminderStep(ApprovedByTwo):
    class Audience(models.TextChoices):
        OFFICE = "office", _("office, mission in copy")
        MISSION = "mission", _("mission and focal point, or the office where there is neither")
        FOCAL_POINT = "focal", _("focal point, or the mission where there is none")

    class Medium(models.TextChoices):
        MAIL = "mail", _("mail")
        CALL = "call", _("call list")

    edition = models.ForeignKey(
        ForumEdition, models.CASCADE, related_name="reminder_steps", verbose_name=_("edition")
    )
    asks_for = models.CharField(
        _("asks for"),
        max_length=10,
        choices=[("", _("the reply")), *NextStep.choices],
        blank=True,
        default="",
        help_text=_(
            "The reply is asked of silent offices; the rest of those that said yes, until the"
            " High-Level Track opens."
        ),
    )
    days_before = models.PositiveSmallIntegerField(_("days before the last day"))
    hour = models.PositiveSmallIntegerField(
        _("hour of the day"),
        default=9,
        validators=[MaxValueValidator(23)],
        help_text=_("In the State’s time zone where one is set, else the edition’s."),
    )
    medium = models.CharField(_("medium"), max_length=10, choices=Medium, default=Medium.MAIL)
    audience = models.CharField(
        _("audience"), max_length=10, choices=Audience, default=Audience.OFFICE
    )
    variant = models.CharField(
        _("text"), max_length=20, blank=True, help_text=_("Variant of the reminder’s template.")
    )

    objects = ReminderStepQuerySet.as_manager()

    class Meta(ApprovedByTwo.Meta):
        verbose_name = _("reminder step")
        verbose_name_plural = _("reminder steps")
        ordering = ["edition", "asks_for", "-days_before"]
        constraints = [
            *ApprovedByTwo.Meta.constraints,
            models.UniqueConstraint(
                name="one_step_per_day", fields=["edition", "asks_for", "days_before"]
            ),
            models.CheckConstraint(
                name="next_step_is_asked_of_no_minister",
                condition=Q(asks_for="") & ~Q(audience="focal") & ~Q(variant__in=NextStep.values)
                | Q(audience="focal", medium="mail", variant=F("asks_for")) & ~Q(asks_for=""),
                violation_error_message=_(
                    "What is asked after a yes goes by mail, with its own text, to the focal point"
                    " or the mission, and only that does."
                ),
            ),
        ]

    def __str__(self) -> str:
        asked = self.get_asks_for_display() if self.asks_for else ""
        return labelled(
            self.edition, comma_list([self.days_in_words, self.get_medium_display(), asked])
        )

    @property
    def days_in_words(self) -> str:
        """How many days before which day it leaves: the last one to reply, or the Track's eve."""
        if self.asks_for:
            return self.days_before_the_track
        days = ngettext(
            "%(days)s day before the last day",
            "%(days)s days before the last day",
            self.days_before,
        )
        return days % {"days": self.days_before}

    @property
    def days_before_the_track(self) -> str:
        """The same of a step after a yes; a name of the edition's own is set off as it stands."""
        track = self.edition.track_name
        days = (
            ngettext(
                "%(days)s day before the eve of “%(track)s”",
                "%(days)s days before the eve of “%(track)s”",
                self.days_before,
            )
            if track
            else ngettext(
                "%(days)s day before the eve of the High-Level Track",
                "%(days)s days before the eve of the High-Level Track",
                self.days_before,
            )
        )
        return days % {"days": self.days_before, "track": track}

    @property
    def place_in_day(self) -> tuple[int, int]:
        """Where it stands among the steps of a day: by its hour, then as offices do things."""
        return self.hour, ["", *NextStep.values].index(self.asks_for)

    @property
    def last_day(self) -> dt.date:
        """The last day on which an office can still do in time what is asked."""
        return asked_before(self.edition, self.asks_for) - dt.timedelta(days=1)

    @property
    def planned_on(self) -> dt.date:
        """The day ``days_before`` the last day, quiet or not."""
        return self.last_day - dt.timedelta(days=self.days_before)

    @property
    def due_on(self) -> dt.date | None:
        """The day it leaves by the edition's calendar, never a quiet day; None if there is none."""
        edition = self.edition
        return moved_to_working_day(
            self.planned_on, edition.is_quiet, lambda day: day <= self.last_day
        )
