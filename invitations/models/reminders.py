"""The reminder steps of an edition, telephone calls, and the offices to call by the last step."""

import datetime as dt
from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from invitations.models.approval import ApprovedByTwo, ApprovedByTwoQuerySet
from invitations.models.edition import ForumEdition
from invitations.models.invitation import Invitation
from invitations.models.reasons import ReasonField
from invitations.text.dates import comma_list, labelled
from invitations.times.calendars import moved_to_working_day


# mypy with its cache loses a manager made from the QuerySet of another module.
class ReminderStepQuerySet(ApprovedByTwoQuerySet):
    pass


class ReminderStep(ApprovedByTwo):
    class Audience(models.TextChoices):
        OFFICE = "office", _("office, mission in copy")
        MISSION = "mission", _("mission and focal point, or the office where there is neither")

    class Medium(models.TextChoices):
        MAIL = "mail", _("mail")
        CALL = "call", _("call list")

    edition = models.ForeignKey(
        ForumEdition, models.CASCADE, related_name="reminder_steps", verbose_name=_("edition")
    )
    days_before = models.PositiveSmallIntegerField(_("days before the last day"))
    hour = models.PositiveSmallIntegerField(
        _("hour of the day"),
        default=9,
        validators=[MaxValueValidator(23)],
        help_text=_("In the State's time zone where one is set, else the edition's."),
    )
    medium = models.CharField(_("medium"), max_length=10, choices=Medium, default=Medium.MAIL)
    audience = models.CharField(
        _("audience"), max_length=10, choices=Audience, default=Audience.OFFICE
    )
    variant = models.CharField(
        _("text"), max_length=20, blank=True, help_text=_("Variant of the reminder's template.")
    )

    objects = ReminderStepQuerySet.as_manager()

    class Meta(ApprovedByTwo.Meta):
        verbose_name = _("reminder step")
        verbose_name_plural = _("reminder steps")
        ordering = ["edition", "-days_before"]
        constraints = [
            *ApprovedByTwo.Meta.constraints,
            models.UniqueConstraint(name="one_step_per_day", fields=["edition", "days_before"]),
        ]

    def __str__(self) -> str:
        days = ngettext(
            "%(days)s day before the last day",
            "%(days)s days before the last day",
            self.days_before,
        )
        when = days % {"days": self.days_before}
        return labelled(self.edition, comma_list([when, self.get_medium_display()]))

    @property
    def planned_on(self) -> dt.date:
        """The day ``days_before`` the last day, quiet or not."""
        return self.edition.last_day - dt.timedelta(days=self.days_before)

    @property
    def due_on(self) -> dt.date | None:
        """The day it leaves by the edition's calendar, never a quiet day; None if there is none."""
        edition = self.edition
        return moved_to_working_day(
            self.planned_on, edition.is_quiet, lambda day: day <= edition.last_day
        )


class TelephoneCallQuerySet(models.QuerySet["TelephoneCall"]):
    def standing(self) -> Self:
        return self.filter(struck_at=None)

    def reaching(self) -> Self:
        """Calls at which somebody of the office was spoken to."""
        return self.standing().filter(outcome__in=TelephoneCall.REACHING)


class TelephoneCall(models.Model):
    """A call of the secretariat to an office; one that was noted wrongly is struck, and kept."""

    class Outcome(models.TextChoices):
        PROMISED = "promised", _("a reply is promised")
        REACHED = "reached", _("somebody was reached")
        CALL_BACK = "call_back", _("to be called back")
        NO_ANSWER = "no_answer", _("nobody answered")
        WRONG_NUMBER = "wrong_number", _("wrong number")
        OTHER = "other", _("something else")

    REACHING = (Outcome.PROMISED, Outcome.REACHED, Outcome.CALL_BACK, Outcome.OTHER)

    invitation = models.ForeignKey(
        Invitation, models.PROTECT, related_name="calls", verbose_name=_("invitation")
    )
    at = models.DateTimeField(_("called at"), default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+",
        verbose_name=_("called by"),
    )  # fmt: skip
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome)
    whom = models.CharField(_("who was reached"), max_length=120, blank=True)
    # Notes of earlier versions may be longer.
    fact = models.TextField(_("what was said"), blank=True, max_length=200)
    next_call_on = models.DateField(_("next call on"), null=True, blank=True)
    struck_at = models.DateTimeField(_("struck at"), null=True, blank=True, editable=False)
    struck_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+",
        verbose_name=_("struck by"),
    )  # fmt: skip
    struck_because = ReasonField(_("why struck"), editable=False)

    objects = TelephoneCallQuerySet.as_manager()

    class Meta:
        verbose_name = _("telephone call")
        verbose_name_plural = _("telephone calls")
        ordering = ["-at", "-pk"]
        # It is never deleted.
        default_permissions = ("add", "change", "view")
        constraints = [
            models.CheckConstraint(
                name="struck_call_says_why",
                condition=Q(struck_at=None, struck_by=None, struck_because="")
                | Q(struck_at__isnull=False, struck_by__isnull=False) & ~Q(struck_because=""),
            ),
            models.CheckConstraint(
                name="call_back_says_when",
                condition=~Q(outcome="call_back") | Q(next_call_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return labelled(self.invitation, self.get_outcome_display())


class CallListEntryQuerySet(models.QuerySet["CallListEntry"]):
    def called(self) -> Self:
        """Entries whose office was spoken to since it was listed."""
        reached = TelephoneCall.objects.reaching().filter(
            invitation=OuterRef("invitation"), at__gte=OuterRef("listed_at")
        )
        return self.filter(Exists(reached))

    def to_call(self) -> Self:
        """Entries of offices that owe a word, and that nobody has reached since.

        Nobody is called for an edition that is postponed, or about to move.
        """
        resting = {
            "invitation__edition__stopped_at": None,
            "invitation__edition__postponed_at": None,
        }
        awaited = self.filter(invitation__in=Invitation.objects.awaited(), **resting)
        return awaited.exclude(pk__in=self.model.objects.called())


class CallListEntry(models.Model):
    """An office without an answer that the secretariat telephones, by the last reminder step."""

    invitation = models.ForeignKey(
        Invitation, models.PROTECT, related_name="call_list_entries", verbose_name=_("invitation")
    )
    step = models.ForeignKey(
        ReminderStep, models.PROTECT, related_name="call_list_entries",
        verbose_name=_("reminder step"),
    )  # fmt: skip
    reply_before = models.DateField(_("deadline it reminds of"))
    listed_at = models.DateTimeField(_("listed at"), default=timezone.now)

    objects = CallListEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("call list entry")
        verbose_name_plural = _("call list")
        ordering = ["listed_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_call_per_step_and_deadline",
                fields=["invitation", "step", "reply_before"],
            )
        ]

    def __str__(self) -> str:
        return str(self.invitation)
