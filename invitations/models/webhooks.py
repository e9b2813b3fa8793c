"""Webhooks: the addresses that two people approved, and the messages to each."""

import uuid
from typing import Self
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from invitations.audit import Act
from invitations.models.credentials import Credential, CredentialQuerySet
from invitations.models.edition import ForumEdition
from invitations.text.dates import comma_list

NO_USER_NAME = _(
    "Leave out the user name and password: each message is signed, which tells the other system "
    "that it is ours."
)
BEYOND_ASCII = _("Write the address as a browser sends it: in ASCII, the rest percent-encoded.")


class WebhookAddressQuerySet(CredentialQuerySet):
    def told(self) -> Self:
        """Addresses in use whose edition the public may know: of another one nothing is told."""
        return self.in_use().filter(edition__in=ForumEdition.objects.announced())


class WebhookAddress(Credential):
    """Where another system hears that something of one edition happened; never what."""

    RELEASED, REVOKED = Act.WEBHOOK_RELEASED, Act.WEBHOOK_REVOKED

    called = models.CharField(
        _("system that is told"), max_length=120, help_text=_("Which system, and who runs it.")
    )
    url = models.URLField(
        _("address"),
        max_length=300,
        validators=[URLValidator(schemes=["https"])],
        help_text=_("https:// alone."),
    )
    # Encrypted; the earlier one signs too for a day, so that the other system can change over.
    secret = models.TextField(editable=False)
    earlier_secret = models.TextField(blank=True, editable=False)
    rotated_at = models.DateTimeField(_("secret changed at"), null=True, editable=False)
    edition_mark = models.CharField(max_length=64, blank=True, editable=False)

    objects = WebhookAddressQuerySet.as_manager()

    class Meta(Credential.Meta):
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")

    def __str__(self) -> str:
        return comma_list([self.called, self.edition])

    def clean(self) -> None:
        """Refuse what nothing could be sent to: a name that signs in, or letters beyond ASCII."""
        if "@" in urlsplit(self.url).netloc:
            raise ValidationError({"url": NO_USER_NAME})
        if not self.url.isascii():
            raise ValidationError({"url": BEYOND_ASCII})


class WebhookMessageQuerySet(models.QuerySet["WebhookMessage"]):
    def to_send_again(self) -> "WebhookMessageQuerySet":
        """Messages that no attempt brought there, of addresses that nobody has revoked."""
        return self.filter(state=WebhookMessage.State.FAILED, address__revoked_at=None)


class WebhookMessage(models.Model):
    """One thing that one system is told, and whether it took it."""

    class Kind(models.TextChoices):
        REPLY_RECORDED = "reply.recorded", _("a reply was recorded")
        SPEAKERS_PUBLISHED = "speakers.published", _("the list of speakers was published")
        EDITION_CHANGED = "edition.changed", _("the edition changed")

    class State(models.TextChoices):
        WAITING = "waiting", _("waits to leave")
        SENDING = "sending", _("sending")
        ARRIVED = "arrived", _("arrived")
        FAILED = "failed", _("failed")

    address = models.ForeignKey(
        WebhookAddress, models.PROTECT, related_name="messages", verbose_name=_("webhook")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    # What it is about, once for each address: the key of a reply, an hour, a version.
    subject = models.CharField(_("identifier"), max_length=64)
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    happened_at = models.DateTimeField(_("at"), default=timezone.now)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    not_before = models.DateTimeField(_("leaves no earlier than"), default=timezone.now)
    lease_ends_at = models.DateTimeField(null=True, editable=False)
    arrived_at = models.DateTimeField(_("arrived at"), null=True)
    said = models.CharField(_("what the other system said"), max_length=200, blank=True)

    objects = WebhookMessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message of a webhook")
        verbose_name_plural = _("messages of webhooks")
        ordering = ["-happened_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_message_of_each_subject", fields=["address", "kind", "subject"]
            ),
            models.CheckConstraint(
                name="message_being_sent_has_a_lease",
                condition=Q(state="sending", lease_ends_at__isnull=False)
                | (~Q(state="sending") & Q(lease_ends_at=None)),
            ),
        ]
        indexes = [models.Index(name="webhooks_that_wait", fields=["state", "not_before"])]

    def __str__(self) -> str:
        return comma_list([self.get_kind_display(), self.address])
