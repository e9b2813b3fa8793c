"""Circulars: one text, decided once, for all the letters made from it."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from modeltranslation.translator import translator

from invitations.models.addressees import UNNAMED, Gender, Mission
from invitations.models.edition import ForumEdition
from invitations.models.held.rows import HeldRow
from invitations.models.kinds import KINDS, LetterKind, Traits
from invitations.text.dates import with_honorific

OF_CIRCULARS = [(kind.value, kind.label) for kind in LetterKind if KINDS[kind].circular]


def permanent_missions() -> list[str]:
    return [Mission.Kind.MISSION]


def validate_note_kinds(values: Any) -> None:
    if not isinstance(values, list) or set(values) - set(Mission.Kind.values):
        raise ValidationError(_("Choose among the kinds of missions and posts that exist."))


class Circular(HeldRow):
    Kind = LetterKind

    class Audience(models.TextChoices):
        ALL = "all", _("all invitations")
        PRINCIPAL = "principal", _("principal invitations only")

    edition = models.ForeignKey(
        ForumEdition, models.PROTECT, related_name="circulars", verbose_name=_("edition")
    )
    reference = models.CharField(_("reference"), max_length=40, unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=OF_CIRCULARS, default=Kind.INVITATION)
    dated_on = models.DateField(_("date on the letter"))
    place = models.CharField(_("place on the letter"), max_length=60)
    signatory_honorific = models.CharField(
        _("signatory’s honorific"),
        max_length=40,
        blank=True,
        help_text=_("As in running text: Mr., M., el Sr., г-н, 先生, السيد."),
    )
    signatory_name = models.CharField(_("signatory"), max_length=120)
    signatory_title = models.CharField(_("signatory’s title"), max_length=120)
    second_signatory_name = models.CharField(
        _("second signatory"),
        max_length=120,
        blank=True,
        help_text=_(
            "Where two sign: beneath the first. Mail names them where its text has "
            "$second_signatory."
        ),
    )
    second_signatory_title = models.CharField(
        _("second signatory’s title"), max_length=120, blank=True
    )
    original_signed_by = models.CharField(_("original signed by"), max_length=120, blank=True)
    original_signed_on = models.DateField(_("original signed on"), null=True, blank=True)
    original_scan = models.FileField(_("scan of the original"), blank=True, max_length=120)
    service = models.CharField(
        _("service"),
        max_length=120,
        blank=True,
        help_text=_("Who in the organization writes: General Secretariat (SG). Above the date."),
    )
    shows_contact = models.BooleanField(
        _("contact beneath the reference"),
        default=False,
        help_text=_("Name, telephone, fax and e-mail of the edition’s contact."),
    )
    addressed_to = models.CharField(
        _("addressed to"),
        max_length=200,
        blank=True,
        help_text=_(
            "All alike: “To the ministers of the Member States”. Its letters then bear no name, "
            "and open and close as to a person whose name is not known. Empty: each minister by "
            "name."
        ),
    )
    variant = models.CharField(
        _("variant of the text"),
        max_length=20,
        blank=True,
        help_text=_("One of the letter templates of this kind; empty: the usual text."),
    )
    changes = models.TextField(
        _("what changes"),
        blank=True,
        help_text=_("Whole sentences; they stand in a notice, a corrigendum or a replacement."),
    )
    audience = models.CharField(
        _("audience"), max_length=10, choices=Audience, default=Audience.ALL
    )
    regions = models.JSONField(_("regions"), default=list, blank=True)
    languages = models.JSONField(_("languages"), default=list, blank=True)
    ranks = models.JSONField(_("ranks"), default=list, blank=True)
    chosen = models.ManyToManyField(
        "invitations.Invitation", related_name="replacements", blank=True,
        verbose_name=_("invitations whose letters it replaces"),
    )  # fmt: skip
    # Of a letter of thanks, by the key of the invitation: name and function of the person who
    # delivered the statement, and nothing where the addressee did. What is not certain is left out.
    speakers = models.JSONField(_("speakers"), default=dict, blank=True, editable=False)
    note_kinds = models.JSONField(
        _("who gets notes verbales"),
        default=permanent_missions,
        blank=True,
        validators=[validate_note_kinds],
    )
    planned_at = models.DateTimeField(
        _("hour of sending"), null=True, blank=True, help_text=_("Letters leave no earlier.")
    )

    class Meta:
        verbose_name = _("circular")
        verbose_name_plural = _("circulars")
        ordering = ["-dated_on"]
        constraints = [
            models.UniqueConstraint(
                name="one_invitation_circular_per_edition",
                fields=["edition"],
                condition=Q(kind="invitation"),
                violation_error_message=_("This edition has its circular of invitation already."),
            )
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def traits(self) -> Traits:
        return KINDS[self.kind]

    @property
    def addressed_by(self) -> dict[str, str]:
        """The form of address of all its letters alike; empty where each has its own."""
        return {"form": UNNAMED, "gender": Gender.UNKNOWN} if self.says("addressed_to") else {}

    def says(self, text: str) -> bool:
        """Whether the text is written in any language; then each language needs it."""
        columns = translator.get_options_for_model(Circular).all_fields[text]
        return any(getattr(self, column.name) for column in columns)

    @property
    def is_forwarded(self) -> bool:
        """Whether notes verbales cover its letters: they speak of an invitation, and of a reply."""
        return self.kind != self.Kind.THANKS

    @property
    def signatory_called(self) -> str:
        """The signatory's name with the honorific, in running text in the active language."""
        return with_honorific(self.signatory_honorific, self.signatory_name)

    @property
    def is_signed(self) -> bool:
        """Whether it is recorded who signed the original, and when."""
        return bool(self.original_signed_by and self.original_signed_on)
