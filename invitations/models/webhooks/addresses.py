"""Where other systems are told that something happened."""

from typing import Self
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
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
