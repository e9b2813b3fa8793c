"""Changes that are proposed: a record in use is written once a second person approves them.

The guard refuses whatever else writes its protected columns. Outside of it are raw SQL, the
historical models of migrations, and ``loaddata``.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from invitations.models.held.change import HeldChange, Values
from invitations.models.held.holding import (
    HELD,
    hold_change,
    keys_in_use,
    lay_over,
    letters_at_hand,
    values_of,
)
from invitations.text.dates import comma_list


def is_proposed(model: type[models.Model]) -> bool:
    """Whether changes of the model's records in use are proposed before they are written."""
    return model.__name__ in HELD and HELD[model.__name__].proposed


@transaction.atomic
def save_or_propose(
    row: Any, reason: str = "", states: Iterable[int] | None = None
) -> HeldChange | None:
    """Save the row, and the States that a mission serves; of one in use, propose what is not free.

    Return the proposal, or None if everything was saved. A row that would be in use as soon as it
    exists is not saved, and has no key; a mission is, without its States. Afterwards the row has
    the values in force.
    """
    model = type(row)
    if not is_proposed(model):
        row.save()
        return None
    [(key, before, after)] = lock_and_compare(model, [row], states=states)
    if not used_among(model, {key: before}, {key: after}):
        row.keep_keys(differing(before or {}, after))
        row.save()
        if states is not None:
            row.states.set(states)
        return None
    if before is None and states is None:
        return propose_new(row, reason)
    lay_over(row, before or {})
    row.save()
    return propose(row, before or {**after, "states": []}, after, reason)


@transaction.atomic
def add_or_propose(rows: Sequence[Any], reason: str = "") -> list[HeldChange]:
    """Add those of the new rows, all of one model, that are not in use at once; propose others."""
    if not rows:
        return []
    model = type(rows[0])
    after = {key: values for key, _before, values in lock_and_compare(model, rows)}
    used = used_among(model, dict.fromkeys(after), after)
    apart = [(row, key in used) for row, key in zip(rows, after, strict=True)]
    model._default_manager.bulk_create(row for row, is_used in apart if not is_used)
    return [propose_new(row, reason) for row, is_used in apart if is_used]


def propose_new(row: Any, reason: str) -> HeldChange:
    """Propose to add the row: its columns, but for those that an empty row has anyhow."""
    model = type(row)
    said, empty = (values_in_memory(one, columns_of(model)) for one in (row, model()))
    after = {name: said[name] for name in differing(empty, said)}
    change = HeldChange(content_type=ContentType.objects.get_for_model(model))
    change.named = f"{model._meta.verbose_name}: {row.told_as}"[:300]
    hold_change(change, model, None, after, reason)
    return change


def propose(row: Any, before: Values, after: Values, reason: str) -> HeldChange | None:
    """Propose the values that differ, together with what is proposed of the row already."""
    typed = {name: after[name] for name in differing(before, after)}
    if not typed:
        return None
    waiting = HeldChange.objects.waiting().of(row).select_for_update(of=("self",)).first()
    kind = ContentType.objects.get_for_model(type(row))
    change = waiting or HeldChange(content_type=kind, object_id=str(row.pk))
    asked = {name: values for name, values in change.changed.items() if name not in typed}
    was = {**before, **{name: old for name, (old, _new) in asked.items()}}
    proposed = {**was, **{name: new for name, (_old, new) in asked.items()}, **typed}
    if waiting is None or (waiting.before, waiting.after) != (was, proposed):
        change.before = was
        hold_change(change, type(row), row.pk, proposed, reason)
    return change


def with_proposal(row: Any) -> Any:
    """Return a copy of the row with the values that are proposed, too."""
    found = copy(row)
    if change := HeldChange.objects.waiting().of(row).first():
        lay_over(found, {name: new for name, (_old, new) in change.changed.items()})
    return found


def apply_proposal(change: HeldChange, row: Any) -> Any:
    """Write the approved values, each of which has to be as it was when the change was proposed.

    Return the row.
    """
    model: Any = change.content_type.model_class()
    after = change.after or {}
    if change.before is None:
        row, names = model(), set(after)
    elif row is None:
        raise ValidationError(DELETED)
    else:
        now, names = values_of(model, [row.pk])[row.pk], set(change.changed)
        if moved := [name for name in names if now[name] != change.before[name]]:
            called = comma_list(str(model._meta.get_field(name).verbose_name) for name in moved)
            raise ValidationError(
                _("Changed since this was proposed: %(what)s. Propose it anew.") % {"what": called}
            )
    write_approved(row, {name: after[name] for name in names})
    return row


def write_approved(row: Any, values: Values) -> None:
    """Write these columns of the row, past the guard: two people agreed to their values."""
    lay_over(row, values)
    row.keep_keys({*values})
    columns = type(row)._meta.fields
    row.clean_fields(exclude={one.name for one in columns if one.attname not in values})
    row.clean()
    row.validate_unique()
    row.validate_constraints()
    models.Model.save(row)
    if "states" in values:
        write_states(row, values["states"])


@transaction.atomic
def write_states(mission: Any, states: list[int]) -> None:
    served: Any = models.QuerySet(type(mission).states.through)
    if len(lock_states(states)) < len(states):
        raise ValidationError(DELETED)
    served.filter(mission=mission).exclude(memberstate__in=states).delete()
    links = [served.model(mission=mission, memberstate_id=state) for state in states]
    served.bulk_create(links, ignore_conflicts=True)


@contextmanager
def guarded(
    model: type[models.Model], rows: Sequence[Any], named: Iterable[str] | None = None
) -> Iterator[None]:
    """Refuse to write the rows, or the named columns of theirs, if one in use would change."""
    with transaction.atomic():
        compared = lock_and_compare(model, rows, named)
        before = {key: values for key, values, _after in compared}
        refuse_used(model, before, {key: after for key, _before, after in compared})
        yield


@contextmanager
def guarded_update(
    model: type[models.Model], keys: list[Any], written: Mapping[str, Any]
) -> Iterator[None]:
    """Refuse to write the same columns of all these rows if one of them is in use."""
    columns = {one.name: one.attname for one in model._meta.concrete_fields}
    plain = {columns.get(name, name): plain_value(value) for name, value in written.items()}
    with transaction.atomic():
        before = values_of(model, keys, lock=True)
        # A text without its language is any of its six: one that is named counts as changed.
        after = {key: {**values, **plain, "": "named"} for key, values in before.items()}
        refuse_used(model, before, after)
        yield


def plain_value(value: Any) -> Any:
    """Return the value as it is compared; None for one that only the database knows."""
    value = value.pk if isinstance(value, models.Model) else value
    return None if hasattr(value, "resolve_expression") else value


def guard_states_of_missions(
    sender: Any, instance: Any, action: str, reverse: bool, pk_set: set[int] | None, **kwargs: Any
) -> None:
    """Refuse other States for a mission in use, from whichever side they are set.

    Django joins and parts the two within a transaction, which has the locks taken here.
    """
    when, verb = action.split("_")
    if when == "post":
        return
    mission = apps.get_model("invitations", "Mission")
    given = pk_set or {one.pk for one in (instance.missions if reverse else instance.states).all()}
    keys, states = (given, {instance.pk}) if reverse else ({instance.pk}, given)
    lock_states(states if verb == "add" else [])
    before = values_of(mission, keys, lock=True)
    change = set.union if verb == "add" else set.difference
    after = {
        key: {**values, "states": sorted(change({*values["states"]}, states))}
        for key, values in before.items()
    }
    refuse_used(mission, before, after)


def lock_states(keys: Iterable[int]) -> dict[Any, Values]:
    """Lock the States before a mission of theirs, as whoever approves a letter to one of them."""
    return values_of(apps.get_model("invitations", "MemberState"), keys, lock=True)


def lock_and_compare(
    model: type[models.Model],
    rows: Sequence[Any],
    named: Iterable[str] | None = None,
    states: Iterable[int] | None = None,
) -> list[tuple[Any, Values | None, Values]]:
    """Lock the rows; return of each its key, its values in force, and those in memory.

    A row that is not in the table has no values in force, and its place as a key. ``states`` are
    those that the missions among them are to serve.
    """
    protected = HELD[model.__name__].names()
    if named is not None:
        # A text is named with or without its language, a relation by its column or not.
        starts = tuple(f"{one}_" for one in named)
        protected = [name for name in protected if f"{name}_".startswith(starts)]
    keys = [row.pk for row in rows if row.pk is not None]
    lock_before_new(model, rows)
    served = {} if states is None else {"states": sorted(states)}
    lock_states(served.get("states", []))
    before = values_of(model, keys, lock=True)
    return [
        (
            row.pk if row.pk in before else f"new {place}",
            before.get(row.pk),
            {**before.get(row.pk, {}), **values_in_memory(row, protected), **served},
        )
        for place, row in enumerate(rows)
    ]


def lock_before_new(model: type[models.Model], rows: Sequence[Any]) -> None:
    """Lock what whoever approves a letter locks first: nothing new comes into use meanwhile."""
    if not HELD[model.__name__].everywhere or all(not row._state.adding for row in rows):
        return
    states = [getattr(row, "member_state_id", None) for row in rows]
    shared = "MemberState" if all(states) else "ForumEdition"
    locked: Any = models.QuerySet(apps.get_model("invitations", shared)).order_by("pk")
    locked = locked.filter(pk__in=states) if all(states) else locked
    list(locked.select_for_update(of=("self",), no_key=True).values_list("pk"))


def columns_of(model: type[models.Model]) -> list[str]:
    """Return the columns, and of texts those by language: without one it is the reader's."""
    fields = [one for one in model._meta.concrete_fields if not one.generated]
    names = {one.name for one in fields}
    return [one.attname for one in fields if f"{one.name}_en" not in names]


def values_in_memory(row: models.Model, names: Iterable[str]) -> Values:
    """Return the row's values in memory, as JSON has them."""
    columns = {one.attname: one for one in row._meta.concrete_fields}
    said = {name: columns[name].to_python(getattr(row, name)) for name in names}
    values: Values = json.loads(DjangoJSONEncoder().encode(said))
    return values


def differing(before: Values, after: Values) -> set[str]:
    return {name for name, value in after.items() if before.get(name, "") != value}


def used_among(
    model: type[models.Model],
    before: Mapping[Any, Values | None],
    after: Mapping[Any, Values],
) -> set[Any]:
    """Return the keys of those rows among them that differ and that approved letters use."""
    changed = [key for key, values in after.items() if before[key] != values]
    known = {key: values for key, values in before.items() if values is not None}
    letters = letters_at_hand(model, known)
    if not changed or not letters.exists():
        return set()
    return keys_in_use(model, letters, changed, known, after)


def refuse_used(
    model: type[models.Model],
    before: Mapping[Any, Values | None],
    after: Mapping[Any, Values],
) -> None:
    if used := used_among(model, before, after):
        rows: Any = models.QuerySet(model).filter(pk__in=[key for key in used if before[key]])
        called = comma_list(map(str, rows)) or str(model._meta.verbose_name)
        raise ValidationError(IN_USE, params={"rows": called})


DELETED = gettext_lazy("The record was deleted since.")
IN_USE = gettext_lazy(
    "%(rows)s: approved letters use it. Propose the change: it is written once a second person "
    "approves it."
)
