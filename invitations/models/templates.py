"""The words of letters and mails, kept in versions."""

from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from invitations.models.edition import ApprovedByTwo, ApprovedByTwoQuerySet, Language
from invitations.placeholders import validate_placeholders


class LetterKind(models.TextChoices):
    INVITATION = "invitation", _("invitation")
    NOTE = "note", _("note verbale")
    NOTICE = "notice", _("notice of changed dates")
    CORRIGENDUM = "corrigendum", _("corrigendum")
    REPLACEMENT = "replacement", _("replacement")
    REMINDER = "reminder", _("reminder")
    ACKNOWLEDGEMENT = "acknowledgement", _("acknowledgement")


AUTOMATIC = (LetterKind.REMINDER, LetterKind.ACKNOWLEDGEMENT)


class LetterTemplateQuerySet(ApprovedByTwoQuerySet):
    def usable(self) -> Self:
        """Automatic kinds leave only in a version that two people approved."""
        return self.filter(~models.Q(kind__in=AUTOMATIC) | models.Q(second_approver__isnull=False))

    def for_letter(self, kind: str, variant: str) -> Self:
        """Usable versions, the newest first."""
        return self.usable().filter(kind=kind, variant=variant).order_by("-version")


class LetterTemplate(ApprovedByTwo):
    kind = models.CharField(_("kind"), max_length=20, choices=LetterKind)
    variant = models.CharField(_("variant"), max_length=20, blank=True)
    language = models.CharField(_("language"), max_length=10, choices=Language)
    version = models.PositiveSmallIntegerField(_("version"), default=1, editable=False)
    subject = models.CharField(_("subject"), max_length=200, validators=[validate_placeholders])
    paper = models.TextField(
        _("on paper"), blank=True, validators=[validate_placeholders], help_text=_("Markdown.")
    )
    mail = models.TextField(_("in the mail"), validators=[validate_placeholders])
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    written_at = models.DateTimeField(auto_now_add=True)

    objects = LetterTemplateQuerySet.as_manager()

    class Meta(ApprovedByTwo.Meta):
        verbose_name = _("letter template")
        verbose_name_plural = _("letter templates")
        ordering = ["kind", "variant", "language", "-version"]
        constraints = [
            *ApprovedByTwo.Meta.constraints,
            models.UniqueConstraint(
                name="one_template_per_version",
                fields=["kind", "variant", "language", "version"],
            ),
        ]

    def __str__(self) -> str:
        name = f"{self.get_kind_display()} {self.variant}".strip()
        return f"{name} ({self.get_language_display()}, {self.version})"
