"""What a list's address may ask, what a search reads, and how what is found is named."""

from typing import Any

from django.contrib.admin import RelatedFieldListFilter
from django.contrib.admin.utils import get_fields_from_path
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.db.models import Model, Q, Value
from django.db.models.constants import LOOKUP_SEP
from django.db.models.functions import StrIndex, Upper
from django.db.models.lookups import GreaterThan
from django.http import HttpRequest
from django.utils.translation import gettext

from invitations.models import ForumEdition

# Of fewer letters an index by groups of three knows nothing.
LETTERS_INDEXED = 3


def initial_value(column: Any, typed: Any) -> list[Any]:
    """Return the value of a column that was typed, in a list; an empty list if it is invalid."""
    try:
        if column.many_to_many:
            return [[column.target_field.to_python(key) for key in typed]]
        return [column.to_python(typed)]
    except (ValidationError, AttributeError):  # Rows that refer to this one are no column of it.
        return []


def path_of_editions(shown: Any) -> str:
    """Return the path to the edition of a list's rows, if they may be of several.

    It is empty where one is chosen, or a column names it. The filters have asked already which
    editions there are.
    """
    if "edition" in shown.list_display:
        return ""
    paths = (
        str(spec.field_path)
        for spec in shown.filter_specs
        if isinstance(spec, RelatedFieldListFilter)
        and spec.field.related_model is ForumEdition
        and len(spec.lookup_choices) > 1
        and not spec.used_parameters
    )
    return next(paths, "")


def lookups_of_filter(model: type[Model], item: Any) -> set[str]:
    """Return the lookups by which a filter stands in a list's address."""
    if isinstance(item, type):
        return {item.parameter_name}  # type: ignore[attr-defined]  # each of ours has one
    path = item if isinstance(item, str) else item[0]
    column: Any = get_fields_from_path(model, path)[-1]
    if isinstance(column, models.DateField):
        return {f"{path}__{comparison}" for comparison in ("gte", "lt", "isnull")}
    if column.is_relation:
        return {f"{path}__{column.target_field.name}__exact", f"{path}__isnull"}
    return {path, f"{path}__exact", f"{path}__isnull"}


def lookups_of_date(path: str | None) -> set[str]:
    return {f"{path}__{part}" for part in ("year", "month", "day")} if path else set()


def lists_searched(model: type[Model], search_field: str) -> list[type[Model]]:
    """Return the models of which a search field reads many rows; not those that a row names."""
    passed = []
    for name in search_field.lstrip("^=@").split(LOOKUP_SEP)[:-1]:
        column: Any = model._meta.get_field(name)
        if not column.is_relation:  # A comparison may follow, which is no column.
            break
        model = column.related_model
        if column.one_to_many or column.many_to_many:
            passed.append(model)
    return passed


def name_of_choice(row: Model) -> str:
    """Return the row's name in lists and, for an invitation, its edition; of a role, as is read."""
    if isinstance(row, Group):
        return gettext(row.name)
    return str(getattr(row, "chosen_as", row))


class AutocompleteView(AutocompleteJsonView):
    """The choices that fit what was typed, named as the form names them."""

    def process_request(self, request: HttpRequest) -> tuple[str, Any, Any, str]:
        """Refuse what no form chooses: rows that refer to this one are no column of it."""
        term, page, column, to_field = super().process_request(request)
        if column.auto_created:
            raise PermissionDenied
        return term, page, column, to_field

    def serialize_result(self, obj: Any, to_field_name: str) -> dict[str, str]:
        return super().serialize_result(obj, to_field_name) | {"text": name_of_choice(obj)}


def holding_address(typed: str, *columns: str) -> Q:
    """Return the rows that have the text, with its "@", in one of the columns, capitals aside.

    What stands before the "@" finds the rows by the index, and the whole is compared in these
    alone: too many addresses end alike.
    """
    before, rows = typed.partition("@")[0], Q()
    for column in columns:
        if len(before) < LETTERS_INDEXED:
            rows |= Q(**{f"{column}__icontains": typed})
        else:
            whole = GreaterThan(StrIndex(Upper(column), Upper(Value(typed))), 0)
            rows |= Q(**{f"{column}__icontains": f"{before}@"}) & Q(whole)
    return rows
