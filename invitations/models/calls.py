"""Telephone calls, and the offices to call by the last reminder step."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from invitations.models.correspondence import has_unread_mail
from invitations.models.invitation import Invitation
from invitations.models.reasons import ReasonField
from invitations.models.reminder_steps import ReminderStep
from invitations.text.dates import labelled


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
    strike_reason = ReasonField(_("why struck"), editable=False)

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
                condition=Q(struck_at=None, struck_by=None, strike_reason="")
                | Q(struck_at__isnull=False, struck_by__isnull=False) & ~Q(strike_reason=""),
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
        """The last entry of each office that owes a word, and that nobody has reached since.

        Nobody is called for an edition that is postponed, about to move, or without a last day; nor
        by courtesy, for who has left office, or while something from the office lies unread.
        """
        resting = {
            "invitation__edition__stopped_at": None,
            "invitation__edition__postponed_at": None,
            "invitation__edition__awaits_last_day": False,
        }
        owing = Invitation.objects.principal().in_office().awaited()
        awaited = self.filter(invitation__in=owing.exclude(has_unread_mail()), **resting)
        later = self.model.objects.filter(invitation=OuterRef("invitation"), pk__gt=OuterRef("pk"))
        return awaited.exclude(Exists(later)).exclude(pk__in=self.model.objects.called())


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
