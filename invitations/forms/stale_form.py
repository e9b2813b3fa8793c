"""Forms of the desk that lay nothing over what somebody else has saved meanwhile."""

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from typing import Any, cast

from django import forms
from django.contrib.admin.utils import NestedObjects
from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model
from django.http import QueryDict
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from invitations.forms.directions import give_directions
from invitations.forms.fields import LineField
from invitations.text.dates import comma_list


class Stale(ValidationError):
    """Refusal: somebody else changed the row after this form was opened; ``row`` is the row now."""

    def __init__(self, row: Any) -> None:
        self.row = row
        super().__init__(
            _(
                "This was changed after you opened the page, and nothing of yours is lost: what"
                " stands now is shown beside what you typed. Save again, and your words take its"
                " place."
            )
        )


def row_mark(row: Any, columns: Sequence[str], also: Sequence[Any] = ()) -> str:
    """Return the keyed digest of a row, by which a form knows whether the row was changed since.

    It is made of the row itself, so that a change by staff counts too; it is keyed, so that nobody
    can guess from it what the page does not show.
    """
    return keyed_digest([row.pk, *(getattr(row, name) for name in columns), *also])


def keyed_digest(said: list[Any]) -> str:
    words = json.dumps(said, default=str)
    return salted_hmac("delegations.office", words, algorithm="sha256").hexdigest()


def lock_rows(model: type[Model], keys: Iterable[Any]) -> None:
    """Lock these rows, in one order for everybody. Call it within a transaction.

    Rows that refer to them do not wait: two who lock rows of two models may save both.
    """
    rows = model._base_manager.select_for_update(of=("self",), no_key=True).order_by("pk")
    list(rows.filter(pk__in=keys).values_list("pk"))


def lock_to_delete(rows: Sequence[Any], first: str = "") -> None:
    """Lock the rows, and before them those of the relation ``first``, as whoever changes them does.

    Call it within a transaction.
    """
    for model in {type(row) for row in rows}:
        if first:
            relation: Any = model._meta.get_field(first)
            keys = {getattr(row, relation.attname) for row in rows} - {None}
            lock_rows(relation.related_model, keys)
        lock_rows(model, [row.pk for row in rows])


def locked_again(row: Model) -> Model | None:
    """Lock the row, and return it as it is now; rows that refer to it do not wait."""
    rows = type(row)._base_manager.select_for_update(of=("self",), no_key=True)
    return rows.filter(pk=row.pk).first() if row.pk else None


def mark_of_deletion(rows: Iterable[Model]) -> str:
    """Return the mark of the rows and of all that goes with them.

    Of rows of other programs, such as the sessions of an account, only that they are there counts.
    """
    going = NestedObjects(using=DEFAULT_DB_ALIAS)
    going.collect(list(rows))
    own = ("invitations", "delegations", "auth")
    marks = [
        row_mark(row, [one.attname for one in form_columns(row) if row._meta.app_label in own])
        for ones in going.model_objs.values()
        for row in ones
    ]
    return keyed_digest(sorted(marks))


class MarkField(LineField):
    """The mark of a row as its page showed it, which is no change of the row."""

    widget = forms.HiddenInput

    def has_changed(self, initial: Any, data: Any) -> bool:
        return False


class StaleForm(forms.ModelForm):
    """A form that knows whether its row was changed after the page was opened.

    Then it saves nothing, and tells what stands now at each field where something else was typed;
    sent again, the typed words take its place. ``locked_first`` names the relation whose row is
    locked before, as whoever else locks both does: offices lock their delegation first too.
    """

    locked_first = ""

    seen = MarkField(required=False, max_length=64)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A page of a new row, or on which nothing can be typed, lays nothing over anything.
        if self.instance.pk and {*self.fields} - {"seen"}:
            # Made when it is shown: a page may leave out some of the fields until then.
            self.initial["seen"] = lambda: self.mark_of(self.standing(self.instance))
        else:
            del self.fields["seen"]
        give_directions(self)

    def clean(self) -> dict[str, Any] | None:
        """Lock the row until it is saved: it was read before, and is saved as a whole.

        What a verb wrote meanwhile, such as a withdrawal, would be laid over by what was read.
        """
        cleaned = super().clean()
        self.lock()
        if row := locked_again(self.instance):
            self.take_over(row)
        return cleaned

    def standing(self, row: Any) -> Model:
        """Return the row whose words would be laid over: itself, unless another took its place."""
        return cast("Model", row)

    def mark_of(self, row: Model) -> str:
        """Return the mark of all that the page shows of the row to be changed."""
        columns = [one.attname for one in form_columns(row) if self.asks_for(one.name)]
        return row_mark(row, columns, [related_keys(row, name) for name in self.relations(row)])

    def relations(self, row: Model) -> list[str]:
        return [one.name for one in row._meta.many_to_many if self.asks_for(one.name)]

    def asks_for(self, name: str) -> bool:
        """Whether the page asks for it; what a formset adds to its rows is asked of nobody."""
        return name in self.base_fields and name in self.fields and not self.fields[name].disabled

    def lock(self) -> None:
        if not self.locked_first:
            return
        relation: Any = self._meta.model._meta.get_field(self.locked_first)
        named = self.cleaned_data.get(self.locked_first)
        keys = {getattr(self.instance, relation.attname), named and named.pk} - {None}
        lock_rows(relation.related_model, keys)

    def take_over(self, row: Model) -> None:
        """Let the instance be as the row is now, and refuse what would undo a change of it."""
        now, moved = self.standing(row), set()
        for column in form_columns(row):
            if getattr(self.instance, column.attname) != getattr(now, column.attname):
                moved.add(column.name)
            setattr(self.instance, column.attname, getattr(row, column.attname))
        self.refuse_if_stale(now, {*moved, *self.changed_data})

    def refuse_if_stale(self, row: Model, changing: set[str]) -> None:
        """Refuse what would undo a change, and let the page bring the mark of the row as it is."""
        now, typed = self.mark_of(row), self.typed_otherwise(row, changing)
        if not typed or self.cleaned_data.get("seen") in ("", now):
            return
        data = cast("QueryDict", self.data).copy()
        data[self.add_prefix("seen")] = now
        self.data = data
        self.add_error(None, Stale(row))
        for name in typed:
            words = format_column(row, name, self.fields[name])
            self.add_error(name, _("On file now: %(words)s") % {"words": words})

    def typed_otherwise(self, row: Model, changing: set[str]) -> list[str]:
        own = {column.name for column in form_columns(row)} | {*self.relations(row)}
        return [
            name
            for name, words in self.cleaned_data.items()
            if name in own & changing and self.asks_for(name) and differs(row, name, words)
        ]


class ListedForm(forms.ModelForm):
    """A row that is edited in its list, which knows what it showed of each row.

    What nobody typed is not saved, whoever changed it since; what was typed over such a change is
    refused once, and what stands now is shown.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.show_hidden_initial = not self.is_bound or self.shown_as(name) in self.data

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        for name in self.changed_data:
            if name in self.base_fields and self.fields[name].show_hidden_initial:
                self.refuse_if_stale(name)
        return cleaned

    def refuse_if_stale(self, name: str) -> None:
        now, shown = getattr(self.instance, name), self.data[self.shown_as(name)]
        if now == self.fields[name].to_python(shown):
            return
        data = cast("QueryDict", self.data).copy()
        data[self.shown_as(name)] = now
        self.data = data
        words = format_column(self.instance, name, self.fields[name])
        self.add_error(name, _("On file now: %(words)s") % {"words": words})

    def save(self, commit: bool = True) -> Any:
        """Change only what was typed of what stands now, also of columns that the list lacks."""
        now = locked_again(self.instance)
        for column in form_columns(now) if now else []:
            if column.name not in self.changed_data:
                setattr(self.instance, column.attname, getattr(now, column.attname))
        return super().save(commit)

    def shown_as(self, name: str) -> str:
        return self.add_initial_prefix(name)


class ListedFormSet(forms.BaseModelFormSet):
    """The rows of such a list: locked before they are read, until those that changed are saved."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows: Any = self.queryset
        if self.is_bound:
            lock_rows(rows.model, list(rows.values_list("pk", flat=True)))


def form_columns(row: Model) -> list[Any]:
    """Return the columns, and of texts those by language: without one it is the reader's."""
    names = {column.name for column in row._meta.concrete_fields}
    return [one for one in row._meta.concrete_fields if f"{one.name}_en" not in names]


def related_keys(row: Model, name: str) -> list[Any]:
    return sorted(getattr(row, name).order_by().values_list("pk", flat=True))


def differs(row: Model, name: str, words: Any) -> bool:
    if row._meta.get_field(name).many_to_many:
        return related_keys(row, name) != sorted(one.pk for one in words)
    return bool(getattr(row, name) != words)


def format_column(row: Model, name: str, field: forms.Field) -> str:
    """Return what a column says, as a person reads it in the field of the page."""
    if row._meta.get_field(name).many_to_many:
        return comma_list(getattr(row, name).all()) or "–"
    if isinstance(getattr(row, name), list):
        called: dict[Any, Any] = dict(getattr(field, "choices", ()))
        return comma_list(called.get(one, one) for one in getattr(row, name)) or "–"
    value, chosen = getattr(row, name), getattr(row, f"get_{name}_display", None)
    if isinstance(value, dt.datetime):
        at = timezone.localtime(value, getattr(field, "zone", None))
        return date_format(at, "DATETIME_FORMAT")
    if isinstance(value, dt.date):
        return date_format(value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    said = str(chosen() if chosen else value) if value not in (None, "") else ""
    return said or "–"
