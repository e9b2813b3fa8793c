"""Who may take a list out, and the list as a file, with the row of the audit that it leaves."""

from typing import IO, Any

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.text import capfirst

from invitations.admin.taking_out.cells import filters_in_words, headings_of, rows_of
from invitations.admin.taking_out.files import Kind, written
from invitations.audit import record_export
from invitations.files.tables import Sheet

TAKE_OUT = "invitations.take_out_lists"
MOST_PRINTED = 2_000


def may_take_out(page: Any, request: HttpRequest) -> bool:
    """Whether the person may read the list, and take it out."""
    return bool(
        page.has_view_permission(request) and request.user.has_perms((TAKE_OUT, *page.also_needed))
    )


def taken_out(listed: Any, kind: str, taken_by: User) -> IO[bytes]:
    """Return the list as a file, and write down who took out how many rows of what."""
    number = listed.result_count
    title = str(capfirst(listed.opts.verbose_name_plural))
    sheet = Sheet(title, filters_in_words(listed), headings_of(listed), number, rows_of(listed))
    file = written(kind, sheet)
    record_export(listed.model, number, Kind(kind).label, taken_by)
    return file
