"""Moved dates of an edition, and the question to each office whether its answer still holds."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from invitations.models.circular import Circular
from invitations.models.correspondence import Channel, Correspondence
from invitations.models.edition import ForumEdition
from invitations.models.held.change import HeldChange
from invitations.models.invitation import Invitation
from invitations.models.reply import Reply
from invitations.text.dates import labelled

# Whoever answered for one of these is asked whether the answer holds for another.
ASKED_AGAIN_FOR = {
    "opens_on", "closes_on", "track_opens_on", "track_closes_on", "postponed_at", "is_online",
    "answers_offered",
}  # fmt: skip


class DateChangeQuerySet(models.QuerySet["DateChange"]):
    def released(self) -> Self:
        return self.filter(released_at__isnull=False)

    def last_of(self, edition: int) -> "DateChange | None":
        """Return the last released move of the edition with that key."""
        return self.released().filter(edition=edition).order_by("pk").last()

    def asking(self, edition: int) -> "DateChange | None":
        """Return the move that offices are asked about: the deadline may have moved alone since."""
        moves = self.released().filter(edition=edition).select_related("change").order_by("-pk")
        found = next((move for move in moves if move.overtakes), None)
        return found if found and found.asks_again else None

    def overtook(self, notice: Circular) -> bool:
        """Whether a later move made untrue what the notice of an earlier one tells."""
        told = self.released().filter(notice=notice).select_related("edition", "change").first()
        if told is None:
            return False
        if told.tells_another_last_day:
            return True
        since = self.released().filter(edition=told.edition_id, pk__gt=told.pk)
        return any(move.overtakes for move in since.select_related("change"))


class DateChange(models.Model):
    """A move of an edition, in force once a second person has released its held change."""

    class Kind(models.TextChoices):
        MOVED = "moved", _("moved to new dates")
        POSTPONED = "postponed", _("postponed without a new date")
        ONLINE = "online", _("moved online")
        IN_PERSON = "in_person", _("back from online to in person")

    # These change in which form it is held, and so which answers are offered.
    OF_FORM = (Kind.ONLINE, Kind.IN_PERSON)

    edition = models.ForeignKey(
        ForumEdition, models.PROTECT, related_name="moves", verbose_name=_("edition")
    )
    change = models.OneToOneField(
        HeldChange, models.PROTECT, related_name="move", verbose_name=_("held change")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    days = models.IntegerField(_("days by which sessions move"), default=0)
    sessions = models.JSONField(_("sessions that move"), default=list, blank=True)
    drafts_notice = models.BooleanField(_("draft a notice"), default=True)
    notice = models.ForeignKey(
        Circular, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("notice drafted"),
    )  # fmt: skip
    released_at = models.DateTimeField(_("released at"), null=True, blank=True)

    objects = DateChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("move of dates")
        verbose_name_plural = _("moves of dates")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return labelled(self.edition, self.get_kind_display())

    @property
    def asks_again(self) -> bool:
        """Whether offices are asked if their answers hold: not where the deadline alone moves."""
        if self.kind == DateChange.Kind.POSTPONED:
            return False
        return not ASKED_AGAIN_FOR.isdisjoint(self.change.changed)

    @property
    def overtakes(self) -> bool:
        """Whether what offices were asked before is asked no more."""
        return self.kind == DateChange.Kind.POSTPONED or self.asks_again

    @property
    def tells_another_last_day(self) -> bool:
        """Whether its notice tells of a last day, or that one follows, and untruly by now."""
        named = ("reply_before", "awaits_last_day")
        edition, after = self.edition, self.after
        is_other = any(getattr(edition, name) != getattr(after, name) for name in named)
        return is_other and (after.awaits_last_day or not self.overtakes)

    @property
    def before(self) -> Any:
        """The edition as it was, in memory."""
        return self.edition.with_values(self.change.before)

    @property
    def after(self) -> Any:
        """The edition as it is to be, in memory."""
        return self.edition.with_values(self.change.after)


class ReconfirmationQuerySet(models.QuerySet["Reconfirmation"]):
    def current(self) -> Self:
        """Questions that no later move has overtaken."""
        return self.filter(overtaken_at=None)

    def counted(self) -> Self:
        """Questions to offices that are invited and whose State they answer for."""
        issued = Invitation.Status.ISSUED
        return self.filter(invitation__status=issued, invitation__is_principal=True)

    def not_yet(self) -> Self:
        return self.filter(said=Reconfirmation.Said.NOT_YET)


class Reconfirmation(models.Model):
    """Whether the answer of an office holds after a move; the reply itself stays as it is."""

    class Said(models.TextChoices):
        NOT_YET = "not_yet", _("not re-confirmed yet")
        STILL_VALID = "still_valid", _("re-confirmed")
        CHANGED = "changed", _("answer changed")

    move = models.ForeignKey(
        DateChange, models.PROTECT, related_name="reconfirmations", verbose_name=_("move of dates")
    )
    invitation = models.ForeignKey(
        Invitation, models.PROTECT, related_name="reconfirmations", verbose_name=_("invitation")
    )
    reply = models.ForeignKey(
        Reply, models.PROTECT, related_name="reconfirmations", verbose_name=_("reply asked about")
    )
    said = models.CharField(_("re-confirmation"), max_length=12, choices=Said, default=Said.NOT_YET)
    # A later move asks anew, or a postponement asks nothing.
    overtaken_at = models.DateTimeField(_("overtaken at"), null=True, blank=True)
    answered_at = models.DateTimeField(_("said at"), null=True, blank=True)
    channel = models.CharField(_("channel"), max_length=20, choices=Channel, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("recorded by"),
    )  # fmt: skip
    correspondence = models.ForeignKey(
        Correspondence, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("correspondence"),
    )  # fmt: skip

    objects = ReconfirmationQuerySet.as_manager()

    class Meta:
        verbose_name = _("re-confirmation")
        verbose_name_plural = _("re-confirmations")
        ordering = ["move", "invitation"]
        constraints = [
            models.UniqueConstraint(
                name="one_question_per_move_and_office", fields=["move", "invitation"]
            ),
            models.UniqueConstraint(
                name="one_question_at_a_time",
                fields=["invitation"],
                condition=Q(overtaken_at=None),
            ),
            models.CheckConstraint(
                name="reconfirmation_says_when",
                condition=Q(said="not_yet", answered_at=None)
                | (~Q(said="not_yet") & Q(answered_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return labelled(self.invitation, self.get_said_display())
