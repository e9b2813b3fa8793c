"""One statement that inserts a row for each row of a query (INSERT … SELECT).

The columns are read from the model, so a field that is added later is filled too.
"""

from typing import Any

from django.core.exceptions import EmptyResultSet, FieldDoesNotExist
from django.db import connection
from django.db.models import Field, Model, QuerySet, Value
from django.db.models.functions import Cast


def insert_select(rows: "QuerySet[Any]", model: type[Model], **values: Any) -> int:
    """Insert a row of the model for each of ``rows``, and return the number of rows.

    ``values`` gives values, or expressions over ``rows``, by field; other fields get their
    default.
    """
    # The ORM has no INSERT … SELECT, so its SELECT is taken as SQL.
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    given = {model._meta.get_field(name): value for name, value in values.items()}
    if strange := [field.name for field in given if field not in fields]:
        raise FieldDoesNotExist(f"{model.__name__} has no column to fill: {', '.join(strange)}")
    selected = [
        as_expression(given[field] if field in given else field.get_default(), field)
        for field in fields
    ]
    try:
        select, parameters = rows.order_by().values_list(*selected).query.sql_with_params()
    except EmptyResultSet:
        return 0
    quoted = connection.ops.quote_name
    columns = ", ".join(quoted(str(field.column)) for field in fields)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {quoted(model._meta.db_table)} ({columns}) {select}", parameters
        )
        return cursor.rowcount


def as_expression(value: Any, field: "Field[Any, Any]") -> Any:
    if value is None:
        # By itself it has no type, and PostgreSQL takes it for a text among distinct rows.
        return Cast(Value(None), field)
    return value if hasattr(value, "resolve_expression") else Value(value, field)
