"""Sessions of the High-Level Track, and the list of speakers."""

import datetime as dt
from typing import Self

from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from delegations.models.delegation import Delegation, answers_of_state
from invitations.models import (
    Answer,
    ApprovedByTwo,
    ForumEdition,
    SessionHours,
    TelephoneCall,
    segment_called,
)
from invitations.models.approval import ApprovedByTwoQuerySet

# A written statement is filed, and nobody is heard.
ANSWERS_HEARD = (Answer.IN_PERSON, Answer.REPRESENTED, Answer.VIDEO)


class HighLevelSessionQuerySet(ApprovedByTwoQuerySet):
    def taking_place(self) -> Self:
        """Sessions that nobody has called off: to stop, one person suffices."""
        return self.filter(is_called_off=False)

    def public(self) -> Self:
        """Sessions that take place for the desk and in calendars: two people bring one back."""
        return self.taking_place().filter(Q(hours=None) | Q(hours__is_called_off=False))

    def by_published_hour(self) -> Self:
        """Sessions in the order of the hours ``as_published``, which come with them."""
        begins = Coalesce("hours__starts_at", "starts_at")
        return self.select_related("hours").order_by(begins, "pk")


class HighLevelSession(ApprovedByTwo):
    """A session as staff plan it; calendars have the hours that two people approved last."""

    edition = models.ForeignKey(
        ForumEdition, models.PROTECT, related_name="sessions", verbose_name=_("edition")
    )
    segment = models.CharField(_("segment"), max_length=20)
    title = models.CharField(_("title"), max_length=200)
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))
    room = models.CharField(_("room"), max_length=80, blank=True)
    chair = models.CharField(_("chair"), max_length=120, blank=True)
    seats = models.PositiveSmallIntegerField(_("speaking slots"), default=0)
    is_called_off = models.BooleanField(
        _("called off"),
        default=False,
        help_text=_("It stays on file; after two approvals, calendars take it out."),
    )
    hours = models.OneToOneField(
        SessionHours, models.PROTECT, null=True, editable=False, related_name="session",
        verbose_name=_("hours of a session"),
    )  # fmt: skip

    objects = HighLevelSessionQuerySet.as_manager()

    class Meta(ApprovedByTwo.Meta):
        verbose_name = _("high-level session")
        verbose_name_plural = _("high-level sessions")
        ordering = ["starts_at", "pk"]
        constraints = [
            *ApprovedByTwo.Meta.constraints,
            models.CheckConstraint(
                name="session_ends_after_it_starts",
                condition=Q(ends_at__gt=F("starts_at")),
                violation_error_message=_("A session ends after it starts."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.title)

    @property
    def segment_name(self) -> str:
        return segment_called(self.segment, self.edition.own_segments)

    @property
    def as_published(self) -> "HighLevelSession | SessionHours":
        """What calendars have of it; until two people approved it once, what is planned."""
        return self.hours or self


class SpeakingSlotQuerySet(models.QuerySet["SpeakingSlot"]):
    def standing(self) -> Self:
        """Slots whose State is heard today; a later regret drops out by itself.

        So does a statement that its office makes one in writing alone.
        """
        of_state = ("session__edition", "delegation__member_state")
        heard = self.filter(Exists(answers_of_state(ANSWERS_HEARD, *of_state)))
        return heard.exclude(delegation__statement__mode="written")

    def with_standing(self) -> Self:
        """Let each say whether it ``comes``: its State is heard today."""
        return self.annotate(
            comes=Exists(SpeakingSlot.objects.standing().filter(pk=OuterRef("pk")))
        )

    def numbered(self) -> Self:
        """Let each say its ``number`` on the list: of how many who speak today it is the last.

        A position is kept for who speaks no more; readers of the list count none of them.
        """
        before = SpeakingSlot.objects.standing().filter(
            session=OuterRef("session"), position__lte=OuterRef("position")
        )
        counted = before.order_by().values("session").annotate(Count("pk")).values("pk__count")
        return self.annotate(number=Subquery(counted))

    def with_hours(self) -> Self:
        """Let each say when its session ``begins_at`` and ``ends_at``, as it was published."""
        return self.annotate(
            begins_at=Coalesce("session__hours__starts_at", "session__starts_at"),
            ends_at=Coalesce("session__hours__ends_at", "session__ends_at"),
        )

    def in_public_sessions(self) -> Self:
        """Slots in sessions that take place: a State has one of these."""
        return self.filter(session__in=HighLevelSession.objects.public())

    def to_inform(self, at: dt.datetime) -> Self:
        """Slots moved since everybody can read the list, whose State’s offices nobody has reached.

        Who has spoken, or speaks no more, is told nothing; nor is anybody after the session.
        """
        reached = TelephoneCall.objects.reaching().filter(
            invitation__edition=OuterRef("session__edition"),
            invitation__member_state=OuterRef("delegation__member_state"),
            at__gte=OuterRef("moved_at"),
        )
        return (
            self.standing()
            .in_public_sessions()
            .with_hours()
            .filter(session__edition__speakers_published_at__lte=F("moved_at"))
            .filter(heard_at=None, ends_at__gt=at)
            .exclude(Exists(reached))
        )


class SpeakingSlot(models.Model):
    session = models.ForeignKey(
        HighLevelSession, models.PROTECT, related_name="slots", verbose_name=_("high-level session")
    )
    delegation = models.ForeignKey(
        Delegation, models.PROTECT, related_name="slots", verbose_name=_("delegation")
    )
    position = models.PositiveSmallIntegerField(_("position"))
    minutes = models.PositiveSmallIntegerField(_("minutes"), default=3)
    move_reason = models.CharField(_("why moved"), max_length=300, blank=True)
    moved_at = models.DateTimeField(_("moved at"), null=True, blank=True, editable=False)
    heard_at = models.DateTimeField(_("has spoken"), null=True, blank=True, editable=False)
    passed_over_at = models.DateTimeField(
        _("called in vain"), null=True, blank=True, editable=False
    )

    objects = SpeakingSlotQuerySet.as_manager()

    class Meta:
        verbose_name = _("speaking slot")
        verbose_name_plural = _("speaking slots")
        ordering = ["session", "position"]
        constraints = [
            models.UniqueConstraint(
                name="one_speaker_per_position", fields=["session", "position"]
            ),
            models.UniqueConstraint(
                name="one_slot_per_delegation_and_session", fields=["session", "delegation"]
            ),
        ]

    def __str__(self) -> str:
        # Without a number: readers of the list count otherwise than positions do (``numbered``).
        return str(self.delegation)
