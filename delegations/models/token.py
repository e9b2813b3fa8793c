"""Tokens by which other systems read what is not public, and what each has read."""

import datetime as dt
from typing import Any, Self

from django.contrib.auth.models import User
from django.db import models
from django.db.models import Count, Max, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from invitations.audit import Act
from invitations.models.credentials import Credential, CredentialQuerySet
from invitations.text.dates import comma_list

MAKER_CLOSED = _("The account that made this token is closed.")


class ApiTokenQuerySet(CredentialQuerySet):
    def with_calls(self) -> Self:
        """Say of each how often it was used, and when last."""
        return self.annotate(call_count=Count("calls"), last_used_at=Max("calls__at"))

    def waiting_for(self, person: User) -> Self:
        return super().waiting_for(person).filter(valid_until__gte=timezone.localdate())


class ApiToken(Credential):
    """What one other system may read of one edition; only the hash of the token is kept."""

    SCOPES = ("answers", "contacts", "delegates", "respondents")
    RELEASED, REVOKED = Act.TOKEN_RELEASED, Act.TOKEN_REVOKED

    called = models.CharField(
        _("system that reads"), max_length=120, help_text=_("Which system, and who runs it.")
    )
    reads_answers = models.BooleanField(_("answers by State"), default=False)
    reads_contacts = models.BooleanField(_("contacts of offices and missions"), default=False)
    reads_delegates = models.BooleanField(_("delegates"), default=False)
    reads_respondents = models.BooleanField(_("who answered, and substitutes"), default=False)
    valid_until = models.DateField(_("valid until"), help_text=_("The last day, within a year."))
    digest = models.CharField(max_length=64, unique=True, editable=False)
    begins_with = models.CharField(_("begins with"), max_length=12, editable=False)

    objects = ApiTokenQuerySet.as_manager()

    class Meta(Credential.Meta):
        verbose_name = _("token of the API")
        verbose_name_plural = _("tokens of the API")
        constraints = [
            *Credential.Meta.constraints,
            models.CheckConstraint(
                name="token_reads_something",
                condition=Q(reads_answers=True)
                | Q(reads_contacts=True)
                | Q(reads_delegates=True)
                | Q(reads_respondents=True),
                violation_error_message=_("Choose what the system may read."),
            ),
        ]

    def __str__(self) -> str:
        return comma_list([self.called, self.edition])

    @property
    def scopes(self) -> list[str]:
        return [scope for scope in self.SCOPES if getattr(self, f"reads_{scope}")]

    @classmethod
    def name_of(cls, scope: str) -> Any:
        """Return the scope as people call it."""
        column: Any = cls._meta.get_field(f"reads_{scope}")
        return column.verbose_name

    @property
    def is_made_by_staff(self) -> bool:
        """Whether the account that made it may still enter the desk: a token ends with it."""
        return self.made_by.is_active and self.made_by.is_staff

    def why_not_released_by(self, person: User) -> str:
        closed = "" if self.is_made_by_staff else str(MAKER_CLOSED)
        return super().why_not_released_by(person) or closed

    def is_open(self, day: dt.date) -> bool:
        """Whether it opens anything: released, not revoked, nor ended by its day or its maker."""
        is_released = self.released_at is not None and self.revoked_at is None
        return is_released and day <= self.valid_until and self.is_made_by_staff


class ApiCall(models.Model):
    """One call with a token: which system, what it asked for, and how many rows it was given."""

    made_with = models.ForeignKey(
        ApiToken, models.PROTECT, related_name="calls", verbose_name=_("token of the API")
    )
    at = models.DateTimeField(_("at"), default=timezone.now, db_index=True)
    asked = models.CharField(_("asked for"), max_length=40)
    status = models.PositiveSmallIntegerField(_("status"), help_text=_("200: it was answered."))
    rows = models.PositiveIntegerField(_("rows"), default=0)

    class Meta:
        verbose_name = _("call of the API")
        verbose_name_plural = _("calls of the API")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return comma_list([self.made_with, self.asked])
