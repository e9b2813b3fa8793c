"""The approval of texts and steps by two people, before the system sends them by itself."""

import hashlib
from typing import Self

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class ApprovedByTwoQuerySet(models.QuerySet):
    def approved(self) -> Self:
        return self.filter(second_approver__isnull=False)


class ApprovedByTwo(models.Model):
    """A text or step that the system may use by itself once two different people approved it."""

    first_approver = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+",
        verbose_name=_("first approval by"),
    )  # fmt: skip
    first_approved_at = models.DateTimeField(_("first approval at"), null=True, editable=False)
    second_approver = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+",
        verbose_name=_("second approval by"),
    )  # fmt: skip
    second_approved_at = models.DateTimeField(_("second approval at"), null=True, editable=False)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(class)s_approved_by_two_people",
                condition=Q(second_approver=None)
                | (Q(first_approver__isnull=False) & ~Q(second_approver=F("first_approver"))),
            )
        ]

    @property
    def mark(self) -> str:
        """The hash of what people approve: a page names it, so nothing else is approved."""
        typed = (field for field in self._meta.concrete_fields if field.editable)
        said = {field.attname: field.value_from_object(self) for field in typed}
        known = DjangoJSONEncoder(sort_keys=True).encode([self.pk, said])
        return hashlib.sha256(known.encode()).hexdigest()

    @property
    def is_approved(self) -> bool:
        return self.second_approver_id is not None

    def drop_approvals(self) -> None:
        """Leave it to two people to look at it again; the row is not saved."""
        self.first_approver = self.second_approver = None
        self.first_approved_at = self.second_approved_at = None
