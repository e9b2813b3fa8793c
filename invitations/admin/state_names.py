"""Find States by any of their names, in six languages, or by a code; lists search by it too."""

from collections import defaultdict
from enum import IntEnum
from typing import Any

from django.db.models.lookups import In

from invitations.models import MemberState, StateAlias, printed_columns
from invitations.models.states import french_order
from invitations.text.spellings import search_words

# Of fewer letters that stand within a name somewhere, nothing is learned; a Chinese name has two.
LETTERS_WITHIN, SIGNS_WITHIN = 3, 2


class Fit(IntEnum):
    """How well a name fits what was typed, the best first."""

    CODE = 0
    WHOLE = 1
    BEGINNING = 2
    WORDS = 3
    WITHIN = 4


def states_called(typed: str) -> dict[int, Fit]:
    """Return the keys of the States that may be meant, the best fit first.

    Accents and the order of words do not matter, and the last letters may be missing. A code in
    capitals means its State alone.
    """
    said = search_words(typed)
    if not said:
        return {}
    codes, names = codes_and_names()
    meant = codes.get(said)
    if meant and typed.isupper():
        return {meant: Fit.CODE}
    fits = {meant: Fit.CODE} if meant else {}
    for pk, called in names.items():
        found = [fit for fit in (fit_of(said, name) for name in called) if fit is not None]
        if found:
            fits.setdefault(pk, min(found))
    return dict(sorted(fits.items(), key=lambda one: one[1]))


def codes_and_names() -> tuple[dict[str, int], dict[int, set[str]]]:
    """Return the State of each code, and the words of all names and other spellings of each."""
    columns = [name for name in printed_columns() if name not in ("iso2", "iso3", "m49")]
    codes: dict[str, int] = {}
    names: dict[int, set[str]] = defaultdict(set)
    rows = MemberState.objects.order_by(*french_order(""))
    for pk, iso2, iso3, *called in rows.values_list("pk", "iso2", "iso3", *columns):
        codes |= {iso2.casefold(): pk, iso3.casefold(): pk}
        names[pk] = {search_words(name) for name in called if name}
    for pk, spelling in StateAlias.objects.values_list("member_state", "spelling"):
        names[pk].add(search_words(spelling))
    return codes, names


def fit_of(said: str, name: str) -> Fit | None:
    if name == said:
        return Fit.WHOLE
    if name.startswith(said):
        return Fit.BEGINNING
    words = name.split()
    if all(any(word.startswith(one) for word in words) for one in said.split()):
        return Fit.WORDS
    enough = LETTERS_WITHIN if said.isascii() else SIGNS_WITHIN
    return Fit.WITHIN if len(said) >= enough and said in name else None


class Called(In):
    """The lookup ``iso3__called``: codes of the States that may be meant by what was typed."""

    lookup_name = "called"

    def __init__(self, lhs: Any, rhs: Any) -> None:
        meant = MemberState.objects.filter(pk__in=states_called(str(rhs)))
        super().__init__(lhs, list(meant.values_list("iso3", flat=True)))
