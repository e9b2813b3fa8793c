"""Long lists that a worker brings in or takes out: ministers imported, any list as a file."""

import datetime as dt
from typing import Any, Self

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

# Longer than a worker may take: a list that is being imported since then has lost its worker.
LOST_AFTER = dt.timedelta(minutes=10)


class LongListQuerySet(models.QuerySet[Any]):
    def due(self, at: dt.datetime) -> Self:
        """Return the lists that no worker has begun, and those whose worker has vanished."""
        lost = Q(state="running", began_at__lte=at - LOST_AFTER)
        return self.filter(Q(state="waiting") | lost)


class LongList(models.Model):
    """A list that somebody has asked for, until a worker has done with it."""

    # By kind: each has its own words for waiting, running, done and refused.
    state: Any
    content = models.BinaryField(null=True, editable=False)
    rows = models.PositiveIntegerField(_("rows"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked for by")
    )
    language = models.CharField(_("language"), max_length=10)
    asked_at = models.DateTimeField(_("asked for at"), default=timezone.now)
    began_at = models.DateTimeField(_("began at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    told = models.TextField(_("what came of it"), blank=True)

    class Meta:
        abstract = True
        ordering = ["-asked_at"]

    @property
    def is_ended(self) -> bool:
        return self.state in ("done", "refused")


class ListImport(LongList):
    """A confirmed list; its file is kept only until the import ends, for it holds names."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waits for its turn")
        RUNNING = "running", _("is being imported")
        DONE = "done", _("imported")
        REFUSED = "refused", _("refused: nothing was written")

    edition = models.ForeignKey(
        "invitations.ForumEdition", models.PROTECT, related_name="+", verbose_name=_("edition")
    )
    file_name = models.CharField(_("file"), max_length=200)
    # The mark of each row as it was confirmed, by its line; they go with the file.
    seen = models.JSONField(default=dict, blank=True, editable=False)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.WAITING)

    objects = LongListQuerySet.as_manager()

    class Meta(LongList.Meta):
        verbose_name = _("import of a list")
        verbose_name_plural = _("imports of lists")
        constraints = [
            models.CheckConstraint(
                name="an_imported_list_keeps_no_file",
                condition=Q(state__in=["waiting", "running"], content__isnull=False)
                | Q(state__in=["done", "refused"], content__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return self.file_name


# How long the file of a list that was taken out is kept for whoever asked for it.
KEPT_FOR = dt.timedelta(days=1)


class ListExportQuerySet(LongListQuerySet):
    def expired(self, at: dt.datetime) -> Self:
        """Return the lists whose file, or the name that was searched, is there and is to go."""
        return self.exclude(content=None, asked="").filter(ended_at__lte=at - KEPT_FOR)


class ListExport(LongList):
    """A list of the desk, by its address, that somebody wants as a file."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waits for its turn")
        RUNNING = "running", _("is being made")
        DONE = "done", _("made")
        REFUSED = "refused", _("refused")

    model = models.CharField(_("list"), max_length=60)
    asked = models.TextField(_("filters and order"), blank=True)
    kind = models.CharField(_("kind of file"), max_length=4)
    written = models.PositiveIntegerField(_("rows written"), default=0)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.WAITING)

    objects = ListExportQuerySet.as_manager()

    class Meta(LongList.Meta):
        verbose_name = _("list taken out")
        verbose_name_plural = _("lists taken out")
        constraints = [
            models.CheckConstraint(
                name="only_a_list_that_was_made_has_a_file",
                condition=Q(state="done") | Q(content__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return self.list_name

    @property
    def list_name(self) -> str:
        return str(capfirst(apps.get_model(self.model)._meta.verbose_name_plural))

    @property
    def file_name(self) -> str:
        name = self.model.partition(".")[2]
        return f"{name}-{timezone.localtime(self.asked_at):%Y-%m-%d-%H%M}.{self.kind}"

    @property
    def kept_until(self) -> dt.datetime | None:
        """The hour at which the file is forgotten; None while there is none."""
        return self.ended_at + KEPT_FOR if self.ended_at and self.state == self.State.DONE else None

    def is_expired(self, at: dt.datetime) -> bool:
        return self.ended_at is not None and self.ended_at <= at - KEPT_FOR
