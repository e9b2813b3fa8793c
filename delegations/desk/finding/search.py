"""What was typed into the search, for whom, and how what is found is shown."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import or_
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.db.models import Case, Model, Q, Value, When
from django.http import HttpRequest
from django.urls import reverse

from invitations.admin.list_columns import change_url
from invitations.admin.lookups import holding_address
from invitations.models import ForumEdition
from invitations.text.spellings import normalize_name

TYPED_AT_MOST = 200
# Of each kind so many are shown: who sees as many types more.
EACH_KIND = 8
# With fewer letters, nearly everybody is found.
LETTERS_AT_LEAST, SIGNS_AT_LEAST = 3, 2


class FoundLine(NamedTuple):
    """One line of the results; the names are those that django-unfold's template reads."""

    title: str
    description: str
    link: str
    icon: str


@dataclass
class Search:
    """The typed text, and the person who may not see everything."""

    typed: str
    user: User
    request: HttpRequest

    def __post_init__(self) -> None:
        # No row has such a sign, and PostgreSQL refuses to look for it.
        self.typed = self.typed[:TYPED_AT_MOST].replace("\0", "").strip()

    @cached_property
    def edition(self) -> ForumEdition | None:
        """The edition at hand: what is found stands in it first."""
        return ForumEdition.objects.only("symbol", "opens_on", "closes_on").current()

    @property
    def is_long_enough(self) -> bool:
        """Whether texts are looked through for it, beside codes and names of States."""
        least = LETTERS_AT_LEAST if self.typed.isascii() else SIGNS_AT_LEAST
        return len(self.typed) >= least

    @property
    def words(self) -> list[str]:
        """The words as the keys of names have them."""
        return normalize_name(self.typed).split()

    def reads(self, model: type[Model]) -> bool:
        return self.user.has_perm(f"{model._meta.app_label}.view_{model._meta.model_name}")

    def current_first(self, path: str) -> list[Any]:
        """Return the order of rows by their edition: the one at hand, then the latest."""
        now = self.edition.pk if self.edition else None
        is_other = Case(When(**{path: now}, then=Value(0)), default=Value(1))
        return [is_other, f"-{path}__opens_on"]

    def page_of(self, row: Model, iso3: str, symbol: str | None) -> str:
        """Return the State's page in the edition; without one, the record's own page."""
        if symbol and self.user.has_perm("invitations.view_invitation"):
            return reverse("desk:state", args=[symbol, iso3])
        return change_url(row)


def columns_holding(typed: str, names: Sequence[str] = (), addresses: Sequence[str] = ()) -> Q:
    """Return the rows that have the text in one of the columns; no name holds an "@"."""
    if "@" in typed:
        return holding_address(typed, *addresses)
    named = (Q(**{f"{column}__icontains": typed}) for column in (*names, *addresses))
    return reduce(or_, named)


def describe_found(*words: object) -> str:
    return " · ".join(str(word) for word in words if word)


def once_each(found: Iterable[FoundLine]) -> list[FoundLine]:
    """Return the lines without those that name the same and lead to the same page."""
    return list({(one.title, one.link): one for one in reversed(list(found))}.values())[::-1]
