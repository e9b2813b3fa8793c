"""The rows of which some columns are held when they change in use.

Whatever saves, updates or deletes such a row comes by here, so that no page, import or command can
forget it.
"""

from collections.abc import Collection, Iterable
from typing import Any, TypeVar

from django.db import models

from invitations.models.held.holding import (
    HELD,
    deleting,
    holding,
    touches,
)
from invitations.models.held.proposals import guarded, guarded_update, is_proposed

Row = TypeVar("Row", bound=models.Model, covariant=True)


class HeldQuerySet(models.QuerySet[Row]):
    """Rows whose changes in use are held, also where they are written without ``save``."""

    def update(self, **values: Any) -> int:
        if not touches(self.model, values):
            return super().update(**values)
        keys = list(self.values_list("pk", flat=True))
        if is_proposed(self.model):
            with guarded_update(self.model, keys, values):
                return super().update(**values)
        with holding(self.model, lambda: keys):
            return super().update(**values)

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[Any]:
        if not HELD[self.model.__name__].everywhere:
            return super().bulk_create(objs, *args, **kwargs)
        rows = list(objs)
        with guarded(self.model, rows):
            return super().bulk_create(rows, *args, **kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        keys = list(self.values_list("pk", flat=True))
        with deleting(self.model, keys):
            return super().delete()

    update.alters_data = bulk_create.alters_data = delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]


class HeldRow(models.Model):
    """A row of which some columns are held when they change in use."""

    # Why the row changes, if whoever saves it says so; no column.
    why_changed = ""

    objects = HeldQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        named = kwargs.get("update_fields")
        is_new = self.pk is None and not HELD[type(self).__name__].everywhere
        if is_new or (named is not None and not touches(type(self), named)):
            super().save(*args, **kwargs)
            return
        if is_proposed(type(self)):
            with guarded(type(self), [self], named):
                super().save(*args, **kwargs)
            return
        with holding(type(self), lambda: [self.pk], self.why_changed):
            super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        with deleting(type(self), [self.pk]):
            return super().delete(*args, **kwargs)

    def keep_keys(self, changed: Collection[str] = ()) -> None:
        """Set what follows from the columns that are held, such as the key of a name.

        ``changed`` are those that differ from what is in the table.
        """

    @property
    def told_as(self) -> str:
        """The name of the row where nothing around it says whose it is."""
        return str(self)
