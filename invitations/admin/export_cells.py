"""The headings and cells of a list as its page shows them: plain text, and dates as dates."""

import datetime as dt
import html
from collections.abc import Iterator
from typing import Any

from django.contrib.admin.utils import (
    NotRelationField,
    display_for_field,
    display_for_value,
    get_fields_from_path,
    label_for_field,
    lookup_field,
)
from django.core.exceptions import FieldDoesNotExist, ObjectDoesNotExist
from django.db.models.constants import LOOKUP_SEP
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from invitations.admin.lookups import name_of_choice, path_of_editions
from invitations.files.exported_tables import Cell, ExportedSheet
from invitations.text.dates import comma_list, labelled
from invitations.text.lines import without_unstorable

CHECKBOX = "action_checkbox"
# So many rows are in memory at a time, with what is joined to them.
AT_ONCE = 500


def list_sheet(listed: Any) -> ExportedSheet:
    """Return the list as its page shows it, all its pages."""
    title = str(capfirst(listed.opts.verbose_name_plural))
    number, filters = listed.result_count, format_filters(listed)
    return ExportedSheet(title, filters, headings_of(listed), number, export_rows(listed))


def export_columns(listed: Any) -> list[Any]:
    """Return the columns of the list, without boxes to choose rows and mere links elsewhere."""
    return [name for name in listed.list_display if name != CHECKBOX and not leads(listed, name)]


def leads(listed: Any, name: Any) -> bool:
    column = getattr(listed.model_admin, name, None) if isinstance(name, str) else name
    return bool(getattr(column, "leads_on", False))


def headings_of(listed: Any) -> list[str]:
    """Return the headings of the columns, then of the edition where the rows may be of several."""
    headings = [
        plain_words(capfirst(str(label_for_field(name, listed.model, listed.model_admin))))
        for name in export_columns(listed)
    ]
    return [*headings, _("Edition")] if path_of_editions(listed) else headings


def export_rows(listed: Any) -> Iterator[list[Cell]]:
    """Yield the cells of each row, in the order of the list.

    The keys are read first, then some rows at a time: memory does not grow with the list, and no
    cursor stays open at the server.
    """
    names, keys, path = export_columns(listed), selected_keys(listed), path_of_editions(listed)
    rows = listed.queryset.order_by()
    rows = rows.select_related(path) if path else rows
    for start in range(0, len(keys), AT_ONCE):
        some = keys[start : start + AT_ONCE]
        found = {row.pk: row for row in rows.filter(pk__in=some)}
        for key in some:
            if key in found:
                cells = [cell_of(listed, found[key], name) for name in names]
                yield [*cells, edition_column(found[key], path)] if path else cells


def edition_column(row: Any, path: str) -> str:
    """Return the name of the row's edition; what belongs to none has an empty cell."""
    for name in path.split(LOOKUP_SEP):
        row = getattr(row, name, None)
    return plain_words(row or "")


def selected_keys(listed: Any) -> list[Any]:
    return list(listed.queryset.values_list("pk", flat=True))


def cell_of(listed: Any, row: Any, name: Any) -> Cell:
    """Return what the list shows, a date as a date; an empty cell has no text."""
    try:
        field, attribute, value = lookup_field(name, row, listed.model_admin)
    except ObjectDoesNotExist:
        return ""
    if of := getattr(attribute, "dated", ""):
        value = getattr(row, of) or ""
    if isinstance(value, dt.date):
        zone = row.edition.zone if getattr(attribute, "by_its_edition", False) else None
        return by_the_clock(value, zone)
    return format_cell(field, attribute, value, row)


def by_the_clock(moment: dt.date, zone: dt.tzinfo | None) -> dt.date:
    """Return the day, or the instant by the desk's clock or the zone's: no cell has a zone."""
    if not isinstance(moment, dt.datetime):
        return moment
    return timezone.localtime(moment, zone).replace(tzinfo=None, microsecond=0)


def format_cell(field: Any, attribute: Any, value: Any, row: Any) -> str:
    """Return the words of the cell; a choice, a row or a yes has those that the list shows."""
    if field is not None and not field.auto_created:
        if field.many_to_one or field.one_to_one:
            return plain_words(getattr(row, field.name) or "")
        if isinstance(value, bool):
            return yes_or_no(value)
        return plain_words(display_for_field(value, field, ""))
    if isinstance(value, bool):
        return yes_or_no(value)
    if getattr(attribute, "label", False) and isinstance(value, list | tuple):
        # The first is the colour.
        return plain_words(value[1])
    if isinstance(value, list | tuple):
        return plain_words(comma_list(str(one) for one in value))
    return plain_words(display_for_value(value, ""))


def yes_or_no(value: bool) -> str:
    return _("Yes") if value else _("No")


def plain_words(value: Any) -> str:
    """Return the words of a cell without mark-up, and without what no workbook may hold."""
    words = str(value)
    if hasattr(value, "__html__"):
        words = html.unescape(strip_tags(words.replace("<br>", "\n")))
    return without_unstorable(words).strip()


def format_filters(listed: Any) -> list[str]:
    """Return what the list was narrowed by: each filter with its choice, and what was typed."""
    told, asked = [], dict(listed.get_filters_params())
    for one in listed.filter_specs:
        names = set(one.expected_parameters())
        if names & asked.keys():
            chosen = [choice["display"] for choice in one.choices(listed) if choice.get("selected")]
            told.append(labelled(capfirst(one.title), comma_list(map(str, chosen))))
        for name in names:
            asked.pop(name, None)
    told += [describe_lookup(listed.model, lookup, values) for lookup, values in asked.items()]
    if listed.query:
        told.append(labelled(_("Search"), listed.query))
    return [without_unstorable(words) for words in told]


def describe_lookup(model: Any, lookup: str, values: list[str]) -> str:
    """Return the name of the column that an address compares, and with what: rows by their names.

    What is no column stands as it is.
    """
    fields = fields_of_lookup(model, lookup)
    if not fields:
        return labelled(capfirst(lookup), comma_list(values))
    column, *before = reversed(fields)
    if column.primary_key and before:
        column, rows = before[0], before[0].related_model._default_manager
        values = [name_of_choice(row) for row in rows.filter(pk__in=values)]
    return labelled(capfirst(getattr(column, "verbose_name", lookup)), comma_list(values))


def fields_of_lookup(model: Any, lookup: str) -> list[Any]:
    """Return the columns on the way to the one that is compared; the comparison comes behind."""
    path = lookup
    while path:
        try:
            return list(get_fields_from_path(model, path))
        except (FieldDoesNotExist, NotRelationField):
            path = path.rpartition(LOOKUP_SEP)[0]
    return []
