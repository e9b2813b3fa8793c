"""The report of a rehearsal: one page in its folder, which leads to each mail."""

from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString

from delegations.rehearsal.diary import CAME, HELD, LEFT, Diary, figures
from invitations.models import ForumEdition

REPORT = "report.html"


def write_report(edition: ForumEdition, diary: Diary, folder: Path) -> dict[str, int]:
    """Write the page in the active language; return how many left, came in and were held."""
    entries = diary.in_order()
    counted = {what: sum(entry.what == what for entry in entries) for what in (LEFT, CAME, HELD)}
    page: dict[str, Any] = {
        "edition": edition,
        "entries": entries,
        "counted": counted,
        "figures": figures(entries),
    }
    with timezone.override(edition.zone):
        written: SafeString = render_to_string("rehearsal/report.html", page)
    (folder / REPORT).write_text(written, encoding="utf-8")
    return counted
