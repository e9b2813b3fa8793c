"""What lets another system in, or names it: made by one person, released by another."""

from typing import Any, Self

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from invitations.audit import Act
from invitations.models.edition import ForumEdition
from invitations.models.reasons import ReasonField

WAITS_NO_MORE = _("It does not wait any more.")
REVOKED_ALREADY = _("It was revoked already.")
MADE_BY_YOU = _("A second person has to release it: you made it.")


class CredentialQuerySet(models.QuerySet[Any]):
    def in_use(self) -> Self:
        """Those that a second person released and nobody has revoked."""
        return self.filter(released_at__isnull=False, revoked_at=None)

    def waiting_for(self, person: User) -> Self:
        """Those that are of no use before this person, or another, has released them."""
        return self.filter(released_at=None, revoked_at=None).exclude(made_by=person)


class Credential(models.Model):
    """What one person makes for another system; a second releases it, and anyone revokes it."""

    # What the history says of it.
    RELEASED: Act
    REVOKED: Act
    objects: Any

    edition = models.ForeignKey(
        ForumEdition, models.PROTECT, related_name="+", verbose_name=_("edition")
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, editable=False, related_name="+",
        verbose_name=_("made by"),
    )  # fmt: skip
    made_at = models.DateTimeField(_("made at"), default=timezone.now, editable=False)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+",
        verbose_name=_("released by"),
    )  # fmt: skip
    released_at = models.DateTimeField(_("released at"), null=True, editable=False)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+",
        verbose_name=_("revoked by"),
    )  # fmt: skip
    revoked_at = models.DateTimeField(_("revoked at"), null=True, editable=False)
    revocation_reason = ReasonField(_("why revoked"), editable=False)

    class Meta:
        abstract = True
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="nobody_releases_their_own_%(class)s",
                condition=Q(released_at=None, released_by=None)
                | (
                    Q(released_at__isnull=False, released_by__isnull=False)
                    & ~Q(released_by=F("made_by"))
                ),
            ),
            models.CheckConstraint(
                name="revoked_%(class)s_says_by_whom",
                condition=Q(revoked_at=None, revoked_by=None)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
            ),
        ]

    def why_not_released_by(self, person: User) -> str:
        """Return why this person does not release it; an empty text if they may."""
        if self.released_at or self.revoked_at:
            return str(WAITS_NO_MORE)
        return str(MADE_BY_YOU) if self.made_by_id == person.pk else ""

    def why_revoked(self) -> str:
        """Return that nothing is done with it any more; an empty text before."""
        return str(REVOKED_ALREADY) if self.revoked_at else ""
