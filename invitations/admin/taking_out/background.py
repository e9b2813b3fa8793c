"""Long lists made by a worker: asked for, made once, and kept for a day to whoever asked."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Model
from django.http import HttpRequest, QueryDict
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from invitations.admin.taking_out.cells import AT_ONCE, Cell, rows_of
from invitations.admin.taking_out.lists import may_take_out, taken_out
from invitations.admin.taking_out.packing import packed
from invitations.models import ListExport, Setback
from invitations.setbacks import each_apart, has_failed_often, note_vanished_worker
from invitations.times.jobs import Job

State = ListExport.State


def ask_for_list(
    model: type[Model], asked: str, kind: str, rows: int, asked_by: User
) -> ListExport:
    """Put on file which list is wanted, by its address, until a worker has made it."""
    return ListExport.objects.create(
        model=model._meta.label_lower,
        asked=asked,
        kind=kind,
        rows=rows,
        asked_by=asked_by,
        language=translation.get_language() or "en",
    )


def take_out_lists() -> int:
    """Make the lists that wait, and return how many."""
    due = ListExport.objects.due(timezone.now()).order_by("asked_at")
    return each_apart(
        Job.TAKE_OUT_LISTS,
        [(str(pk), partial(take_out, pk)) for pk in due.values_list("pk", flat=True)],
    )


def take_out(pk: int) -> int:
    """Make one list, or say why not; 0 if another worker has it."""
    now = timezone.now()
    due = ListExport.objects.due(now).filter(pk=pk)
    is_lost = due.filter(state=State.RUNNING).exists()
    if not due.update(state=State.RUNNING, began_at=now):
        return 0
    if is_lost:
        note_vanished_worker(Job.TAKE_OUT_LISTS, str(pk))
    wanted = ListExport.objects.select_related("asked_by").get(pk=pk)
    try:
        with translation.override(wanted.language):
            ended = made_or_given_up(wanted)
    except Exception:  # the caller keeps count of the attempts
        running(wanted).update(state=State.WAITING)
        raise
    running(wanted).update(ended_at=timezone.now(), **ended)
    Setback.objects.filter(job=Job.TAKE_OUT_LISTS, item=str(pk)).delete()
    return 1


def made_or_given_up(wanted: ListExport) -> dict[str, Any]:
    """Return what becomes of the list; one that ends each worker would do so for ever."""
    if has_failed_often(Job.TAKE_OUT_LISTS, str(wanted.pk)):
        return {"state": State.REFUSED, "told": str(FAILED)}
    return made(wanted)


FAILED = gettext_lazy(
    "No file was made: it failed several times for a reason that is not in the list. Please tell"
    " the administrators, and take the list out again."
)


def made(wanted: ListExport) -> dict[str, Any]:
    """Return what becomes of the list: its file, or the reason why there is none."""
    page = admin.site.get_model_admin(apps.get_model(wanted.model))
    request = HttpRequest()
    request.user, request.GET = wanted.asked_by, QueryDict(wanted.asked)
    if not wanted.asked_by.is_active or not may_take_out(page, request):
        return {"state": State.REFUSED, "told": _("You may not take this list out any more.")}
    listed = page.get_changelist_instance(request)
    with taken_out(listed, wanted.kind, wanted.asked_by, partial(counted, wanted)) as file:
        return {"state": State.DONE, "content": packed(file), "rows": listed.result_count}


def counted(wanted: ListExport, listed: Any) -> Iterator[list[Cell]]:
    """Yield the rows, and put on file how many are written, so that the page can say so."""
    for number, row in enumerate(rows_of(listed), 1):
        yield row
        if number % AT_ONCE == 0:
            running(wanted).update(written=number)


def running(wanted: ListExport) -> Any:
    """Return the list as long as it is this worker's."""
    return ListExport.objects.filter(pk=wanted.pk, state=State.RUNNING, began_at=wanted.began_at)
