"""Files that no row names any more: kept for a day, and then taken from the store.

A backup writes the database first and then its files: for a day it still finds what it names.
"""

from collections.abc import Iterable, Iterator

from django.apps import apps
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from invitations.files.frozen import Frozen, freeze, frozen_as
from invitations.models.saved_forms import KEPT_FOR, SavedForADay


class DeletedFile(SavedForADay):
    """The name of a file of which a row has let go."""

    name = models.CharField(_("name"), max_length=120)

    class Meta(SavedForADay.Meta):
        verbose_name = _("file that goes")
        verbose_name_plural = _("files that go")
        constraints = [models.UniqueConstraint(name="one_day_for_each_file", fields=["name"])]

    def __str__(self) -> str:
        return self.name


def let_go(names: Iterable[str | None]) -> None:
    """Let the files go, with the transaction that takes their names out of their rows."""
    gone = [DeletedFile(name=name) for name in names if name]
    DeletedFile.objects.bulk_create(gone, ignore_conflicts=True)


def freeze_again(content: bytes, folder: str, suffix: str) -> Frozen:
    """Freeze the bytes; a file of theirs that was let go stays.

    The ``folder`` is that of the row alone: nobody else files under the name just now.
    """
    # Before the store is asked: who takes the file away holds the row until it is gone.
    DeletedFile.objects.filter(name=frozen_as(content, folder, suffix).name).delete()
    return freeze(content, folder, suffix)


@transaction.atomic
def remove_deleted_file(pk: int) -> int:
    """Take the file from the store, unless a row names it; 0 if it is not to go any more."""
    gone = DeletedFile.objects.select_for_update().filter(pk=pk).first()
    if gone is None:
        return 0
    if not is_named(gone.name):
        default_storage.delete(gone.name)
    gone.delete()
    return 1


def unnamed_below(folder: str) -> list[str]:
    """Return the files of the folder that are older than a day and that no row names, in order.

    Letters and other frozen files lie in folders of their own.
    """
    before = timezone.now() - KEPT_FOR
    return [
        name
        for name in sorted(files_below(folder))
        if default_storage.get_modified_time(name) < before and not is_named(name)
    ]


def files_below(folder: str) -> Iterator[str]:
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:  # nothing was filed there yet
        return
    yield from (f"{folder}/{name}" for name in files)
    for inner in folders:
        yield from files_below(f"{folder}/{inner}")


def is_named(name: str) -> bool:
    """Whether a column of files, of whichever table, holds the name."""
    return any(
        models.QuerySet(model).filter(**{column.name: name}).exists()
        for model in apps.get_models()
        for column in model._meta.concrete_fields
        if isinstance(column, models.FileField)
    )
