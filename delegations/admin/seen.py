"""Forms of the desk that lay nothing over what somebody else has saved meanwhile."""

import datetime as dt
from typing import Any, cast

from django import forms
from django.db.models import Model
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from delegations.changes import Stale, lock_rows, row_mark
from invitations.admin.base import ModelAdmin
from invitations.admin.columns import at_hour
from invitations.forms.fields import LineField
from invitations.forms.model_forms import WholeRowForm


class MarkField(LineField):
    """The mark of a row as its page showed it, which is no change of the row."""

    widget = forms.HiddenInput

    def has_changed(self, initial: Any, data: Any) -> bool:
        return False


class SeenForm(WholeRowForm):
    """A form that knows whether its row was changed after the page was opened.

    Then it saves nothing, and tells what stands now at each field where something else was typed;
    sent again, the typed words take its place. ``locked_first`` names the relation whose row is
    locked before: offices lock their delegation first too.
    """

    locked_first = ""

    seen = MarkField(required=False, max_length=64)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["seen"] = desk_mark(self.instance)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        self.lock()
        rows = type(self.instance)._base_manager.select_for_update(of=("self",))
        row = rows.filter(pk=self.instance.pk).first() if self.instance.pk else None
        if row:
            # It was read before it was locked, and is saved as a whole.
            for column in row._meta.concrete_fields:
                setattr(self.instance, column.attname, getattr(row, column.attname))
            self.refuse_if_stale(row)
        return cleaned

    def lock(self) -> None:
        if not self.locked_first:
            return
        relation: Any = self._meta.model._meta.get_field(self.locked_first)
        named = self.cleaned_data.get(self.locked_first)
        keys = {getattr(self.instance, relation.attname), named and named.pk} - {None}
        lock_rows(relation.related_model, keys)

    def refuse_if_stale(self, row: Model) -> None:
        """Refuse what would undo a change, and let the page bring the mark of the row as it is."""
        now, typed = desk_mark(row), self.typed_otherwise(row)
        if not typed or self.cleaned_data.get("seen") in ("", now):
            return
        data = cast("QueryDict", self.data).copy()
        data[self.add_prefix("seen")] = now
        self.data = data
        self.add_error(None, Stale(row))
        for name in typed:
            self.add_error(name, _("On file now: %(words)s") % {"words": in_words(row, name)})

    def typed_otherwise(self, row: Model) -> list[str]:
        columns = {column.name for column in row._meta.concrete_fields if column.editable}
        said = self.cleaned_data.items()
        return [name for name, words in said if name in columns and getattr(row, name) != words]


def desk_mark(row: Model) -> str:
    """Return the mark of all that a page of the desk may change of the row."""
    return row_mark(row, [one.attname for one in row._meta.concrete_fields if one.editable])


def in_words(row: Model, name: str) -> str:
    """Return what a column says, as a person reads it."""
    value, chosen = getattr(row, name), getattr(row, f"get_{name}_display", None)
    if isinstance(value, dt.datetime):
        return at_hour(value)
    if isinstance(value, dt.date):
        return date_format(value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    said = str(chosen() if chosen else value) if value not in (None, "") else ""
    return said or "–"


class SeenMixin(ModelAdmin):
    """A page whose form brings the mark of its row back."""

    form = SeenForm
    change_form_before_template = "admin/seen.html"
