"""Changes that wait until a second person releases them."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Self

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from invitations.models.reasons import ReasonField

Values = Mapping[str, Any]


class HeldChangeQuerySet(models.QuerySet["HeldChange"]):
    def waiting(self) -> Self:
        """Return what waits of what automatic mail says: until then it says what was before."""
        return self.filter(state=HeldChange.State.WAITING, kind=HeldChange.Kind.MAIL)

    def successions(self) -> Self:
        """Return the successions in office that wait for a second person."""
        return self.filter(kind=HeldChange.Kind.SUCCESSION, state=HeldChange.State.WAITING)

    def waiting_dates(self) -> Self:
        """Return the moves of dates that wait: nothing of them is in the record yet."""
        return self.filter(state=HeldChange.State.WAITING, kind=HeldChange.Kind.DATES)

    def undecided(self) -> Self:
        """Return what a second person has to look at, in force already or not, of each kind."""
        return self.filter(state__in=[HeldChange.State.WAITING, HeldChange.State.ALONE])

    def of(self, row: models.Model) -> Self:
        kind = {
            "content_type__app_label": row._meta.app_label,
            "content_type__model": row._meta.model_name,
        }
        return self.filter(**kind, object_id=str(row.pk))

    def touching(self, state: int) -> Self:
        """Return what concerns letters to that State: its own changes, and those of all States."""
        return self.filter(Q(states=None) | Q(states=state))


class HeldChange(models.Model):
    """A change of a record that takes effect when a second person releases it.

    ``before`` holds the last released values by column, ``after`` today's; either is empty where
    the record did not exist, or does not exist any more.
    """

    class Kind(models.TextChoices):
        MAIL = "mail", _("what automatic mail says, and where it goes")
        SUCCESSION = "succession", _("a successor in office")
        DATES = "dates", _("dates that move, for everybody at once")

    class State(models.TextChoices):
        WAITING = "waiting", _("waits for a second person")
        ALONE = "alone", _("released by one approver alone; a second one confirms or reverses it")
        RELEASED = "released", _("released")
        TAKEN_BACK = "taken_back", _("taken back")
        DISSOLVED = "dissolved", _("changed back by itself")

    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.MAIL)
    content_type = models.ForeignKey(
        ContentType, models.PROTECT, related_name="+", verbose_name=_("kind of record")
    )
    # Empty of a record that is proposed, until it is there.
    object_id = models.CharField(_("key of the record"), max_length=40, null=True)  # noqa: DJ001
    # One list for changes of every kind of record needs a key that may lead to any of them.
    row = GenericForeignKey("content_type", "object_id")
    named = models.CharField(_("record"), max_length=300)
    states = models.ManyToManyField(
        "invitations.MemberState", related_name="+", blank=True, verbose_name=_("States"),
        help_text=_("None: it concerns all."),
    )  # fmt: skip
    before = models.JSONField(_("before"), null=True)
    after = models.JSONField(_("afterwards"), null=True)
    letters = models.ManyToManyField(
        "invitations.Letter", related_name="+", blank=True,
        verbose_name=_("letters that go to the corrected address"),
    )  # fmt: skip
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.WAITING)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+",
        verbose_name=_("changed by"),
    )  # fmt: skip
    asked_at = models.DateTimeField(_("changed at"), default=timezone.now)
    reason = ReasonField(_("why"))
    contributors = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="+", verbose_name=_("all who changed it")
    )
    alone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+",
        verbose_name=_("released alone by"),
    )  # fmt: skip
    alone_at = models.DateTimeField(_("released alone at"), null=True)
    alone_reason = ReasonField(_("why released alone"))
    told = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="+", verbose_name=_("approvers told by mail")
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+",
        verbose_name=_("decided by"),
    )  # fmt: skip
    decided_at = models.DateTimeField(_("decided at"), null=True)
    decision_reason = ReasonField(_("why decided so"))

    objects = HeldChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("held change")
        verbose_name_plural = _("held changes")
        ordering = ["-asked_at", "-pk"]
        permissions = [("release_heldchange", "Can release held changes")]
        constraints = [
            models.UniqueConstraint(
                name="one_change_of_a_record_waits",
                fields=["kind", "content_type", "object_id"],
                condition=Q(state="waiting"),
            ),
            models.CheckConstraint(
                name="nobody_releases_their_own_change",
                condition=~Q(state="released")
                | Q(decided_by__isnull=False)
                & (Q(asked_by=None) | ~Q(decided_by=F("asked_by")))
                & (Q(alone_by=None) | ~Q(decided_by=F("alone_by"))),
            ),
            models.CheckConstraint(
                name="who_releases_alone_says_why",
                condition=~Q(state="alone")
                | (Q(alone_by__isnull=False, alone_at__isnull=False) & ~Q(alone_reason="")),
            ),
            models.CheckConstraint(
                name="decided_change_says_when",
                condition=Q(state__in=["waiting", "alone"]) | Q(decided_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.named

    @property
    def key(self) -> str:
        """The key of the record; empty of one that is not there yet."""
        return self.object_id or ""

    @property
    def is_waiting(self) -> bool:
        return self.state == self.State.WAITING

    @property
    def is_alone(self) -> bool:
        return self.state == self.State.ALONE

    @property
    def mark(self) -> str:
        """The hash of what a release would release: a page names it, so nothing else is."""
        said = json.dumps([self.pk, self.before, self.after], sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()

    @property
    def changed(self) -> dict[str, tuple[Any, Any]]:
        """The columns that differ, each with its value before and afterwards."""
        before, after = self.before or {}, self.after or {}
        return {
            name: (before.get(name, ""), after.get(name, ""))
            for name in {**before, **after}
            if before.get(name, "") != after.get(name, "")
        }
