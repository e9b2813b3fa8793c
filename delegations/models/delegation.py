"""Delegations, their delegates, and the history of both."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from invitations.models import (
    ANSWERS_BRINGING,
    ForumEdition,
    Gender,
    Invitation,
    MemberState,
    NextStep,
    Reply,
)
from invitations.models.reply import ReplyQuerySet
from invitations.text.dates import comma_list, labelled


def standing_answers(answers: tuple[str, ...], edition: str, state: str) -> ReplyQuerySet:
    """Return the standing replies among the answers to any issued invitation of that State."""
    return Reply.objects.standing().filter(
        answer__in=answers,
        invitation__status=Invitation.Status.ISSUED,
        invitation__edition=OuterRef(edition),
        invitation__member_state=OuterRef(state),
    )


def answers_of_state(answers: tuple[str, ...], edition: str, state: str) -> ReplyQuerySet:
    """Return those of them to the invitation whose answer is the State's: the principal one's."""
    return standing_answers(answers, edition, state).answering_for_state()


class DelegationQuerySet(models.QuerySet["Delegation"]):
    def standing(self) -> Self:
        """Delegations that come today; a later regret drops out by itself."""
        return self.filter(Exists(standing_answers(ANSWERS_BRINGING, "edition", "member_state")))

    def with_what_is_filed(self) -> Self:
        """Let each say which of the steps after a yes are done."""
        same = self.model.objects.filter(pk=OuterRef("pk"))
        return self.annotate(
            has_speaker=Exists(same.filter(statement__isnull=False)),
            has_text=Exists(
                same.filter(statement__texts__isnull=False, statement__texts__replaced_at=None)
            ),
            has_head=Exists(same.filter(delegates__role="head")),
        )


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

    @property
    def filed(self) -> list[str]:
        """The steps after a yes that are done, of one read by ``with_what_is_filed``."""
        return [step.value for step in NextStep if getattr(self, f"has_{step.value}")]


class DelegateQuerySet(models.QuerySet["Delegate"]):
    def standing(self) -> Self:
        """Delegates of delegations that come today."""
        return self.filter(delegation__in=Delegation.objects.standing())

    def named(self) -> Self:
        """Delegates whose names are on file, and not erased."""
        return self.exclude(name="")


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
    # Once the name is erased: whether it was that of the speaker.
    spoke = models.BooleanField(default=False, db_default=False, editable=False)

    objects = DelegateQuerySet.as_manager()

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
        return self.name or gettext("name erased")


class DelegationChange(models.Model):
    """Who changed what of a delegation or its statement; earlier values are not kept."""

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
