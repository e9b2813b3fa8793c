"""What an office typed and has not recorded: kept for a day, as the notice on privacy promises.

It lies in the database alone: whatever else is restarted or emptied, no word is lost.
"""

import datetime as dt
from typing import Any, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from invitations.models.invitation import Invitation

KEPT_FOR = dt.timedelta(days=1)
# Of each kind, for each invitation: more than an office types in a day, and all that it can fill.
NEWEST_OF_EACH = 30


class SavedForADayQuerySet(models.QuerySet[Any]):
    def kept(self, at: dt.datetime) -> Self:
        return self.filter(kept_at__gt=at - KEPT_FOR)

    def expired(self, at: dt.datetime) -> Self:
        return self.filter(kept_at__lte=at - KEPT_FOR)

    def forget_all_but_newest(self, invitation: int) -> None:
        """Delete what the office's newer rows have pushed out: one open link fills no table."""
        of_it = self.filter(invitation=invitation)
        newest = of_it.order_by("-kept_at", "-pk").values("pk")[:NEWEST_OF_EACH]
        of_it.exclude(pk__in=newest).delete()


class SavedForADay(models.Model):
    """Something of an office for a day; nobody at the desk reads it."""

    kept_at = models.DateTimeField(_("kept at"), default=timezone.now, db_index=True)

    objects = SavedForADayQuerySet.as_manager()

    class Meta:
        abstract = True
        default_permissions = ()


class ReplyDraft(SavedForADay):
    """The fields of a form as they were typed; once its reply is recorded, nobody reads them."""

    invitation = models.ForeignKey(
        Invitation,
        models.CASCADE,
        related_name="+",
        verbose_name=_("invitation"),
        db_index=False,  # the constraint's begins with it
    )
    form_key = models.UUIDField(_("form"))
    words = models.TextField(_("what was typed"))

    class Meta(SavedForADay.Meta):
        verbose_name = _("reply that was begun")
        verbose_name_plural = _("replies that were begun")
        ordering = ["-kept_at"]
        constraints = [
            models.UniqueConstraint(
                name="one_draft_of_each_form", fields=["invitation", "form_key"]
            )
        ]

    def __str__(self) -> str:
        return str(self.form_key)


class SavedPage(SavedForADay):
    """A page that answered a form, as it was shown, for the browser that knows its name."""

    invitation = models.ForeignKey(
        Invitation,
        models.CASCADE,
        null=True,  # the version before, serving while tables are brought along, names none
        related_name="+",
        verbose_name=_("invitation"),
    )
    name = models.CharField(_("name"), max_length=64)
    language = models.CharField(_("language"), max_length=10)
    status = models.PositiveSmallIntegerField(_("status"))
    content = models.BinaryField(_("page"))

    class Meta(SavedForADay.Meta):
        verbose_name = _("page that is kept")
        verbose_name_plural = _("pages that are kept")
        constraints = [models.UniqueConstraint(name="one_page_of_a_name", fields=["name"])]

    def __str__(self) -> str:
        return self.name


def delete_expired_forms(at: dt.datetime) -> int:
    """Delete what was kept for its day, and return how many rows that were."""
    return sum(model.objects.expired(at).delete()[0] for model in (ReplyDraft, SavedPage))
