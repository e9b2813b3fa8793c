"""The deliveries (the outbox), their bounces, the steps of signed originals, and the history."""

import datetime as dt
import hashlib
from functools import reduce
from operator import or_
from typing import Any, ClassVar, Self, cast

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from invitations.models.addressees import Mission
from invitations.models.correspondence import has_unread_mail
from invitations.models.invitation import Invitation
from invitations.models.kinds import LetterKind
from invitations.models.letter import Letter, LetterQuerySet
from invitations.models.reasons import ByLanguageField, ReasonField
from invitations.text.by_language import words_read
from invitations.text.dates import comma_list, format_day, format_day_and_hour, labelled


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def by_mail(self) -> Self:
        return self.filter(channel=Delivery.Channel.EMAIL)

    def waiting(self) -> Self:
        return self.filter(state__in=Delivery.WAITING)

    def to_dispatch(self) -> Self:
        """Printed letters that wait; signed originals, and notes above them, are listed apart."""
        return (
            self.waiting().exclude(channel=Delivery.Channel.EMAIL).filter(letter__by_original=False)
        )

    def due(self, at: dt.datetime) -> Self:
        return self.by_mail().waiting().filter(not_before__lte=at)

    def left(self) -> Self:
        """Deliveries that left, are being sent, or may have left: they cannot be called back."""
        return self.filter(state__in=Delivery.LEFT)

    def put_right(self) -> Self:
        """Mails to an address that is on file no more, whose letter has gone elsewhere since."""
        return self.filter(went_elsewhere())

    def not_left(self) -> Self:
        """Deliveries that are neither handed over nor being sent: they can still be called back."""
        return self.filter(state__in=Delivery.NOT_LEFT)


def went_elsewhere() -> Q:
    """Match mails that did not arrive, and need nobody any more: their address was corrected."""
    not_arrived = Q(state__in=Delivery.NOT_ARRIVED, channel=Delivery.Channel.EMAIL)
    later = Delivery.objects.by_mail().exclude(state=Delivery.State.CANCELLED)
    # All copies that were addressed with it have its hour.
    after = {"pk__gt": OuterRef("pk"), "not_before__gt": OuterRef("not_before")}
    elsewhere = later.filter(letter=OuterRef("letter"), **after)
    invitation = "letter__invitation"
    columns = (
        f"{invitation}__minister__to_emails",
        f"{invitation}__minister__cc_emails",
        f"{invitation}__focal_point_email",
        "letter__reply__respondent_email",
    )
    on_file = reduce(or_, (Q(**{f"{name}__icontains": F("address")}) for name in columns))
    state = OuterRef(f"{invitation}__member_state")
    missions = Mission.objects.filter(states=state, emails__icontains=OuterRef("address"))
    return not_arrived & Q(Exists(elsewhere)) & ~on_file & ~Q(Exists(missions))


class Delivery(models.Model):
    """One letter to one address by one channel; it has one transaction and one outcome."""

    class Channel(models.TextChoices):
        EMAIL = "email", _("e-mail")
        POUCH = "pouch", _("pouch")
        POST = "post", _("post")
        HAND = "hand", pgettext_lazy("way of delivery", "by hand")

    class Line(models.TextChoices):
        """The header of the message in which the address stands."""

        TO = "to", _("To")
        CC = "cc", _("Cc")

    class State(models.TextChoices):
        QUEUED = "queued", _("waits to leave")
        CLAIMED = "claimed", _("about to leave")
        SENDING = "sending", _("sending")
        HANDED_OVER = "handed_over", _("handed over")
        DEFERRED = "deferred", _("deferred")
        FAILED = "failed", _("failed")
        UNCERTAIN = "uncertain", _("uncertain")
        MISSED = "missed", _("missed")
        CANCELLED = "cancelled", _("cancelled")
        BOUNCED = "bounced", _("bounced")

    WAITING = (State.QUEUED, State.DEFERRED)
    # Left, being sent, or may have left: they cannot be called back. The others still can.
    LEFT = (State.SENDING, State.HANDED_OVER, State.UNCERTAIN, State.BOUNCED)
    NOT_ARRIVED = (State.FAILED, State.BOUNCED, State.MISSED)
    NOT_LEFT = (State.QUEUED, State.CLAIMED, State.DEFERRED, State.MISSED)

    letter = models.ForeignKey(
        Letter, models.PROTECT, related_name="deliveries", verbose_name=_("letter")
    )
    channel = models.CharField(_("channel"), max_length=10, choices=Channel, default=Channel.EMAIL)
    line = models.CharField(_("line"), max_length=2, choices=Line, default=Line.TO)
    address = models.CharField(_("address"), max_length=320, blank=True)
    envelope = models.CharField(
        _("envelope sender"),
        max_length=24,
        unique=True,
        null=True,
        blank=True,
        editable=False,
        help_text=_("The same at every attempt: a bounce comes back to it."),
    )
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.QUEUED)
    priority = models.PositiveSmallIntegerField(
        _("priority"), default=5, help_text=_("The smallest number leaves first.")
    )
    not_before = models.DateTimeField(_("leaves no earlier than"), default=timezone.now)
    leave_before = models.DateTimeField(_("not sent any more from"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    claim = models.UUIDField(null=True, blank=True, editable=False)
    lease_ends_at = models.DateTimeField(null=True, blank=True, editable=False)
    sending_at = models.DateTimeField(_("being sent since"), null=True, blank=True)
    handed_over_at = models.DateTimeField(_("handed over at"), null=True, blank=True)
    reference = models.CharField(
        _("dispatch reference"), max_length=60, blank=True, help_text=_("Of the pouch or post.")
    )
    server_words = models.TextField(_("the server’s words"), blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["-pk"]
        indexes = [
            models.Index(
                name="deliveries_due",
                fields=["priority", "not_before", "id"],
                condition=Q(state__in=["queued", "deferred"]),
            ),
            models.Index(
                name="deliveries_leased",
                fields=["lease_ends_at"],
                condition=Q(state__in=["claimed", "sending"]),
            ),
            models.Index(
                name="deliveries_not_left",
                fields=["letter"],
                condition=Q(state__in=["queued", "claimed", "deferred", "missed"]),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                name="one_delivery_per_letter_and_address",
                fields=["letter", "channel", "address"],
            ),
            models.CheckConstraint(
                name="handed_over_says_when",
                condition=~Q(state="handed_over") | Q(handed_over_at__isnull=False),
            ),
            models.CheckConstraint(
                name="claimed_under_a_lease",
                condition=~Q(state__in=["claimed", "sending"])
                | Q(claim__isnull=False, lease_ends_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return comma_list([self.letter, self.address or self.get_channel_display()])

    @property
    def mark(self) -> str:
        """The hash of its last attempt: a page names it, and decides about no later one."""
        return hashlib.sha256(f"{self.pk} {self.claim} {self.sending_at}".encode()).hexdigest()


class Bounce(models.Model):
    """The report on a delivery by a mail server or provider that had taken it first."""

    class Kind(models.TextChoices):
        HARD = "hard", _("refused for good")
        SOFT = "soft", _("refused for now")
        DELAYED = "delayed", _("delayed")

    delivery = models.ForeignKey(
        Delivery, models.PROTECT, null=True, blank=True, related_name="bounces",
        verbose_name=_("delivery"),
    )  # fmt: skip
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    key = models.CharField(max_length=200, unique=True, editable=False)
    received_at = models.DateTimeField(_("received at"), default=timezone.now)
    server_words = models.TextField(_("the server’s words"), blank=True)
    message = models.FileField(_("message"), blank=True, max_length=120)
    message_sha256 = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name = _("bounce")
        verbose_name_plural = _("bounces")
        ordering = ["-received_at", "-pk"]

    def __str__(self) -> str:
        at = format_day_and_hour(timezone.localtime(self.received_at))
        return comma_list([self.get_kind_display(), at])


class LetterEvent(models.Model):
    """A change of a letter or delivery: when, by whom, why, and the server's words."""

    STATES = {**dict(Letter.State.choices), **dict(Delivery.State.choices)}

    letter = models.ForeignKey(
        Letter, models.PROTECT, related_name="events", verbose_name=_("letter")
    )
    delivery = models.ForeignKey(
        Delivery, models.PROTECT, null=True, blank=True, related_name="events",
        verbose_name=_("delivery"),
    )  # fmt: skip
    at = models.DateTimeField(_("at"), default=timezone.now)
    state = models.CharField(_("state"), max_length=12, choices=STATES)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("who"),
    )  # fmt: skip
    reason = ReasonField(_("why"))
    reason_by_language = ByLanguageField(of="reason")
    server_words = models.TextField(_("the server’s words"), blank=True)

    class Meta:
        verbose_name = _("entry in the history of letters")
        verbose_name_plural = _("history of letters")
        ordering = ["at", "pk"]
        indexes = [models.Index(name="events_by_hour", fields=["at"])]

    def __str__(self) -> str:
        return f"{format_day_and_hour(timezone.localtime(self.at))} {self.get_state_display()}"

    @property
    def why(self) -> str:
        """The reason in the language of the reader; as it was typed, if a person did."""
        return words_read(self.reason, self.reason_by_language)


# Letters that are signed by hand


class Step(models.TextChoices):
    """What is done with a signed original, in order."""

    PRINTED = "printed", pgettext_lazy("signed original", "printed")
    SIGNED = "signed", pgettext_lazy("signed original", "signed")
    HANDED_OVER = "handed_over", pgettext_lazy("signed original", "handed over")
    RECEIPT = "receipt", pgettext_lazy("signed original", "receipt on file")


STEPS = list(Step)


class Stage(models.TextChoices):
    """What of signed originals waits for a person."""

    UNDER_WAY = "under_way", _("to be printed, signed or handed over")
    NO_RECEIPT = "no_receipt", _("handed over, receipt missing")
    NO_ANSWER = "no_answer", _("no answer: speak to their mission")


class SignedOriginalQuerySet(LetterQuerySet):
    def with_days(self) -> Self:
        """Annotate the day of each step that stands: ``printed_on`` and so on."""
        days: dict[str, Any] = {
            f"{step}_on": Subquery(standing_step(step).values("done_on")[:1]) for step in STEPS
        }
        return self.annotate(**days)

    def at(self, stage: str, until: dt.date) -> Self:
        """Those at that stage; of answers, the ones handed over by the day ``until``."""
        if stage == Stage.UNDER_WAY:
            return self.under_way()
        return self.without_receipt() if stage == Stage.NO_RECEIPT else self.unanswered(until)

    def under_way(self) -> Self:
        """Approved ones that are not handed over yet, and that no other letter has replaced."""
        replaced = Q(replaced_by__kind=LetterKind.REPLACEMENT, replaced_by__state="approved")
        left = self.approved().filter(invitation__status="issued").exclude(replaced)
        return left.exclude(Exists(standing_step(Step.HANDED_OVER)))

    def without_receipt(self) -> Self:
        handed_over = self.filter(Exists(standing_step(Step.HANDED_OVER)))
        return handed_over.exclude(Exists(standing_step(Step.RECEIPT)))

    def unanswered(self, until: dt.date) -> Self:
        """Principal ones that stand, handed over by that day, of offices that say nothing yet."""
        handed_over = standing_step(Step.HANDED_OVER).filter(done_on__lte=until)
        silent = self.standing().filter(invitation__in=Invitation.objects.principal().silent())
        return silent.filter(Exists(handed_over)).exclude(has_unread_mail("invitation__"))


class SignedOriginalManager(models.Manager["SignedOriginal"]):
    def get_queryset(self) -> Any:
        return SignedOriginalQuerySet(self.model, using=self._db).originals()


class SignedOriginal(Letter):
    """A letter that is signed by hand, as the desk lists it."""

    # mypy takes the rows of a proxy for those of its model.
    objects: ClassVar[Any] = SignedOriginalManager.from_queryset(
        cast("Any", SignedOriginalQuerySet)
    )()

    class Meta:
        proxy = True
        # Whoever may read letters reads these; who records steps, the desk's page says.
        default_permissions = ()
        verbose_name = _("signed original")
        verbose_name_plural = _("signed originals")


class OriginalStepQuerySet(models.QuerySet["OriginalStep"]):
    def standing(self) -> Self:
        return self.filter(taken_back_at=None)


class OriginalStep(models.Model):
    """One step of a signed original: on which day, who recorded it, and the receipt's scan."""

    letter = models.ForeignKey(
        Letter, models.PROTECT, related_name="original_steps", verbose_name=_("letter")
    )
    step = models.CharField(_("step"), max_length=12, choices=Step)
    done_on = models.DateField(_("day"))
    remark = models.CharField(_("remark"), max_length=300, blank=True)
    recorded_at = models.DateTimeField(_("recorded at"), default=timezone.now)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+",
        verbose_name=_("recorded by"),
    )  # fmt: skip
    scan = models.FileField(_("scan"), blank=True, max_length=120)
    scan_sha256 = models.CharField(max_length=64, blank=True, editable=False)
    taken_back_at = models.DateTimeField(_("taken back at"), null=True, blank=True)
    taken_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("taken back by"),
    )  # fmt: skip
    discard_reason = ReasonField(_("why taken back"))

    objects = OriginalStepQuerySet.as_manager()

    class Meta:
        verbose_name = _("step of a signed original")
        verbose_name_plural = _("steps of a signed original")
        # No page of its own: it stands on that of the original.
        default_permissions = ()
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_standing_step_of_a_kind",
                fields=["letter", "step"],
                condition=Q(taken_back_at=None),
            )
        ]

    def __str__(self) -> str:
        return labelled(self.get_step_display(), format_day(self.done_on))


def standing_step(step: str) -> "models.QuerySet[OriginalStep]":
    """Return that step, as it stands, of the letter of the outer row."""
    return OriginalStep.objects.standing().filter(letter=OuterRef("pk"), step=step)
