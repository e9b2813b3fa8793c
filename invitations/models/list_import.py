"""Long lists of ministers that a worker imports."""

import datetime as dt
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# Longer than a worker may take: a list that is being imported since then has lost its worker.
LOST_AFTER = dt.timedelta(minutes=10)


class ListImportQuerySet(models.QuerySet[Any]):
    def due(self, at: dt.datetime) -> Self:
        """Return the lists that no worker has begun, and those whose worker has vanished."""
        lost = Q(state="running", began_at__lte=at - LOST_AFTER)
        return self.filter(Q(state="waiting") | lost)


class ListImport(models.Model):
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
    content = models.BinaryField(null=True, editable=False)
    rows = models.PositiveIntegerField(_("rows"))
    # The mark of each row as it was confirmed, by its line; they go with the file.
    seen = models.JSONField(default=dict, blank=True, editable=False)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.WAITING)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked for by")
    )
    language = models.CharField(_("language"), max_length=10)
    asked_at = models.DateTimeField(_("asked for at"), default=timezone.now)
    began_at = models.DateTimeField(_("began at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    told = models.TextField(_("what came of it"), blank=True)

    objects = ListImportQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at"]
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

    @property
    def is_ended(self) -> bool:
        return self.state in (self.State.DONE, self.State.REFUSED)
