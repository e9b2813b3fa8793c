"""When what was collected for a meeting alone is erased, and what was erased by whom."""

import datetime as dt
from collections.abc import Iterable
from typing import Self

from dateutil.relativedelta import relativedelta
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from invitations.links import links_open_until
from invitations.models import ForumEdition
from invitations.models.reasons import ReasonField
from invitations.text.dates import comma_list

# So long before, the first page says what will go; and no sooner does a new time take effect.
TOLD_BEFORE = dt.timedelta(days=30)
# So long what a person asked for can be taken back: nobody can bring back what is erased.
BEGINS_AFTER = dt.timedelta(hours=1)
# By the clock of the edition: when nobody works, and the day's backup may follow.
AT_HOUR = 2


def erases_on(edition: ForumEdition, by_hand: "Iterable[Erasure] | None" = None) -> dt.date | None:
    """Return the day of the erasure, which moves with the edition, but comes no sooner unannounced.

    Whatever brings it forward, a last day typed wrong too, leaves thirty days from then. Where
    nobody has set a time, it is the day on which a person had it erased, or None; None also while
    the edition is postponed: it has no last day then. Whoever asks for many editions gives the
    erasures of each that a person asked for and that are done, the first to end first.
    """
    if edition.postponed_at is not None:
        return None
    if edition.erased_after is None:
        if by_hand is None:
            by_hand = edition.erasures.done_by_hand().order_by("ended_at")
        over_at = end_of(edition)
        first = next((one.ended_at for one in by_hand if one.began_at > over_at), None)
        return edition.local_date(first) if first else None
    soonest = edition.local_date(timezone.now()) + TOLD_BEFORE
    day = edition.closes_on + relativedelta(months=edition.erased_after)
    return max(day, min(edition.erased_not_before or soonest, soonest))


def have_links_ended(edition: ForumEdition, now: dt.datetime) -> bool:
    """Whether links and codes open nothing any more: their days are over, or an erasure began.

    It is asked at each request: no job has to have run.
    """
    if edition.is_ahead(now):
        return False
    until = links_open_until(edition)
    is_past = until is not None and edition.local_date(now) > until
    return is_past or Erasure.objects.since_over(edition).begun(now).exists()


def end_of(edition: ForumEdition) -> dt.datetime:
    """Return the last instant of the edition's last day, by its clock."""
    return dt.datetime.combine(edition.closes_on, dt.time.max, edition.zone)


class ErasureQuerySet(models.QuerySet["Erasure"]):
    def under_way(self) -> Self:
        """Erasures that are asked for or begun, and not done yet."""
        return self.filter(ended_at=None)

    def to_go_on(self, now: dt.datetime) -> Self:
        """Erasures under way whose hour to be taken back is over."""
        return self.under_way().begun(now)

    def begun(self, now: dt.datetime) -> Self:
        """Erasures whose hour to be taken back is over, under way or done."""
        return self.exclude(asked_by__isnull=False, began_at__gt=now - BEGINS_AFTER)

    def since_over(self, edition: ForumEdition) -> Self:
        """Erasures since its last day as it stands today, of whichever it was taken to be before.

        None of one that is postponed: it has no last day.
        """
        if edition.postponed_at is not None:
            return self.none()
        return self.filter(edition=edition.pk, began_at__gt=end_of(edition))

    def done_by_hand(self) -> Self:
        """Erasures that a person asked for, and that are done."""
        return self.exclude(asked_by=None).exclude(ended_at=None)

    def closes(self, edition: ForumEdition) -> bool:
        """Whether nobody is named for the edition any more, since its names are erased.

        What is asked for alone may be taken back, and closes nothing.
        """
        return self.since_over(edition).exclude(counts={}).exists()


class Erasure(models.Model):
    """One erasure of an edition's personal data: who asked, when, why, and how many rows.

    It says of no row what was in it. Unless it has ended, the next tick goes on with it.
    """

    edition = models.ForeignKey(
        ForumEdition, models.PROTECT, related_name="erasures", verbose_name=_("edition")
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+",
        verbose_name=_("asked for by"),
    )  # fmt: skip
    reason = ReasonField(_("why"))
    began_at = models.DateTimeField(_("began at"), default=timezone.now)
    ended_at = models.DateTimeField(_("ended at"), null=True)
    # How many rows of each kind.
    counts = models.JSONField(_("what was erased"), default=dict)

    objects = ErasureQuerySet.as_manager()

    class Meta:
        verbose_name = _("erasure of personal data")
        verbose_name_plural = _("erasures of personal data")
        ordering = ["-began_at", "-pk"]
        # Nobody writes or deletes one by hand.
        default_permissions = ("view",)
        permissions = [("erase_personal_data", "Can erase personal data")]
        constraints = [
            models.UniqueConstraint(
                name="one_erasure_of_an_edition_under_way",
                fields=["edition"],
                condition=Q(ended_at=None),
            ),
            models.CheckConstraint(
                name="who_asks_for_an_erasure_says_why",
                condition=Q(asked_by=None) | ~Q(reason=""),
            ),
        ]

    def __str__(self) -> str:
        return comma_list([self._meta.verbose_name, self.edition])

    @property
    def begins_at(self) -> dt.datetime:
        """The hour until which one that a person asked for waits in any case."""
        return self.began_at + BEGINS_AFTER

    @property
    def can_be_taken_back(self) -> bool:
        """Whether a person asked for it, and nothing is erased yet: something may be owed."""
        return self.asked_by_id is not None and not self.counts
