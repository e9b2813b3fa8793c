"""Where other systems are told that something happened."""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from invitations.models.edition import ForumEdition
from invitations.text.dates import comma_list

NO_USER_NAME = _(
    "Leave out the user name and password: each message is signed, which tells the other system "
    "that it is ours."
)
BEYOND_ASCII = _("Write the address as a browser sends it: in ASCII, the rest percent-encoded.")


class WebhookAddressQuerySet(models.QuerySet["WebhookAddress"]):
    def in_use(self) -> "WebhookAddressQuerySet":
        """Addresses that a second person released and nobody has ended."""
        return self.filter(released_at__isnull=False, ended_at=None)

    def told(self) -> "WebhookAddressQuerySet":
        """Addresses in use whose edition the public may know: of another one nothing is told."""
        return self.in_use().filter(edition__in=ForumEdition.objects.announced())

    def waiting_for(self, person: User) -> "WebhookAddressQuerySet":
        """Addresses that are told nothing before this person, or another, has released them."""
        return self.filter(released_at=None, ended_at=None).exclude(made_by=person)


class WebhookAddress(models.Model):
    """Where another system hears that something of one edition happened; never what."""

    edition = models.ForeignKey(
        ForumEdition, models.PROTECT, related_name="webhooks", verbose_name=_("edition")
    )
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
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, editable=False, related_name="+",
        verbose_name=_("made by"),
    )  # fmt: skip
    made_at = models.DateTimeField(_("made at"), default=timezone.now, editable=False)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+",
        verbose_name=_("released by"),
    )  # fmt: skip
    released_at = models.DateTimeField(_("released at"), null=True, editable=False)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+",
        verbose_name=_("ended by"),
    )  # fmt: skip
    ended_at = models.DateTimeField(_("ended at"), null=True, editable=False)

    objects = WebhookAddressQuerySet.as_manager()

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="nobody_releases_their_own_webhook",
                condition=Q(released_at=None, released_by=None)
                | (
                    Q(released_at__isnull=False, released_by__isnull=False)
                    & ~Q(released_by=F("made_by"))
                ),
            ),
            models.CheckConstraint(
                name="ended_webhook_says_by_whom",
                condition=Q(ended_at=None, ended_by=None)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return comma_list([self.called, self.edition])

    def clean(self) -> None:
        """Refuse what nothing could be sent to: a name that signs in, or letters beyond ASCII."""
        if "@" in urlsplit(self.url).netloc:
            raise ValidationError({"url": NO_USER_NAME})
        if not self.url.isascii():
            raise ValidationError({"url": BEYOND_ASCII})
