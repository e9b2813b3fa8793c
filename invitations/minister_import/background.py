"""Long lists imported by a worker: asked for, claimed, and ended with what came of it."""

import io
from collections.abc import Callable
from functools import partial

from auditlog.context import set_actor
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from invitations.minister_import.importing import (
    focal_points_kept,
    import_entries,
    import_summary,
)
from invitations.minister_import.remarks import remarks_on
from invitations.minister_import.rules import check_rows
from invitations.minister_import.table import read_table
from invitations.models import ForumEdition, ListImport
from invitations.setbacks import each_apart
from invitations.times.jobs import Job

# A list of more rows is imported in the background.
MOST_AT_ONCE = 300
MOST_FAULTS_KEPT = 200
SHOWN_EACH = 20  # rows
SHOWN_FOR = 3600  # seconds

MAY_IMPORT = (
    "invitations.add_minister",
    "invitations.change_minister",
    "invitations.add_invitation",
)

State = ListImport.State


class TakenByAnother(Exception):
    """Another worker has taken the list up meanwhile, so that nothing may be written here."""


def ask_for_import(
    content: bytes, file_name: str, rows: int, edition: ForumEdition, asked_by: User
) -> ListImport:
    """Keep a list that was confirmed, until a worker has imported it."""
    return ListImport.objects.create(
        edition=edition,
        file_name=file_name[:200],
        content=content,
        rows=rows,
        asked_by=asked_by,
        language=translation.get_language() or "en",
    )


def import_lists() -> int:
    """Import the lists that wait, and those whose worker has vanished; return their number."""
    due = ListImport.objects.due(timezone.now()).order_by("asked_at")
    return each_apart(
        Job.IMPORT_LISTS,
        [(str(pk), partial(import_list, pk)) for pk in due.values_list("pk", flat=True)],
    )


def import_list(pk: int) -> int:
    """Import one list as a whole, or say why not; 0 if another worker has it."""
    now = timezone.now()
    claimed = ListImport.objects.due(now).filter(pk=pk)
    if not claimed.update(state=State.RUNNING, began_at=now):
        return 0
    wanted = ListImport.objects.select_related("edition", "asked_by").get(pk=pk)
    with translation.override(wanted.language), set_actor(wanted.asked_by):
        try:
            write(wanted)
        except ValidationError as refusal:
            end(wanted, State.REFUSED, refusal.messages)
        except TakenByAnother:
            return 0
    cache.delete(progress_key(pk))
    return 1


def refuse_without_right(person: User) -> None:
    """Refuse a list of somebody who lost the right, or the account, while it waited."""
    if not (person.is_active and person.has_perms(MAY_IMPORT)):
        raise ValidationError(
            _("%(person)s may not import ministers any more: somebody else has to import the list.")
            % {"person": person}
        )


@transaction.atomic
def write(wanted: ListImport) -> None:
    """Import the rows and end the list in one transaction: a second run finds all or nothing."""
    refuse_without_right(wanted.asked_by)
    table = read_table(io.BytesIO(wanted.content or b""), wanted.file_name)
    entries, faults = check_rows(table.rows, wanted.edition)
    if faults:
        raise ValidationError([str(fault) for fault in faults[:MOST_FAULTS_KEPT]])
    remarks = remarks_on(entries)
    import_entries(entries, wanted.edition, written=progress_of(wanted.pk))
    told = [
        import_summary(entries),
        *focal_points_kept(entries),
        *map(str, remarks),
        *table.told,
    ]
    end(wanted, State.DONE, told)


def end(wanted: ListImport, state: ListImport.State, told: list[str]) -> None:
    """End the list, unless another worker has taken it up; its file goes."""
    mine = ListImport.objects.filter(pk=wanted.pk, state=State.RUNNING, began_at=wanted.began_at)
    ended = {"state": state, "ended_at": timezone.now(), "told": "\n".join(told), "content": None}
    if not mine.update(**ended):
        raise TakenByAnother


# How far a list is: its rows are written in one transaction, which nobody else sees before its end.


def progress_key(pk: int) -> str:
    return f"list-import-{pk}"


def progress_of(pk: int) -> Callable[[int], None]:
    def written(rows: int) -> None:
        if rows % SHOWN_EACH == 0:
            cache.set(progress_key(pk), rows, SHOWN_FOR)

    return written


def rows_written(wanted: ListImport) -> int:
    if wanted.state == State.DONE:
        return wanted.rows
    return int(cache.get(progress_key(wanted.pk), 0)) if wanted.state == State.RUNNING else 0
