"""Insert a row for each of the rows that a query finds, by one statement.

The columns come from the model: a field that it gets later is filled here too.
"""

from typing import Any

from django.db import connection
from django.db.models import Field, Model, QuerySet, Value


def insert_select(rows: "QuerySet[Any]", model: type[Model], **values: Any) -> int:
    """Insert a row of the model for each of these rows, and return how many.

    ``values`` are values, or expressions over the rows, by field; each other field gets its
    default.
    """
    with connection.cursor() as cursor:
        cursor.execute(*insert_select_sql(rows, model, **values))
        return cursor.rowcount


def insert_select_sql(
    rows: "QuerySet[Any]", model: type[Model], **values: Any
) -> tuple[str, tuple[Any, ...]]:
    """The statement of ``insert_select``, and its parameters."""
    # The ORM selects, and it inserts what a program has; it has no INSERT of what it selects.
    given = {model._meta.get_field(name): value for name, value in values.items()}
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    selected = [
        as_expression(given[field] if field in given else field.get_default(), field)
        for field in fields
    ]
    select, parameters = rows.order_by().values_list(*selected).query.sql_with_params()
    quoted = connection.ops.quote_name
    columns = ", ".join(quoted(str(field.column)) for field in fields)
    return f"INSERT INTO {quoted(model._meta.db_table)} ({columns}) {select}", parameters


def as_expression(value: Any, field: "Field[Any, Any]") -> Any:
    return value if hasattr(value, "resolve_expression") else Value(value, field)
