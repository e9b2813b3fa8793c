"""Policy statements and their texts."""

from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import Concat, Trim
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from delegations.models.delegation import Delegation, answers_of_state
from delegations.models.programme import ANSWERS_HEARD, HighLevelSession, SpeakingSlot
from invitations.models import (
    ANSWERS_SPEAKING,
    Answer,
    Invitation,
    Language,
    Minister,
    Rank,
    Reply,
)
from invitations.text.dates import comma_list

OF_STATE = ("delegation__edition", "delegation__member_state")


class PolicyStatementQuerySet(models.QuerySet["PolicyStatement"]):
    def standing(self) -> Self:
        """Statements that will be delivered as of today, in any mode."""
        return self.filter(Exists(answers_of_state(ANSWERS_SPEAKING, *OF_STATE)))

    def heard(self) -> Self:
        """Statements that are delivered in a session as of today, not in writing alone."""
        heard = Exists(answers_of_state(ANSWERS_HEARD, *OF_STATE))
        return self.filter(heard).exclude(mode=PolicyStatement.Mode.WRITTEN)

    def without_place(self) -> Self:
        """Statements of delegations with no slot in any session that takes place."""
        slots = SpeakingSlot.objects.in_public_sessions()
        return self.exclude(Exists(slots.filter(delegation=OuterRef("delegation"))))

    def contradicted(self) -> Self:
        """Statements that will be delivered as of today, in a mode that no answer speaks of."""
        agreeing = Q()
        for answer, mode in MODE_OF_ANSWER.items():
            stands = Exists(answers_of_state((answer,), *OF_STATE))
            agreeing |= Q(stands, mode=mode)
        return self.standing().exclude(agreeing)

    def naming_another(self) -> Self:
        """Statements that name the minister or a substitute, where the answer names another one.

        Whom no answer names, a spelling of its own or a third person, is taken as the office says.
        """
        speaker = OuterRef("speaker_name")
        given, family = "invitation__minister__given_name", "invitation__minister__family_name"
        names = Trim(Concat(given, Value(" "), family))
        is_minister = Q(minister_name=speaker) | Q(invitation__minister__name_in_script=speaker)
        before = Reply.objects.filter(
            invitation=OuterRef("invitation"), substitute_name=OuterRef(speaker)
        )
        left = Minister.objects.annotate(
            full=Trim(Concat("given_name", Value(" "), "family_name"))
        ).filter(Q(full=OuterRef(speaker)) | Q(name_in_script=OuterRef(speaker)))
        known = (
            is_minister
            | Q(Exists(before))
            | Q(Exists(left.filter(successor=OuterRef("invitation__minister"))))
        )
        awaited = Q(substitute_name=speaker) | (Q(substitute_name="") & is_minister)
        speaks = answers_of_state(ANSWERS_SPEAKING, *OF_STATE).annotate(minister_name=names)
        doubtful = speaks.exclude(awaited).filter(known)
        return (
            self.exclude(speaker_name="")
            .filter(Exists(doubtful))
            .exclude(Exists(speaks.filter(awaited | ~known)))
        )

    def doubtful(self) -> Self:
        """Statements that say otherwise than their State's answer: the mode, or who speaks."""
        return self.contradicted() | self.naming_another()

    def with_places(self) -> Self:
        """Let each say whether it is heard in a session as of today, and lacks its place."""
        same = self.model.objects.filter(pk=OuterRef("pk"))
        return self.annotate(
            is_heard=Exists(same.heard()), lacks_place=Exists(same.without_place())
        )


class PolicyStatement(models.Model):
    class Mode(models.TextChoices):
        IN_PERSON = "in_person", _("in person")
        VIDEO = "video", _("by video")
        WRITTEN = "written", _("in writing only")

    class Interpretation(models.TextChoices):
        """Who interprets a language that is none of the six into one of them."""

        OWN = "own", _("the delegation brings its interpreter")
        READ = "read", _("a translation of the text is provided, to be read out")
        ASKED = "asked", _("the delegation asks the organizers for help")

    delegation = models.OneToOneField(
        Delegation, models.CASCADE, related_name="statement", verbose_name=_("delegation")
    )
    speaker_name = models.CharField(_("speaker"), max_length=120)
    speaker_function = models.CharField(_("speaker’s function"), max_length=200, blank=True)
    speaker_rank = models.ForeignKey(
        Rank, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("rank")
    )
    mode = models.CharField(_("mode"), max_length=10, choices=Mode, default=Mode.IN_PERSON)
    title = models.CharField(_("title"), max_length=200, blank=True)
    theme = models.CharField(_("theme"), max_length=200, blank=True)
    first_choice = models.ForeignKey(
        HighLevelSession, models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name=_("preferred session"),
    )  # fmt: skip
    second_choice = models.ForeignKey(
        HighLevelSession, models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name=_("second preference"),
    )  # fmt: skip
    language = models.CharField(_("language"), max_length=10, choices=Language, blank=True)
    other_language = models.CharField(_("another language"), max_length=60, blank=True)
    interpretation = models.CharField(
        _("interpretation"), max_length=10, choices=Interpretation, blank=True
    )
    quotation = models.TextField(_("quotation for the press"), max_length=400, blank=True)
    quotation_consent = models.BooleanField(_("the quotation may be published"), default=False)
    biography = models.TextField(_("short biography"), max_length=1500, blank=True)
    photo = models.FileField(_("photo"), blank=True, max_length=120, editable=False)
    photo_sha256 = models.CharField(max_length=64, blank=True, editable=False)

    objects = PolicyStatementQuerySet.as_manager()

    class Meta:
        verbose_name = _("policy statement")
        verbose_name_plural = _("policy statements")
        ordering = ["delegation"]
        constraints = [
            models.CheckConstraint(
                name="preferred_sessions_differ",
                condition=Q(first_choice=None)
                | Q(second_choice=None)
                | ~Q(first_choice=F("second_choice")),
                violation_error_message=_("The second preference is another session."),
            )
        ]

    def __str__(self) -> str:
        return comma_list([self.speaker_name, self.delegation])

    @property
    def language_in_words(self) -> str:
        """The language in which it is delivered; of one that is none of the six, who interprets."""
        said = self.get_language_display() if self.language else self.other_language
        return comma_list([said, self.get_interpretation_display()])


# How the statement of each answer is delivered.
MODE_OF_ANSWER = {
    Answer.IN_PERSON: PolicyStatement.Mode.IN_PERSON,
    Answer.REPRESENTED: PolicyStatement.Mode.IN_PERSON,
    Answer.VIDEO: PolicyStatement.Mode.VIDEO,
    Answer.WRITTEN: PolicyStatement.Mode.WRITTEN,
}


class StatementTextQuerySet(models.QuerySet["StatementText"]):
    def current(self) -> Self:
        return self.filter(replaced_at=None)

    def standing(self) -> Self:
        """Current texts of statements that will be delivered as of today."""
        return self.current().filter(statement__in=PolicyStatement.objects.standing())


class StatementText(models.Model):
    """A file with the words of the statement; a replaced file stays on file."""

    statement = models.ForeignKey(
        PolicyStatement, models.CASCADE, related_name="texts", verbose_name=_("policy statement")
    )
    file = models.FileField(_("file"), max_length=120)
    sha256 = models.CharField("SHA-256", max_length=64)
    kind = models.CharField(_("kind"), max_length=4)
    size = models.PositiveIntegerField(_("size"))
    called = models.CharField(_("name of the file"), max_length=120)
    language = models.CharField(_("language"), max_length=60, blank=True)
    filed_at = models.DateTimeField(_("filed at"), default=timezone.now)
    filed_by = models.ForeignKey(
        Invitation, models.PROTECT, related_name="+", verbose_name=_("filed by")
    )
    replaced_at = models.DateTimeField(_("replaced at"), null=True, blank=True)
    # Whether nothing came in its place.
    is_taken_off = models.BooleanField(_("taken off"), default=False)

    objects = StatementTextQuerySet.as_manager()

    class Meta:
        verbose_name = _("text of a statement")
        verbose_name_plural = _("texts of statements")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_current_text_of_the_same_bytes",
                fields=["statement", "sha256"],
                condition=Q(replaced_at=None),
            )
        ]

    def __str__(self) -> str:
        return self.called
