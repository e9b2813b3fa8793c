"""Invitations, and the links and codes by which offices answer them."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from invitations.models.addressees import Minister
from invitations.models.edition import ANSWERS_BRINGING, ANSWERS_SPEAKING, ForumEdition
from invitations.models.held.change import HeldChange
from invitations.models.held.rows import HeldQuerySet, HeldRow
from invitations.models.reasons import ReasonField
from invitations.models.states import MemberState
from invitations.text.dates import labelled


class InvitationQuerySet(HeldQuerySet["Invitation"]):
    def issued(self) -> Self:
        return self.filter(status=Invitation.Status.ISSUED)

    def locked(self) -> Self:
        """Lock the invitations until the transaction ends, the one made first before the others.

        Whoever locks more keeps to one order, so that nobody waits for each other: invitations,
        then letters, then deliveries; an approval locks records before and after them
        (``lock_shared``).
        """
        # Rows that refer to an invitation, as each new letter does, do not wait for this lock.
        return self.select_for_update(of=("self",), no_key=True).order_by("pk")

    def principal(self) -> Self:
        return self.filter(is_principal=True)

    def answering_for_state(self) -> Self:
        """Issued invitations whose answer is their State's: principal ones.

        Of a State that has none, in force or drafted, any other's answer is.
        """
        principal = self.model.objects.principal().exclude(status=Invitation.Status.WITHDRAWN)
        of_state = {"edition": OuterRef("edition"), "member_state": OuterRef("member_state")}
        return self.issued().filter(Q(is_principal=True) | ~Exists(principal.filter(**of_state)))

    def beside_principal(self, keys: Iterable[int]) -> Self:
        """Issued invitations by courtesy of States whose principal one is among these."""
        principal = self.model.objects.principal().filter(pk__in=keys)
        of_state = {"edition": OuterRef("edition"), "member_state": OuterRef("member_state")}
        others = self.issued().filter(is_principal=False)
        return others.filter(Exists(principal.filter(**of_state)))

    def speaking_by_courtesy(self) -> Self:
        """Invitations whose answer brings a statement, while that of their State brings none."""
        speaking = {"replies__status": "standing", "replies__answer__in": ANSWERS_SPEAKING}
        for_state = self.model.objects.answering_for_state()
        of_state = {"edition": OuterRef("edition"), "member_state": OuterRef("member_state")}
        others = self.issued().exclude(pk__in=for_state.values("pk"))
        return others.filter(~Exists(for_state.filter(**speaking, **of_state)), **speaking)

    def answered(self) -> Self:
        """Issued invitations with a standing reply; a contested reply beside it changes nothing."""
        return self.issued().filter(replies__status="standing")

    def silent(self) -> Self:
        return self.issued().exclude(replies__status="standing")

    def to_reconfirm(self) -> Self:
        """Answered invitations whose office has not said yet if its answer holds after a move."""
        return self.answered().filter(Exists(self.asked_again()))

    def may_reconfirm(self, offered: list[str]) -> Self:
        """Those of them whose answer is one that is offered still."""
        return self.to_reconfirm().filter(replies__status="standing", replies__answer__in=offered)

    def to_choose_again(self, offered: list[str]) -> Self:
        """Those of them whose answer is not offered any more: nothing is converted."""
        may = self.model.objects.may_reconfirm(offered)
        return self.to_reconfirm().exclude(pk__in=may.values("pk"))

    def awaited(self, asked_before: dt.datetime | None = None) -> Self:
        """Issued invitations whose office is silent, or has not re-confirmed after a move.

        With an instant, only moves that were released by then count.
        """
        answered = self.model.objects.filter(pk=OuterRef("pk"), replies__status="standing")
        return self.issued().filter(~Exists(answered) | Exists(self.asked_again(asked_before)))

    def asked_again(self, before: dt.datetime | None = None) -> "InvitationQuerySet":
        """The outer invitation, if its office was asked by then and has not said anything yet."""
        asked: dict[str, Any] = {"said": "not_yet", "overtaken_at": None}
        if before:
            asked["move__released_at__lte"] = before
        of_office = {f"reconfirmations__{name}": value for name, value in asked.items()}
        return self.model.objects.filter(pk=OuterRef("pk"), **of_office)

    def bringing(self) -> Self:
        """Issued invitations whose standing reply says that somebody comes to the forum."""
        return self.issued().filter(
            replies__status="standing", replies__answer__in=ANSWERS_BRINGING
        )

    def reached(self, before: dt.datetime) -> Self:
        """Invitations whose letter was handed over or dispatched at or before that instant."""
        arrived = self.model.objects.filter(
            pk=OuterRef("pk"),
            letters__kind__in=["invitation", "replacement"],
            letters__deliveries__state="handed_over",
            letters__deliveries__handed_over_at__lte=before,
        )
        return self.filter(Exists(arrived))

    def unreached(self) -> Self:
        """Unanswered invitations whose addresses all bounced or refused; no delivery is pending."""
        refused = self.with_invitation_sent_and("bounced", "failed")
        hoped_for = self.with_invitation_sent_and(
            "queued", "claimed", "sending", "deferred", "uncertain", "missed", "handed_over"
        )
        return self.silent().filter(refused, ~hoped_for)

    def reached_nobody(self) -> Self:
        """Issued invitations of which no letter was handed over or dispatched yet."""
        return self.issued().exclude(self.with_invitation_sent_and("handed_over"))

    def with_invitation_sent_and(self, *states: str) -> Exists:
        """Whether an invitation has a delivery in one of these states; asked of each by itself."""
        sent = self.model.objects.filter(
            pk=OuterRef("pk"),
            letters__kind__in=["invitation", "replacement"],
            letters__deliveries__state__in=states,
        )
        return Exists(sent)

    def of_persons_out_of_office(self) -> Self:
        """Drafts and issued invitations of ministers whom somebody has replaced."""
        live = self.exclude(status=Invitation.Status.WITHDRAWN)
        return live.exclude(minister__successor=None)

    def in_office(self) -> Self:
        """Invitations of ministers whom nobody has replaced."""
        return self.filter(minister__successor=None)

    def without_link(self) -> Self:
        """Drafts and issued invitations of who is in office, whose link has ended: no way in.

        While a hand-over waits, its minister is not in office, and gets none.
        """
        opens = ReplyLink.objects.current().filter(invitation=OuterRef("pk"))
        return self.in_office().exclude(status=Invitation.Status.WITHDRAWN).filter(~Exists(opens))

    def unheard(self) -> Self:
        """Invitations whose office has sent correspondence that nobody has dealt with yet."""
        return self.filter(correspondence__isnull=False, correspondence__dealt_with_at=None)


class Invitation(HeldRow):
    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        ISSUED = "issued", _("issued")
        WITHDRAWN = "withdrawn", _("withdrawn")

    edition = models.ForeignKey(
        ForumEdition, models.PROTECT, related_name="invitations", verbose_name=_("edition")
    )
    minister = models.ForeignKey(
        Minister, models.PROTECT, related_name="invitations", verbose_name=_("minister")
    )
    member_state = models.ForeignKey(
        MemberState,
        models.PROTECT,
        related_name="invitations",
        editable=False,
        verbose_name=_("Member State"),
        help_text=_("The minister’s State when the invitation was drafted."),
    )
    is_principal = models.BooleanField(
        _("principal"), default=True, help_text=_("The State’s answer is this one’s.")
    )
    status = models.CharField(
        _("status"), max_length=10, choices=Status, default=Status.DRAFT, editable=False
    )
    focal_point_name = models.CharField(_("focal point"), max_length=120, blank=True)
    focal_point_email = models.EmailField(_("focal point’s e-mail"), blank=True)
    drafted_at = models.DateTimeField(_("drafted at"), default=timezone.now, editable=False)
    issued_at = models.DateTimeField(_("issued at"), null=True, blank=True, editable=False)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True, editable=False)
    withdrawal_reason = ReasonField(_("why withdrawn"), editable=False)

    # The changes that a page of its office leaves out; no column.
    held: Sequence[HeldChange] = ()

    objects = InvitationQuerySet.as_manager()  # type: ignore[misc] # more than those of its base

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        permissions = [("take_out_lists", "Can take lists out as files")]
        ordering = ["edition", "member_state", "-is_principal", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_live_invitation_per_minister",
                fields=["edition", "minister"],
                condition=~Q(status="withdrawn"),
                violation_error_message=_("This minister is invited to this edition already."),
            ),
            models.UniqueConstraint(
                name="one_principal_invitation_per_state",
                fields=["edition", "member_state"],
                condition=Q(is_principal=True) & ~Q(status="withdrawn"),
                violation_error_message=_(
                    "This State has its principal invitation already; others are by courtesy."
                ),
            ),
            models.CheckConstraint(
                name="issued_invitation_says_when",
                condition=~Q(status="issued") | Q(issued_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return labelled(self.member_state, self.minister)

    @property
    def was_issued(self) -> bool:
        """Whether it was ever in force: until then its link and code open nothing and say nothing.

        One that was withdrawn as a draft was not, and a draft is not whatever it was before.
        """
        return self.issued_at is not None and self.status != self.Status.DRAFT

    @property
    def current_link(self) -> "ReplyLink | None":
        """The link that was not replaced; where links were read with the invitation, of these."""
        return next((link for link in self.links.all() if link.replaced_at is None), None)

    @property
    def chosen_as(self) -> str:
        """Its name among the invitations of several editions."""
        named = labelled(self.member_state.listed_as, self.minister)
        return f"{named} ({self.edition.symbol})"


class ReplyLinkQuerySet(models.QuerySet["ReplyLink"]):
    def current(self) -> Self:
        return self.filter(replaced_at=None)


class ReplyLink(models.Model):
    """One version of an invitation's link and printed code; replaced versions are kept."""

    invitation = models.ForeignKey(Invitation, models.CASCADE, related_name="links")
    version = models.PositiveSmallIntegerField(default=1)
    token = models.CharField(max_length=30, unique=True)
    code = models.CharField(max_length=20, unique=True)
    made_at = models.DateTimeField(default=timezone.now)
    replaced_at = models.DateTimeField(null=True, blank=True)

    objects = ReplyLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("reply link")
        verbose_name_plural = _("reply links")
        constraints = [
            models.UniqueConstraint(name="one_link_per_version", fields=["invitation", "version"]),
            models.UniqueConstraint(
                name="one_current_link", fields=["invitation"], condition=Q(replaced_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.invitation}, {self.version}"

    @property
    def gone_reason(self) -> str:
        """Why it opens no office's page any more; empty where it does."""
        if self.invitation.status == Invitation.Status.WITHDRAWN:
            return "withdrawn"
        if not self.replaced_at:
            return ""
        return "replaced" if self.invitation.links.current().exists() else "ended"
