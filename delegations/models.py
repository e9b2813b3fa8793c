"""Everything after a yes: delegations, their statements, and the list of speakers."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from invitations.models import (
    BRINGING,
    SPEAKING,
    ForumEdition,
    Gender,
    Invitation,
    Language,
    MemberState,
    Rank,
    Reply,
    Segment,
)
from invitations.text.dates import comma_list, labelled


def _answered(answers: tuple[str, ...], edition: str, state: str) -> Exists:
    """Whether an issued invitation of that State has a standing reply among the answers."""
    return Exists(
        Reply.objects.standing().filter(
            answer__in=answers,
            invitation__status=Invitation.Status.ISSUED,
            invitation__edition=OuterRef(edition),
            invitation__member_state=OuterRef(state),
        )
    )


class DelegationQuerySet(models.QuerySet["Delegation"]):
    def standing(self) -> Self:
        """Delegations that come as things stand today; a later regret drops out by itself."""
        return self.filter(_answered(BRINGING, "edition", "member_state"))


class Delegation(models.Model):
    edition = models.ForeignKey(
        ForumEdition, models.PROTECT, related_name="delegations", verbose_name=_("edition")
    )
    member_state = models.ForeignKey(
        MemberState, models.PROTECT, related_name="delegations", verbose_name=_("Member State")
    )

    objects = DelegationQuerySet.as_manager()

    class Meta:
        verbose_name = _("delegation")
        verbose_name_plural = _("delegations")
        ordering = ["edition", "member_state"]
        constraints = [
            models.UniqueConstraint(
                name="one_delegation_per_state", fields=["edition", "member_state"]
            )
        ]

    def __str__(self) -> str:
        return comma_list([self.member_state, self.edition])


class Delegate(models.Model):
    class Role(models.TextChoices):
        HEAD = "head", _("head of delegation")
        DEPUTY = "deputy", _("deputy head of delegation")
        ALTERNATE = "alternate", _("alternate")
        ADVISER = "adviser", _("adviser")

    delegation = models.ForeignKey(
        Delegation, models.CASCADE, related_name="delegates", verbose_name=_("delegation")
    )
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.ADVISER)
    name = models.CharField(_("name as on the badge"), max_length=120)
    function = models.CharField(_("function"), max_length=200, blank=True)
    organization = models.CharField(_("organization"), max_length=200, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    gender = models.CharField(
        _("gender"),
        max_length=1,
        blank=True,
        choices=[(Gender.FEMALE, _("woman")), (Gender.MALE, _("man"))],
        help_text=_("Optional; published only as counts."),
    )
    arrives_on = models.DateField(_("arrival"), null=True, blank=True)
    departs_on = models.DateField(_("departure"), null=True, blank=True)
    needs_visa_letter = models.BooleanField(_("visa letter needed"), default=False)
    needs = models.TextField(_("needs of access and diet"), max_length=1000, blank=True)
    form_key = models.UUIDField(null=True, editable=False)

    class Meta:
        verbose_name = _("delegate")
        verbose_name_plural = _("delegates")
        ordering = ["delegation", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_head_of_delegation",
                fields=["delegation"],
                condition=Q(role="head"),
                violation_error_message=_("A delegation has one head."),
            ),
            models.UniqueConstraint(
                name="one_delegate_per_form", fields=["delegation", "form_key"]
            ),
            models.CheckConstraint(
                name="departs_after_arriving",
                condition=Q(arrives_on=None)
                | Q(departs_on=None)
                | Q(departs_on__gte=F("arrives_on")),
                violation_error_message=_("The departure cannot come before the arrival."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class DelegationChange(models.Model):
    """Who changed what of a delegation or its statement; what it held before is not kept."""

    class Part(models.TextChoices):
        DELEGATE = "delegate", _("delegate")
        STATEMENT = "statement", _("policy statement")

    class Act(models.TextChoices):
        ADDED = "added", _("added")
        CHANGED = "changed", _("changed")
        REMOVED = "removed", _("removed")

    delegation = models.ForeignKey(
        Delegation, models.CASCADE, related_name="changes", verbose_name=_("delegation")
    )
    at = models.DateTimeField(_("at"), default=timezone.now)
    invitation = models.ForeignKey(
        Invitation, models.PROTECT, null=True, related_name="+", verbose_name=_("office")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+",
        verbose_name=_("member of staff"),
    )  # fmt: skip
    part = models.CharField(_("part"), max_length=10, choices=Part)
    act = models.CharField(_("what happened"), max_length=10, choices=Act)
    subject = models.CharField(_("whom or what it concerns"), max_length=200)
    fields = models.JSONField(_("what was changed"), default=list, blank=True)

    class Meta:
        verbose_name = _("change of a delegation")
        verbose_name_plural = _("changes of delegations")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="changed_by_an_office_or_by_staff",
                condition=Q(invitation__isnull=False, user=None)
                | Q(invitation=None, user__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return labelled(self.subject, self.get_act_display())


class HighLevelSession(models.Model):
    edition = models.ForeignKey(
        ForumEdition, models.PROTECT, related_name="sessions", verbose_name=_("edition")
    )
    segment = models.CharField(_("segment"), max_length=20, choices=Segment)
    title = models.CharField(_("title"), max_length=200)
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))
    room = models.CharField(_("room"), max_length=80, blank=True)
    chair = models.CharField(_("chair"), max_length=120, blank=True)
    seats = models.PositiveSmallIntegerField(_("speaking slots"), default=0)

    class Meta:
        verbose_name = _("high-level session")
        verbose_name_plural = _("high-level sessions")
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="session_ends_after_it_starts",
                condition=Q(ends_at__gt=F("starts_at")),
                violation_error_message=_("A session ends after it starts."),
            )
        ]

    def __str__(self) -> str:
        return str(self.title)


class PolicyStatementQuerySet(models.QuerySet["PolicyStatement"]):
    def standing(self) -> Self:
        """Statements that will be delivered as things stand today, in whatever mode."""
        return self.filter(_answered(SPEAKING, "delegation__edition", "delegation__member_state"))


class PolicyStatement(models.Model):
    class Mode(models.TextChoices):
        IN_PERSON = "in_person", _("in person")
        VIDEO = "video", _("by video")
        WRITTEN = "written", _("in writing only")

    class Interpretation(models.TextChoices):
        """For a language that is none of the six: who renders it into one of them."""

        OWN = "own", _("the delegation brings its interpreter")
        READ = "read", _("a translation of the text is provided, to be read out")
        ASKED = "asked", _("the delegation asks the organizers for help")

    delegation = models.OneToOneField(
        Delegation, models.CASCADE, related_name="statement", verbose_name=_("delegation")
    )
    speaker_name = models.CharField(_("speaker"), max_length=120)
    speaker_function = models.CharField(_("speaker's function"), max_length=200, blank=True)
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


class StatementTextQuerySet(models.QuerySet["StatementText"]):
    def current(self) -> Self:
        return self.filter(replaced_at=None)


class StatementText(models.Model):
    """A file of the statement's words. One that was replaced stays on file."""

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


class SpeakingSlotQuerySet(models.QuerySet["SpeakingSlot"]):
    def standing(self) -> Self:
        """Slots whose State speaks as things stand today; a later regret drops out by itself."""
        return self.filter(_answered(SPEAKING, "session__edition", "delegation__member_state"))


class SpeakingSlot(models.Model):
    session = models.ForeignKey(
        HighLevelSession, models.PROTECT, related_name="slots", verbose_name=_("high-level session")
    )
    delegation = models.ForeignKey(
        Delegation, models.PROTECT, related_name="slots", verbose_name=_("delegation")
    )
    position = models.PositiveSmallIntegerField(_("position"))
    minutes = models.PositiveSmallIntegerField(_("minutes"), default=3)
    moved_because = models.CharField(_("why moved"), max_length=300, blank=True)

    objects = SpeakingSlotQuerySet.as_manager()

    class Meta:
        verbose_name = _("speaking slot")
        verbose_name_plural = _("speaking slots")
        ordering = ["session", "position"]
        constraints = [
            models.UniqueConstraint(
                name="one_speaker_per_position", fields=["session", "position"]
            ),
            models.UniqueConstraint(
                name="one_slot_per_delegation_and_session", fields=["session", "delegation"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.delegation}"
