"""Load the States from the shipped table, and find a State by a code or a name."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from invitations.models import Language, MemberState, normalize_name

STATES_FILE = Path(__file__).parents[1] / "data" / "member_states.csv"
SUFFIXES = [language.replace("-", "_") for language in Language.values]
STATE_NAME_FIELDS = [
    f"{kind}_{suffix}" for kind in ("short_name", "formal_name") for suffix in SUFFIXES
]


def state_fields(row: Mapping[str, str]) -> dict[str, Any]:
    fields: dict[str, Any] = dict(row)
    fields["list_name_fr"] = fields.pop("name_list_fr")
    fields["invited_by_default"] = fields["invited_by_default"] == "yes"
    return fields


def complete(state: MemberState, fields: Mapping[str, Any]) -> set[str]:
    """Fill the state's empty fields, and return their names."""
    empty = {name for name, value in fields.items() if value and getattr(state, name) in ("", None)}
    for name in empty:
        setattr(state, name, fields[name])
    return empty


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
    filled = {iso2: complete(state, table[iso2]) for iso2, state in on_file.items()}
    completed = [on_file[iso2] for iso2, names in filled.items() if names]
    names = set().union(*filled.values())

    MemberState.objects.bulk_create(added)
    if completed:
        # The column without a language holds the English text.
        names |= {name.removesuffix("_en") for name in names}
        MemberState.objects.rewrite(False).bulk_update(completed, sorted(names))
    return added, completed


def states_by_name() -> dict[str, list[MemberState]]:
    """Lock the States and return them by each code and name; the lock keeps two imports apart."""
    names = defaultdict(list)
    for state in MemberState.objects.select_for_update(no_key=True).order_by("pk"):
        spellings = [state.iso2, state.iso3, state.list_name_fr]
        spellings += [getattr(state, name) for name in STATE_NAME_FIELDS]
        for key in {normalize_name(spelling or "") for spelling in spellings} - {""}:
            names[key].append(state)
    return names


def find_state(names: Mapping[str, list[MemberState]], value: str) -> MemberState:
    found = names.get(normalize_name(value), [])
    if not found:
        raise ValidationError(_("No State on file has this code or name."))
    if len(found) > 1:
        raise ValidationError(_("Several States have this name: write the code instead."))
    return found[0]
