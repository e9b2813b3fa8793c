"""Lists in parts, each of which begins after the key of a row: rows that come or go shift none."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from ninja import Field, Schema

from delegations.api.refusals import Refusal

LARGEST = 500
NO_SUCH_KEY = "No row of this list has the key in after: begin again without it."


class Asked(Schema):
    """Which part of a list is asked for."""

    after: str = Field("", max_length=40, description="The key of the last row that you have.")
    limit: int = Field(100, ge=1, le=LARGEST, description="How many rows at most.")


class Part(Schema):
    """A part of a list, and where the next one is."""

    next: str | None = Field(description="The address of the next part; null after the last.")


def part_of(
    request: HttpRequest, asked: Asked, rows: QuerySet[Any], order: Sequence[str], key: str
) -> tuple[list[Any], str | None]:
    """Return the rows after the key in the order of these columns, and where the next part is.

    Together the columns name one row; ``key`` alone does too.
    """
    if asked.after:
        rows = rows.filter(beyond(order, columns_after(rows, asked.after, order, key)))
    found = list(rows.order_by(*order)[: asked.limit + 1])
    if len(found) <= asked.limit:
        return found, None
    part = found[: asked.limit]
    words = urlencode({"after": getattr(part[-1], key), "limit": asked.limit})
    return part, f"{request.path}?{words}"


def columns_after(rows: QuerySet[Any], after: str, order: Sequence[str], key: str) -> Sequence[Any]:
    """Return the columns of the row with that key."""
    # A number as long as a row may have; ASCII alone, so that no other digits count as one.
    if key == "id" and not (after.isascii() and after.isdecimal() and len(after) < 19):
        raise Refusal(404, NO_SUCH_KEY)
    found = rows.filter(**{key: after}).order_by().values_list(*order).first()
    if found is None:
        raise Refusal(404, NO_SUCH_KEY)
    return tuple(found)


def beyond(columns: Sequence[str], values: Sequence[Any]) -> Q:
    """Return the condition of rows whose columns, compared one after the other, come later."""
    later = Q(pk__in=[])
    for place, column in enumerate(columns):
        same = dict(zip(columns[:place], values[:place], strict=True))
        later |= Q(**same, **{f"{column}__gt": values[place]})
    return later
