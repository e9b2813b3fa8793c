"""The interest in partnership packages: a list of its own, apart from the replies it came with."""

from typing import Any, ClassVar, Self, cast

from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from invitations.models.invitation import Invitation
from invitations.models.reply import Reply


class PartnershipInterestQuerySet(models.QuerySet["PartnershipInterest"]):
    def untold(self) -> Self:
        """Interests of offices of which nobody was told, where the edition has an address."""
        told = Reply.objects.filter(
            invitation=OuterRef("invitation"), partnership_informed_at__isnull=False
        )
        with_address = self.exclude(invitation__edition__partnership_email="")
        return with_address.exclude(Exists(told))


class PartnershipInterestManager(models.Manager["PartnershipInterest"]):
    def get_queryset(self) -> Any:
        """Return the last word of each office that is invited, if it is interested."""
        return self.last_words().filter(invitation__status=Invitation.Status.ISSUED)

    def last_words(self) -> Any:
        """Return the last word of each office, if it is interested, also of one withdrawn since.

        That is the standing reply, or what came by another channel later, confirms it and asks. A
        paper may be recorded long after it came.
        """
        found = PartnershipInterestQuerySet(self.model, using=self._db)
        said = Q(status=Reply.Status.STANDING) | Q(
            status=Reply.Status.CONFIRMING, partnership_interest=True
        )
        of_office = Reply.objects.filter(said, invitation=OuterRef("invitation"))
        last = of_office.order_by("-received_at", "-pk").values("pk")[:1]
        return found.filter(partnership_interest=True, pk=Subquery(last))


class PartnershipInterest(Reply):
    """A reply in force that asks for partnership packages, without what else it says."""

    # mypy takes the rows of a proxy for those of its model.
    objects: ClassVar[Any] = PartnershipInterestManager.from_queryset(
        cast("Any", PartnershipInterestQuerySet)
    )()

    class Meta:
        proxy = True
        default_permissions = ("view",)
        verbose_name = _("interest in partnership")
        verbose_name_plural = _("interests in partnership")

    def __str__(self) -> str:
        return str(self.invitation)
