"""What the public pages tell their readers in words that an organization may edit."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from invitations.models.held.rows import HeldRow
from invitations.text.markdown import validate_links


class Notice(HeldRow):
    class Kind(models.TextChoices):
        PRIVACY = "privacy", _("Privacy")
        ACCESSIBILITY = "accessibility", _("Accessibility")

    kind = models.CharField(_("kind"), max_length=20, choices=Kind, unique=True)
    text = models.TextField(
        _("text"),
        validators=[validate_links],
        help_text=_("In Markdown; HTML is shown as it is typed."),
    )

    class Meta:
        verbose_name = _("notice on the public pages")
        verbose_name_plural = _("notices on the public pages")
        ordering = ["kind"]

    def __str__(self) -> str:
        return self.get_kind_display()
