"""Long lists imported by a worker: asked for, claimed, and ended with what came of it."""

import io
from collections.abc import Callable, Iterable, Mapping
from functools import partial

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from invitations.audit import acting
from invitations.minister_import.cells import CellFault
from invitations.minister_import.importing import (
    focal_points_kept,
    import_entries,
    import_summary,
)
from invitations.minister_import.matching import Entry
from invitations.minister_import.remarks import remarks_on
from invitations.minister_import.rules import check_rows
from invitations.minister_import.table import read_table
from invitations.models import ForumEdition, ListImport, Setback
from invitations.setbacks import each_apart, has_failed_often, note_vanished_worker
from invitations.times.jobs import Job

# A list of more rows is imported in the background.
MOST_AT_ONCE = 300
MOST_FAULTS_KEPT = 200
FAILED = gettext_lazy(
    "Nothing was written: the import failed several times for a reason that is not in the list."
    " Please tell the administrators, and upload the list again."
)
CHANGED_SINCE_PREVIEW = gettext_lazy(
    "Nothing was written: the data changed since the preview. Import it again."
)
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


def ask_for_import(  # noqa: PLR0913 -- the list, and what was confirmed of it
    content: bytes,
    file_name: str,
    rows: int,
    edition: ForumEdition,
    asked_by: User,
    seen: Mapping[str, str] | None = None,
) -> ListImport:
    """Keep a list that was confirmed, until a worker has imported it.

    ``seen`` has the mark of each row as it was confirmed, by its line: what changes meanwhile is
    not overwritten.
    """
    return ListImport.objects.create(
        edition=edition,
        file_name=file_name[:200],
        content=content,
        rows=rows,
        asked_by=asked_by,
        seen=seen or {},
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
    due = ListImport.objects.due(now).filter(pk=pk)
    is_lost = due.filter(state=State.RUNNING).exists()
    if not due.update(state=State.RUNNING, began_at=now):
        return 0
    if is_lost:
        note_vanished_worker(Job.IMPORT_LISTS, str(pk))
    wanted = ListImport.objects.select_related("edition", "asked_by").get(pk=pk)
    with translation.override(wanted.language), acting(wanted.asked_by):
        try:
            write_or_refuse(wanted)
        except TakenByAnother:
            return 0
        except Exception:  # the caller keeps count of the attempts
            running(wanted).update(state=State.WAITING)
            raise
    Setback.objects.filter(job=Job.IMPORT_LISTS, item=str(pk)).delete()
    cache.delete(progress_key(pk))
    return 1


def write_or_refuse(wanted: ListImport) -> None:
    if has_failed_often(Job.IMPORT_LISTS, str(wanted.pk)):
        end(wanted, State.REFUSED, [str(FAILED)])
        return
    try:
        write(wanted)
    except ValidationError as refusal:
        end(wanted, State.REFUSED, refusal.messages)


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
        raise ValidationError(faults_kept(faults))
    refuse_changed_since(entries, wanted.seen)
    remarks = remarks_on(entries)
    import_entries(entries, wanted.edition, written=progress_of(wanted.pk))
    log_as_the_page_does(entries, wanted)
    told = [
        import_summary(entries),
        *focal_points_kept(entries),
        *map(str, remarks),
        *table.told,
    ]
    end(wanted, State.DONE, told)


def marks_by_line(entries: Iterable[Entry]) -> dict[str, str]:
    return {str(entry.row.line): entry.mark for entry in entries}


def refuse_changed_since(entries: list[Entry], seen: Mapping[str, str]) -> None:
    """Refuse a list of which a row would overwrite what nobody had seen who confirmed it."""
    if not seen:  # kept by an earlier version, which noted no marks
        return
    told = _("Line %(line)s: what the list does for %(name)s has changed since it was confirmed.")
    changed = [
        told % {"line": entry.row.line, "name": entry.name}
        for entry in entries
        if seen.get(str(entry.row.line)) != entry.mark and entry.writes
    ]
    if changed:
        raise ValidationError([str(CHANGED_SINCE_PREVIEW), *changed[:MOST_FAULTS_KEPT]])


def faults_kept(faults: list[CellFault]) -> list[str]:
    """Return the first faults, and how many there are if that is more."""
    kept = [str(fault) for fault in faults[:MOST_FAULTS_KEPT]]
    if len(faults) > MOST_FAULTS_KEPT:
        counted = {"shown": len(kept), "total": len(faults)}
        kept.insert(0, _("Faults shown: %(shown)s of %(total)s.") % counted)
    return kept


def log_as_the_page_does(entries: list[Entry], wanted: ListImport) -> None:
    """Leave the rows of the admin's history that the import of a short list leaves."""
    added = [entry.minister for entry in entries if entry.is_new]
    changed = [entry.minister for entry in entries if entry.is_changed]
    for ministers, flag, word in ((added, ADDITION, "new"), (changed, CHANGE, "update")):
        if ministers:
            LogEntry.objects.log_actions(
                wanted.asked_by_id,
                ministers,
                flag,
                change_message=f"{word} through import_export",
            )


def running(wanted: ListImport) -> QuerySet[ListImport]:
    """Return the list as long as it is this worker's."""
    return ListImport.objects.filter(pk=wanted.pk, state=State.RUNNING, began_at=wanted.began_at)


def end(wanted: ListImport, state: ListImport.State, told: list[str]) -> None:
    """End the list, unless another worker has taken it up; its file goes."""
    ended = {"state": state, "ended_at": timezone.now(), "told": "\n".join(told)}
    if not running(wanted).update(**ended, content=None, seen={}):
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
    if wanted.state != State.RUNNING:
        return 0
    return int(cache.get(progress_key(wanted.pk), 0))
