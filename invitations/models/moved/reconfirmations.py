"""The question to each office that has answered: does the answer hold after the move?"""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from invitations.models.correspondence import Channel, Correspondence
from invitations.models.invitation import Invitation
from invitations.models.moved.moves import DatesMove
from invitations.models.reply import Reply
from invitations.text.dates import labelled


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
        DatesMove, models.PROTECT, related_name="reconfirmations", verbose_name=_("move of dates")
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
    said_at = models.DateTimeField(_("said at"), null=True, blank=True)
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
                condition=Q(said="not_yet", said_at=None)
                | (~Q(said="not_yet") & Q(said_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return labelled(self.invitation, self.get_said_display())
