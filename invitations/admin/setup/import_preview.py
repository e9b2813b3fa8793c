"""The preview of a list: in its reader's words, and only the columns that matter in it."""

from functools import cached_property
from typing import Any, NamedTuple

import tablib
from django.utils.html import format_html
from django.utils.translation import gettext as _
from import_export.fields import Field
from import_export.resources import Diff, ModelResource
from import_export.results import RowResult

from invitations.minister_import.cells import is_empty_cell
from invitations.minister_import.columns import MINISTER_FIELDS
from invitations.minister_import.headings import format_heading
from invitations.models import Minister, Rank
from invitations.text.dates import comma_list

FIELDS = {field.attname: field for field in Minister._meta.fields}
CHOICES = {
    column: dict(FIELDS[name].flatchoices)
    for column, name in MINISTER_FIELDS.items()
    if FIELDS[name].flatchoices
}


class PreviewRow(NamedTuple):
    """A row with what it does, and the heading and words of each cell that is shown."""

    import_type: str
    cells: list[tuple[str, str]]


class PreviewedResource(ModelResource):
    """A resource whose preview is in words: names of States and ranks in place of codes."""

    @classmethod
    def get_diff_class(cls) -> type[Diff]:
        return WordsDiff

    @cached_property
    def ranks(self) -> dict[str, Rank]:
        return Rank.objects.in_bulk()

    def in_words(self, minister: Minister) -> list[str]:
        return [self.word(field, minister) for field in self.get_import_fields()]

    def word(self, field: Field, minister: Minister) -> str:
        """Return the cell as its reader calls it, on one line."""
        column, value = field.column_name, str(field.export(minister) or "")
        if column == "state":
            return str(minister.member_state)
        if column == "rank":
            return str(self.ranks.get(value, value))
        if value in ("yes", "no"):
            return _("yes") if value == "yes" else _("no")
        return comma_list(str(CHOICES.get(column, {}).get(value, value)).splitlines())


class WordsDiff(Diff):
    """What a row changes: what stood there as a whole, and what comes."""

    def __init__(self, resource: PreviewedResource, instance: Minister, new: bool) -> None:
        self.left = resource.in_words(instance)
        self.right: list[str] = []
        self.new = new

    def compare_with(self, resource: PreviewedResource, instance: Minister) -> None:
        self.right = resource.in_words(instance)

    def as_html(self) -> list[str]:
        return [
            shown_change("" if self.new else old, new)
            for old, new in zip(self.left, self.right, strict=True)
        ]


def shown_change(old: str, new: str) -> str:
    if old == new:
        return format_html("{}", new)
    before = format_html("<del>{}</del> ", old) if old else ""
    return format_html("{}<ins>{}</ins>", before, new) if new else before


def preview_rows(
    columns: list[str], dataset: tablib.Dataset, rows: list[RowResult]
) -> tuple[list[str], list[PreviewRow]]:
    """Return the headings to show, and the rows under them.

    A column is shown if the file has a value in it, or a row changes it.
    """
    brought = {
        column
        for row in dataset.table.rows
        for column, value in row.cells.items()
        if not is_empty_cell(value)
    }
    places = [
        place
        for place, column in enumerate(columns)
        if column in brought or any(is_change(row.diff[place]) for row in rows)
    ]
    headings = [format_heading(columns[place]) for place in places]
    return headings, [
        PreviewRow(
            row.import_type,
            list(zip(headings, (row.diff[place] for place in places), strict=True)),
        )
        for row in rows
    ]


def is_change(cell: Any) -> bool:
    return "<ins>" in cell or "<del>" in cell
