"""One thing that waits for people: how many rows it is, how old, and the list that shows them."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db.models import Count, DateTimeField, IntegerField, Min, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast
from django.http import HttpRequest

from invitations.models import ForumEdition

# Where no hour of it is on file.
UNKNOWN = Cast(Value(None), DateTimeField())


class CountedNeed(NamedTuple):
    """How many wait, and since when the oldest; None where no hour is on file."""

    number: int
    since: dt.datetime | dt.date | None = None


class Need(NamedTuple):
    """What waits for people who may do something about it, and the list that shows it.

    The ``title`` waits for the number that it stands beside: one mail is none of several. What was
    ``found`` is known already; or else it is the number of ``rows``, and the earliest hour
    in ``since``.
    """

    may: bool
    title: Any
    url: str
    rows: QuerySet[Any] | None = None
    since: str | Combinable = UNKNOWN
    found: CountedNeed | None = None


def found_of(needs: Sequence[Need]) -> list[CountedNeed]:
    """Return what is found of each need, all that has to be asked for in one query."""
    found = {place: need.found for place, need in enumerate(needs) if need.found}
    asked = [
        need_row(place, need.rows, need.since)
        for place, need in enumerate(needs)
        if need.rows is not None
    ]
    if asked:
        rows = asked[0].union(*asked[1:], all=True) if len(asked) > 1 else asked[0]
        found |= {place: CountedNeed(number, since) for place, number, since in rows}
    return [found.get(place, CountedNeed(0)) for place in range(len(needs))]


def need_row(place: int, rows: QuerySet[Any], since: str | Combinable) -> QuerySet[Any]:
    """Return one row: the place of the need in the list, its number, and its oldest hour."""
    named = rows.order_by().annotate(place=Value(place, output_field=IntegerField()))
    grouped = named.values_list("place")
    return grouped.annotate(number=Count("pk", distinct=True), oldest=Min(since))


def may(request: HttpRequest, *codes: str) -> bool:
    return any(request.user.has_perm(f"invitations.{code}") for code in codes)


def of_edition(edition: ForumEdition, path: str = "invitation__edition") -> dict[str, Any]:
    return {f"{path}__id__exact": edition.pk}
