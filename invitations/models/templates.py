"""Letter templates, kept in versions, and the terms that are printed around them."""

from collections.abc import Collection
from typing import Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from invitations.models.approval import ApprovedByTwo, ApprovedByTwoQuerySet
from invitations.models.edition import Answer, Language
from invitations.models.held.rows import HeldRow
from invitations.models.kinds import AUTOMATIC_KINDS, KINDS, LetterKind, Traits
from invitations.text.dates import bracketed, comma_list
from invitations.text.markdown import validate_links
from invitations.text.placeholders import (
    TERM_PLACEHOLDERS,
    missing_placeholders,
    unknown_placeholders,
    validate_markdown,
    validate_placeholders,
    validate_template_texts,
)
from invitations.text.typography import mended_french

# The variant of what circulars bring that speaks of who is addressed in the third person.
CROWN = "crown"
# The texts of a notice for one kind of move. Each says “you” to nobody, and serves crowns too; that
# of a postponement names no date before which to reply.
POSTPONED, ONLINE, IN_PERSON, LAST_DAY = "postponed", "online", "inperson", "lastday"
TO_WHOMEVER = (POSTPONED, ONLINE, IN_PERSON, LAST_DAY)
# Those of a letter of thanks: for a statement, for coming, and for a text alone. Crowns have one
# text for all three, and whoever delivered the statement in person has the one IN_PERSON.
SPOKE, CAME, SENT_A_TEXT = "spoke", "came", "filed"
THANKING = (SPOKE, CAME, SENT_A_TEXT)
# Those of an acknowledgement: the usual one, and those for answers that accept or regret. All of
# them are the letter ANSWER: which of its texts it has is chosen when it is composed.
ANSWER, ACCEPTS, REGRETS = "answer", "accepts", "regrets"
ACKNOWLEDGING: dict[str, str] = {
    Answer.IN_PERSON: ACCEPTS,
    Answer.REPRESENTED: ACCEPTS,
    Answer.ATTENDS_ONLY: ACCEPTS,
    Answer.VIDEO: ACCEPTS,
    Answer.REGRETS: REGRETS,
}
# The texts of a reminder once dates have moved: to who is silent, to who has answered, and to whose
# answer is offered no more and cannot be re-confirmed.
MOVED, RECONFIRM, ANEW = "moved", "reconfirm", "anew"
AFTER_A_MOVE = (MOVED, RECONFIRM, ANEW)


class ReviewedByNative(models.Model):
    """A text that a native reader marks as reviewed; until then, approvers are warned."""

    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    reviewed_at = models.DateTimeField(_("reviewed at"), null=True, editable=False)

    class Meta:
        abstract = True


# What the shipped variants are called; another one is called as whoever wrote it has named it.
VARIANTS = {
    "first": pgettext_lazy("variant of a text", "first"),
    "last": pgettext_lazy("variant of a text", "last"),
    "anew": pgettext_lazy("variant of a text", "anew"),
    "moved": pgettext_lazy("variant of a text", "moved"),
    "reconfirm": pgettext_lazy("variant of a text", "reconfirm"),
    "head": pgettext_lazy("variant of a text", "head"),
    "speaker": pgettext_lazy("variant of a text", "speaker"),
    "text": pgettext_lazy("variant of a text", "text"),
    ANSWER: pgettext_lazy("variant of a text", "answer"),
    ACCEPTS: pgettext_lazy("variant of a text", "acceptance"),
    REGRETS: pgettext_lazy("variant of a text", "regrets"),
    "contested": pgettext_lazy("variant of a text", "contested"),
    "copy": pgettext_lazy("variant of a text", "copy"),
    "holding": pgettext_lazy("variant of a text", "holding"),
    "crown": pgettext_lazy("variant of a text", "crown"),
    "circular": pgettext_lazy("variant of a text", "circular"),
    "inperson": pgettext_lazy("variant of a text", "in person"),
    "online": pgettext_lazy("variant of a text", "online"),
    "postponed": pgettext_lazy("variant of a text", "postponed"),
    "lastday": pgettext_lazy("variant of a text", "last day"),
    "original": pgettext_lazy("variant of a text", "original"),
    SPOKE: pgettext_lazy("variant of a text", "to who spoke"),
    CAME: pgettext_lazy("variant of a text", "to who came"),
    SENT_A_TEXT: pgettext_lazy("variant of a text", "to who sent a text"),
    "delegation": pgettext_lazy("variant of a text", "delegation"),
    "statement": pgettext_lazy("variant of a text", "statement"),
}


def format_variant(variant: str) -> str:
    return str(VARIANTS.get(variant, variant))


def text_called(kind: str, variant: str) -> str:
    """Return the name of a text, without its language."""
    label = str(LetterKind(kind).label)
    if not variant:
        return label
    return pgettext("kind and variant of a text", "%(kind)s %(variant)s") % {
        "kind": label,
        "variant": format_variant(variant),
    }


class LetterTemplateQuerySet(ApprovedByTwoQuerySet):
    def usable(self) -> Self:
        """Versions that letters may use; for automatic kinds, those that two people approved."""
        return self.filter(
            ~models.Q(kind__in=AUTOMATIC_KINDS) | models.Q(second_approver__isnull=False)
        )

    def newest_of(self, chosen: "models.QuerySet[LetterTemplate]") -> Self:
        """Return the newest version of each chosen text, usable or not."""
        same = {name: models.OuterRef(name) for name in ("kind", "variant", "language")}
        later = LetterTemplate.objects.filter(**same, version__gt=models.OuterRef("version"))
        of_chosen = chosen.order_by().filter(**same)
        return self.filter(~models.Exists(later), models.Exists(of_chosen))

    def for_letter(self, kind: str, variant: str) -> Self:
        """Return the usable versions for such a letter, the newest first."""
        return self.usable().filter(kind=kind, variant=variant).order_by("-version")


class LetterTemplate(ApprovedByTwo, ReviewedByNative):
    kind = models.CharField(_("kind"), max_length=20, choices=LetterKind)
    variant = models.CharField(_("variant"), max_length=20, blank=True)
    language = models.CharField(_("language"), max_length=10, choices=Language)
    version = models.PositiveSmallIntegerField(_("version"), default=1, editable=False)
    subject = models.CharField(_("subject"), max_length=200, validators=[validate_placeholders])
    paper = models.TextField(
        _("on paper"),
        blank=True,
        validators=[validate_placeholders, validate_markdown, validate_links],
        help_text=_("Markdown, no HTML. The box with link and code is printed below it."),
    )
    mail = models.TextField(_("in the mail"), blank=True, validators=[validate_placeholders])
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+",
        verbose_name=_("written by"),
    )  # fmt: skip
    written_at = models.DateTimeField(_("written at"), auto_now_add=True)

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
        name = text_called(self.kind, self.variant)
        return bracketed(name, comma_list([self.get_language_display(), self.version]))

    @property
    def traits(self) -> Traits:
        return KINDS[self.kind]

    @property
    def is_usable(self) -> bool:
        return self.traits.printed or self.is_approved

    def clean(self) -> None:
        if self.language == Language.FRENCH:
            for field in ("subject", "paper", "mail"):
                setattr(self, field, mended_french(getattr(self, field)))
        words = {"subject": self.subject, "paper": self.paper, "mail": self.mail}
        validate_template_texts(self.kind, self.variant, words)


class Term(HeldRow, ReviewedByNative):
    """A term that is printed around the text of a letter, in one language."""

    key = models.SlugField(_("key"), max_length=30)
    language = models.CharField(_("language"), max_length=10, choices=Language)
    text = models.CharField(_("text"), max_length=120)
    source = models.CharField(
        _("source"), max_length=120, blank=True, help_text=_("Where the term was seen.")
    )

    class Meta:
        verbose_name = _("term")
        verbose_name_plural = _("terms")
        ordering = ["key", "language"]
        constraints = [
            models.UniqueConstraint(name="one_term_per_language", fields=["key", "language"])
        ]

    def __str__(self) -> str:
        return bracketed(self.text, self.get_language_display())

    def keep_keys(self, changed: Collection[str] = ()) -> None:
        """Drop the native reader's tick if the words change."""
        if "text" in changed:
            self.reviewed_by = self.reviewed_at = None

    def clean(self) -> None:
        words = TERM_PLACEHOLDERS.get(self.key, set())
        if faults := [
            *unknown_placeholders(self.text, words),
            *missing_placeholders(self.text, words),
        ]:
            raise ValidationError({"text": faults})
