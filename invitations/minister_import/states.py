"""Load the States from the shipped table, and find a State by a code, a name or another spelling.

Only what is written is taken; what is near to it is told, for a person to choose.
"""

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from invitations.data import add_state_aliases, missing_forms_of_address, names_apart
from invitations.models import FormOfAddress, MemberState, StateAlias, printed_keys
from invitations.models.held.proposals import add_or_propose, save_or_propose
from invitations.text.dates import comma_list
from invitations.text.spellings import state_key

STATES_FILE = Path(__file__).parents[1] / "data" / "member_states.csv"
# Searching for near names takes some hundredths of a second, and a list may hold thousands of rows.
MOST_SEARCHES = 100
MOST_SUGGESTED = 8
SHORTEST_NAME, LONGEST_NAME = 4, 160


def state_fields(row: Mapping[str, str]) -> dict[str, Any]:
    fields: dict[str, Any] = dict(row)
    fields["list_name_fr"] = fields.pop("name_list_fr")
    fields["invited_by_default"] = fields["invited_by_default"] == "yes"
    return fields


def complete(state: MemberState, fields: Mapping[str, Any]) -> bool:
    """Fill the state's empty fields; return whether there were any."""
    empty = {name for name, value in fields.items() if value and getattr(state, name) in ("", None)}
    for name in empty:
        setattr(state, name, fields[name])
    return bool(empty)


@transaction.atomic
@translation.override("en")
def load_states(rows: Iterable[Mapping[str, str]]) -> tuple[list[MemberState], list[MemberState]]:
    """Add the States that are missing, fill what is empty in others, and return both lists.

    What is filled stays: staff may have edited it.
    """
    table = {row["iso2"]: state_fields(row) for row in rows}
    on_file = {
        state.iso2: state
        for state in MemberState.objects.select_for_update().filter(iso2__in=table)
    }
    added = [MemberState(**fields) for iso2, fields in table.items() if iso2 not in on_file]
    completed = [state for iso2, state in on_file.items() if complete(state, table[iso2])]

    MemberState.objects.bulk_create(added)
    for state in completed:
        save_or_propose(state)
    return added, completed


@transaction.atomic
def load_shipped_states() -> tuple[list[MemberState], list[MemberState]]:
    """Load the shipped States, their other spellings and forms of address.

    Return the States added and completed.
    """
    with STATES_FILE.open(encoding="utf-8", newline="") as file:
        loaded = load_states(csv.DictReader(file))
    add_state_aliases(MemberState, StateAlias)
    add_or_propose(
        missing_forms_of_address({"FormOfAddress": FormOfAddress, "MemberState": MemberState})
    )
    return loaded


@dataclass
class KnownNames:
    """The States by each code, name and other spelling, and what is to be said of other names."""

    states: dict[str, list[MemberState]]
    aliases: set[str]
    meaning_several: dict[str, list[MemberState]]
    ended: set[str]
    never_near: set[str]
    together: list[list[MemberState]]
    near: dict[str, list[MemberState]] = field(default_factory=dict)

    def near_to(self, key: str) -> list[MemberState]:
        """Return the States whose names are near, and those that are mixed up with them."""
        if key in self.never_near or not SHORTEST_NAME <= len(key) <= LONGEST_NAME:
            return []
        if key not in self.near:
            if len(self.near) >= MOST_SEARCHES:
                return []
            self.near[key] = with_their_like(self.search(key), self.together)[:MOST_SUGGESTED]
        return self.near[key]

    def search(self, key: str) -> Iterator[MemberState]:
        names = [name for name in self.states if len(name) >= SHORTEST_NAME]
        words = set(key.split())
        close = get_close_matches(key, names, n=5, cutoff=0.8)
        close += [name for name in names if words < set(name.split())]
        for name in close:
            yield from self.states[name]


def with_their_like(
    found: Iterable[MemberState], together: list[list[MemberState]]
) -> list[MemberState]:
    """Return the States once each, each followed by those whose names are taken for its own."""
    each: dict[int, MemberState] = {}
    for state in found:
        for group in [[state], *(group for group in together if state in group)]:
            each |= {one.pk: one for one in group if one.pk not in each}
    return list(each.values())


def states_by_name() -> KnownNames:
    """Lock the States and return them by their names; the lock keeps two imports apart."""
    return known_names(MemberState.objects.select_for_update(no_key=True))


def known_names(states: QuerySet[MemberState]) -> KnownNames:
    """Return the States by all names that are understood."""
    names: dict[str, list[MemberState]] = defaultdict(list)
    on_file = {}
    for state in states.order_by("pk"):
        on_file[state.iso3] = state
        for key in printed_keys(state):
            names[key].append(state)
    by_pk = {state.pk: state for state in on_file.values()}
    aliases = dict(StateAlias.objects.values_list("key", "member_state"))
    for key, pk in aliases.items():
        if by_pk[pk] not in names[key]:
            names[key].append(by_pk[pk])

    apart = names_apart()
    groups = {
        key: [on_file[code] for code in codes if code in on_file]
        for key, codes in apart.several.items()
    }
    return KnownNames(
        states=dict(names),
        aliases=set(aliases),
        meaning_several={key: states for key, states in groups.items() if len(states) > 1},
        ended=apart.ended,
        never_near=apart.not_listed,
        together=[[on_file[code] for code in codes if code in on_file] for codes in apart.together],
    )


def find_state(names: KnownNames, value: str) -> MemberState:
    """Return the State of that name; refuse in one sentence what names none, or more than one."""
    key = state_key(value)
    found = names.states.get(key, [])
    if key not in names.aliases and key in names.meaning_several:
        found = names.meaning_several[key]
    if len(found) > 1:
        raise ValidationError(
            _("Several States have this name: say which, by its code: %(states)s."),
            params={"states": with_codes(found)},
        )
    if found:
        return found[0]
    if key in names.ended:
        raise ValidationError(
            _("This State exists no more, and more than one followed it: write one of today’s.")
        )
    if near := names.near_to(key):
        raise ValidationError(
            _(
                "This code or name is not on the list of Member States of this system. Near to it,"
                " with their codes: %(states)s."
            ),
            params={"states": with_codes(near)},
        )
    raise ValidationError(
        _("This code or name is not on the list of Member States of this system.")
    )


def with_codes(states: Iterable[MemberState]) -> str:
    return comma_list(f"{state} ({state.iso3})" for state in states)
