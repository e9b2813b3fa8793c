"""The deliveries (the outbox), the bounces of them, and the history of letters and deliveries."""

import datetime as dt
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from invitations.models.letter import Letter
from invitations.models.reasons import ReasonField
from invitations.text.dates import comma_list


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def by_mail(self) -> Self:
        return self.filter(channel=Delivery.Channel.EMAIL)

    def waiting(self) -> Self:
        return self.filter(state__in=[Delivery.State.QUEUED, Delivery.State.DEFERRED])

    def due(self, at: dt.datetime) -> Self:
        return self.by_mail().waiting().filter(not_before__lte=at)

    def left(self) -> Self:
        """Deliveries that left, are being sent, or may have left: they cannot be called back."""
        return self.filter(state__in=Delivery.LEFT)

    def not_left(self) -> Self:
        """Deliveries that are neither handed over nor being sent: they can still be called back."""
        return self.filter(state__in=Delivery.NOT_LEFT)


class Delivery(models.Model):
    """One letter to one address by one channel; it has one transaction and one outcome."""

    class Channel(models.TextChoices):
        EMAIL = "email", _("e-mail")
        POUCH = "pouch", _("pouch")
        POST = "post", _("post")

    class Line(models.TextChoices):
        """The header of the message in which the address stands."""

        TO = "to", _("To")
        CC = "cc", _("Cc")

    class State(models.TextChoices):
        QUEUED = "queued", _("queued")
        CLAIMED = "claimed", _("claimed")
        SENDING = "sending", _("sending")
        HANDED_OVER = "handed_over", _("handed over")
        DEFERRED = "deferred", _("deferred")
        FAILED = "failed", _("failed")
        UNCERTAIN = "uncertain", _("uncertain")
        MISSED = "missed", _("missed")
        CANCELLED = "cancelled", _("cancelled")
        BOUNCED = "bounced", _("bounced")

    # Left, being sent, or may have left: they cannot be called back. The others still can.
    LEFT = (State.SENDING, State.HANDED_OVER, State.UNCERTAIN, State.BOUNCED)
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
    not_before = models.DateTimeField(_("not before"), default=timezone.now)
    leave_before = models.DateTimeField(_("leave before"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    claim = models.UUIDField(null=True, blank=True, editable=False)
    lease_ends_at = models.DateTimeField(null=True, blank=True, editable=False)
    sending_at = models.DateTimeField(_("sending since"), null=True, blank=True)
    handed_over_at = models.DateTimeField(_("handed over at"), null=True, blank=True)
    reference = models.CharField(
        _("dispatch reference"), max_length=60, blank=True, help_text=_("Of the pouch or post.")
    )
    server_words = models.TextField(_("the server's words"), blank=True)

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
    server_words = models.TextField(_("the server's words"), blank=True)
    message = models.FileField(_("message"), blank=True, max_length=120)
    message_sha256 = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name = _("bounce")
        verbose_name_plural = _("bounces")
        ordering = ["-received_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.received_at:%Y-%m-%d %H:%M}"


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
    because = ReasonField(_("why"))
    server_words = models.TextField(_("the server's words"), blank=True)

    class Meta:
        verbose_name = _("letter event")
        verbose_name_plural = _("letter events")
        ordering = ["at", "pk"]
        indexes = [models.Index(name="events_by_hour", fields=["at"])]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.get_state_display()}"
