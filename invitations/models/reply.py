"""What an office answered, and by which channel."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from invitations.models.addressees import Rank
from invitations.models.correspondence import Channel, Correspondence
from invitations.models.edition import (
    ANSWERS_BRINGING,
    ANSWERS_NAMING_A_SUBSTITUTE,
    ANSWERS_SPEAKING,
    Answer,
    ForumEdition,
)
from invitations.models.invitation import Invitation
from invitations.models.reasons import ReasonField
from invitations.models.reminder_steps import ReminderStep
from invitations.text.dates import format_list, labelled
from invitations.text.segments import Segment, segment_called

# The answers with which an office files what a receipt acknowledges.
FILED_WITH = {"statement": ANSWERS_SPEAKING, "delegation": ANSWERS_BRINGING}
# What an office fills in, on its page or on paper.
REPLY_FIELDS = (
    "answer", "substitute_name", "substitute_function", "substitute_rank", "segments",
    "partnership_interest", "respondent_name", "respondent_function", "respondent_email",
    "respondent_phone", "remarks",
)  # fmt: skip
SUBSTITUTE_FIELDS = ("substitute_name", "substitute_function", "substitute_rank")
# Only these answers leave room for it: another one drops what a form still holds of it.
ASKED_WITH = {
    "segments": ANSWERS_BRINGING,
    **dict.fromkeys(SUBSTITUTE_FIELDS, ANSWERS_NAMING_A_SUBSTITUTE),
}
NAME_THE_SUBSTITUTE = _("Please name the substitute.")


class ReplyQuerySet(models.QuerySet["Reply"]):
    def standing(self) -> Self:
        return self.filter(status=Reply.Status.STANDING)

    def contested(self) -> Self:
        return self.filter(status=Reply.Status.CONTESTED)

    def to_settle(self) -> Self:
        """Contested replies that wait for a choice: of a withdrawn invitation none is made."""
        return self.contested().filter(invitation__status=Invitation.Status.ISSUED)

    def gone(self) -> Self:
        """Replies whose place a later one took, or that staff set aside."""
        status = Reply.Status
        taken_up = Q(status=status.NOTED, settled_at__isnull=False)
        return self.filter(Q(status__in=[status.SUPERSEDED, status.SET_ASIDE]) | taken_up)

    def in_force_for(self, invitation: Invitation) -> Self:
        """Standing replies of the invitation's State, to any of its issued invitations."""
        return self.of_state(invitation).filter(is_in_force=True)

    def answering_for_state(self) -> Self:
        """Replies to invitations whose answer is their State's: statements follow them alone."""
        return self.filter(invitation__in=Invitation.objects.answering_for_state())

    def expecting(self, what: str) -> Self:
        """Replies that ask for the "statement" or the "delegation": any minister's bring people."""
        found = self.filter(answer__in=FILED_WITH[what])
        return found.answering_for_state() if what == "statement" else found

    def of_state(self, invitation: Invitation) -> Self:
        """All replies of the invitation's State, each with ``is_in_force``."""
        return self.filter(
            invitation__edition=invitation.edition_id,
            invitation__member_state=invitation.member_state_id,
        ).with_force()

    def of_editions_and_states(self, invitations: Sequence[Invitation]) -> Self:
        """All replies of any of the States to any of the editions, each with ``is_in_force``."""
        return self.filter(
            invitation__edition__in={invitation.edition_id for invitation in invitations},
            invitation__member_state__in={one.member_state_id for one in invitations},
        ).with_force()

    def with_first_received(self) -> Self:
        """Let each reply say since when its office has given this answer without a break.

        What was set aside was never said; what contradicts, and waits, breaks nothing. If the first
        one was carried over from the office before, ``said_before`` is the key of that one's reply.
        """
        of_office = Reply.objects.filter(invitation=OuterRef("invitation"))
        stood = of_office.filter(status__in=[Reply.Status.STANDING, Reply.Status.SUPERSEDED])
        between = stood.filter(
            received_at__gte=OuterRef("received_at"),
            received_at__lte=OuterRef(OuterRef("received_at")),
        ).exclude(answer=OuterRef("answer"))
        same = of_office.exclude(status=Reply.Status.SET_ASIDE).filter(
            ~Exists(between), answer=OuterRef("answer"), received_at__lte=OuterRef("received_at")
        )
        first = same.order_by("received_at", "pk")
        before = Subquery(first.values("carried_from")[:1])
        return self.annotate(
            first_received_at=Coalesce(Subquery(first.values("received_at")[:1]), F("received_at")),
            said_before=Coalesce(before, "carried_from", output_field=models.BigIntegerField()),
        )

    def with_force(self) -> Self:
        """Let each reply say whether it stands and its invitation is issued."""
        standing, issued = Reply.Status.STANDING, Invitation.Status.ISSUED
        return self.annotate(is_in_force=Q(status=standing, invitation__status=issued))


class Reply(models.Model):
    """The reply of an office; it is never edited: a new reply supersedes the standing one."""

    Answer = Answer
    Channel = Channel

    class Status(models.TextChoices):
        STANDING = "standing", _("standing")
        CONTESTED = "contested", _("contested: says otherwise than the standing reply")
        CONFIRMING = "confirming", _("confirms the standing reply by another channel")
        SUPERSEDED = "superseded", _("superseded")
        SET_ASIDE = "set_aside", _("set aside by the secretariat")
        NOTED = "noted", _("noted: a holding reply")

    invitation = models.ForeignKey(
        Invitation, models.PROTECT, related_name="replies", verbose_name=_("invitation")
    )
    answer = models.CharField(_("answer"), max_length=20, choices=Answer)
    status = models.CharField(_("status"), max_length=12, choices=Status, editable=False)
    channel = models.CharField(_("channel"), max_length=20, choices=Channel, default=Channel.ONLINE)
    received_at = models.DateTimeField(
        _("received at"), default=timezone.now, help_text=_("When the organization got it.")
    )
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    correspondence = models.ForeignKey(
        Correspondence, models.PROTECT, null=True, blank=True, related_name="replies",
        verbose_name=_("correspondence"),
    )  # fmt: skip
    carried_from = models.OneToOneField(
        "self", models.PROTECT, null=True, editable=False, related_name="carried_to",
        verbose_name=_("carried over from"),
    )  # fmt: skip

    substitute_name = models.CharField(_("substitute’s name"), max_length=120, blank=True)
    substitute_function = models.CharField(_("substitute’s function"), max_length=200, blank=True)
    substitute_rank = models.ForeignKey(
        Rank, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("substitute’s rank"),
    )  # fmt: skip
    segments = models.JSONField(_("segments to be attended"), default=list, blank=True)
    partnership_interest = models.BooleanField(
        _("interested in partnership packages"), default=False
    )
    partnership_informed_at = models.DateTimeField(
        _("partnership team told at"), null=True, editable=False
    )
    respondent_name = models.CharField(
        pgettext_lazy("of a person", "name"), max_length=120, blank=True
    )
    respondent_function = models.CharField(_("function"), max_length=200, blank=True)
    respondent_email = models.EmailField(_("e-mail"), blank=True)
    respondent_phone = models.CharField(_("telephone"), max_length=40, blank=True)
    remarks = models.TextField(_("remarks"), max_length=2000, blank=True)

    form_key = models.UUIDField(null=True, unique=True, editable=False)
    skips_step = models.ForeignKey(
        ReminderStep, models.PROTECT, null=True, editable=False, related_name="+"
    )
    skips_deadline = models.DateField(null=True, editable=False)
    settled_at = models.DateTimeField(null=True, editable=False)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    settlement_reason = ReasonField(_("why decided so"), editable=False)

    objects = ReplyQuerySet.as_manager()

    class Meta:
        verbose_name = _("reply")
        verbose_name_plural = _("replies")
        ordering = ["-received_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_standing_reply", fields=["invitation"], condition=Q(status="standing")
            ),
            models.UniqueConstraint(
                name="one_contested_reply_per_channel",
                fields=["invitation", "channel"],
                condition=Q(status="contested"),
            ),
            models.CheckConstraint(
                name="holding_reply_never_stands",
                condition=Q(answer="holding", status="noted")
                | (~Q(answer="holding") & ~Q(status="noted")),
            ),
            models.CheckConstraint(
                name="represented_by_someone_named",
                condition=~Q(answer="represented") | ~Q(substitute_name=""),
                violation_error_message=NAME_THE_SUBSTITUTE,
            ),
            models.CheckConstraint(
                name="skipped_step_has_a_deadline",
                condition=Q(skips_step=None, skips_deadline=None)
                | Q(skips_step__isnull=False, skips_deadline__isnull=False),
            ),
            models.CheckConstraint(
                name="received_before_recorded",
                condition=Q(received_at__lte=F("recorded_at")),
                violation_error_message=_("A reply cannot be received in the future."),
            ),
        ]

    def __str__(self) -> str:
        return labelled(self.invitation, self.get_answer_display())

    def asks_for_more_than(self, earlier: "Reply") -> bool:
        """Whether something may be filed with it that could not be with the earlier one."""
        given = FILED_WITH.values()
        return any(self.answer in asks and earlier.answer not in asks for asks in given)

    @property
    def points(self) -> dict[str, Any]:
        """What it says of who comes, and to what: only what another reply also says confirms it.

        Who answered for the minister, remarks and an interest contradict nothing.
        """
        said = {
            "answer": self.answer,
            "substitute_name": self.substitute_name,
            "substitute_function": self.substitute_function,
            "substitute_rank": self.substitute_rank_id,
            "segments": sorted(self.segments),
        }
        return {name: value for name, value in said.items() if value}

    def differs_from(self, other: "Reply") -> list[str]:
        """Return the points in which the two say otherwise, or one says more than the other."""
        ours, theirs = self.points, other.points
        return [name for name in {**theirs, **ours} if ours.get(name) != theirs.get(name)]

    def confirms(self, standing: "Reply") -> bool:
        """Whether it says what the standing reply says, and nothing beside it.

        Paper does not deny what it leaves out. Who answers on the page sees what stands by then,
        and takes out what is left out there.
        """
        saw_it = self.channel == Channel.ONLINE and (self.pk is None or self.pk > standing.pk)
        differing = self.differs_from(standing)
        return not differing if saw_it else self.points.keys().isdisjoint(differing)

    def completes(self, standing: "Reply") -> bool:
        """Whether it was given on the page, where the standing one is seen, and only adds to it."""
        differing = self.differs_from(standing)
        adds = bool(differing) and standing.points.keys().isdisjoint(differing)
        return self.channel == Channel.ONLINE and adds

    @property
    def is_gone(self) -> bool:
        """Whether a later reply took its place, or staff set it aside.

        A holding reply that was set aside stays noted, and is known by the hour.
        """
        if self.status == Reply.Status.NOTED:
            return self.settled_at is not None
        return self.status in (Reply.Status.SUPERSEDED, Reply.Status.SET_ASIDE)

    @property
    def is_taken_up(self) -> bool:
        """Whether what brought it waits anew, or was recorded once more since, for any office.

        Else what brought a reply was dealt with as it was recorded, before anything was settled.
        """
        if self.settled_at is None:
            return False
        if self.carried_from:
            return self.carried_from.is_taken_up
        filed = self.correspondence
        if filed is None:
            return False
        is_another_s = filed.invitation_id != self.invitation_id
        return is_another_s or not filed.dealt_with_at or filed.dealt_with_at > self.settled_at

    @property
    def is_to_confirm(self) -> bool:
        """Whether it stands, but was given before a change of office and not confirmed since."""
        return self.carried_from_id is not None and self.status == self.Status.STANDING

    @property
    def is_late(self) -> bool:
        """Whether its answer was first given after the last day; a correction in time then is not.

        Lists read the replies ``with_first_received()``: else each late one is looked up.
        """
        edition = self.invitation.edition
        if not (edition.is_late(self.received_at) and edition.is_late(self.first_received_at)):
            return False
        carried = Reply.objects.with_first_received().select_related("invitation__edition")
        return not self.said_before or carried.get(pk=self.said_before).is_late

    @cached_property
    def first_received_at(self) -> dt.datetime:
        """When its office first gave this answer, without another one since."""
        found: Any = Reply.objects.with_first_received().filter(pk=self.pk).first()
        return found.first_received_at if found else self.received_at

    @cached_property
    def said_before(self) -> int | None:
        """The key of the predecessor's reply, where that answer was first carried over."""
        found: Any = Reply.objects.with_first_received().filter(pk=self.pk).first()
        return found.said_before if found else self.carried_from_id

    @property
    def segment_names(self) -> list[str]:
        # Who chose the usual ones alone needs no edition, which may take a query.
        is_usual = {*self.segments} <= {*Segment.values}
        own = "" if is_usual else self.invitation.edition.own_segments
        return [name for code in self.segments if (name := segment_called(code, own))]

    def recorded_points(self, language: str) -> list[tuple[str, str]]:
        """Return what the office said, labelled in the active language, for mails and pages."""
        return [(label, words) for _field, label, words in self.recorded_fields(language)]

    def points_for_desk(self, language: str) -> list[tuple[str, str]]:
        """Return the recorded points but for the interest in partnership, a list of its own."""
        return [
            (label, words)
            for field, label, words in self.recorded_fields(language)
            if field != "partnership_interest"
        ]

    def recorded_fields(self, language: str) -> list[tuple[str, str, str]]:
        """Return the field, its label and its words of each point that the office gave."""
        points = [
            ("answer", gettext("Answer"), capfirst(self.get_answer_display())),
            ("substitute_name", gettext("Substitute"), self.substitute_name),
            ("substitute_function", gettext("Substitute’s function"), self.substitute_function),
            ("substitute_rank", gettext("Substitute’s rank"), str(self.substitute_rank or "")),
            (
                "segments",
                gettext("Segments to be attended"),
                capfirst(format_list(self.segment_names, language)),
            ),
            (
                "partnership_interest",
                gettext("Partnership packages"),
                gettext("of interest") if self.partnership_interest else "",
            ),
            ("respondent_name", gettext("Answered by"), self.respondent_name),
            ("respondent_function", gettext("Function"), self.respondent_function),
            ("respondent_email", gettext("E-mail"), self.respondent_email),
            ("respondent_phone", gettext("Telephone"), self.respondent_phone),
            ("remarks", gettext("Remarks"), self.remarks),
        ]
        return [point for point in points if point[2]]


SEGMENTS_IN_USE = _(
    "Offices have answered, or sessions belong to them: leave these lines, in their order."
)


def last_segment_in_use(edition: ForumEdition) -> int:
    """Return the last line of its own segments that a reply or a session names; 0 for none."""
    replies = Reply.objects.filter(invitation__edition=edition)
    used = {code for of_one in replies.values_list("segments", flat=True) for code in of_one}
    for sessions in ("sessions", "session_hours"):
        used |= {*getattr(edition, sessions).values_list("segment", flat=True)}
    numbers = (code.removeprefix("part_") for code in used if code.startswith("part_"))
    return max(map(int, numbers), default=0)
