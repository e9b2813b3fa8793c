"""Changes that are proposed: a record in use is written once a second person approves them.

The guard refuses whatever else writes its protected columns. Outside of it are raw SQL, the
historical models of migrations, and ``loaddata``.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
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
def save_or_propose(row: Any, reason: str = "") -> HeldChange | None:
    """Save the row; of one in use, save what is free and propose the rest.

    Return the proposal, or None if everything was saved. A row that would be in use as soon as it
    exists is not saved, and has no key. Afterwards the row has the values in force.
    """
    model = type(row)
    if not is_proposed(model):
        row.save()
        return None
    [(key, before, after)] = lock_and_compare(model, [row])
    if not used_among(model, {key: before}, {key: after}):
        row.keep_keys(differing(before or {}, after))
        row.save()
        return None
    if before is None:
        return propose_new(row, reason)
    lay_over(row, before)
    row.save()
    return propose(row, before, after, reason)


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


def apply_proposal(change: HeldChange, row: Any) -> Any:
    """Write the approved values, each of which has to be as it was when the change was proposed.

    Return the row.
    """
    model: Any = change.content_type.model_class()
    if change.before is None:
        row, names = model(), set(change.after or {})
    elif row is None:
        raise ValidationError(_("The record was deleted since."))
    else:
        now, names = values_of(model, [row.pk])[row.pk], set(change.changed)
        if moved := [name for name in names if now[name] != change.before[name]]:
            called = comma_list(str(model._meta.get_field(name).verbose_name) for name in moved)
            raise ValidationError(
                _("Changed since this was proposed: %(what)s. Propose it anew.") % {"what": called}
            )
    lay_over(row, {name: (change.after or {})[name] for name in names})
    row.keep_keys(names)
    row.clean_fields(exclude={one.name for one in model._meta.fields if one.attname not in names})
    row.clean()
    row.validate_unique()
    row.validate_constraints()
    models.Model.save(row)  # past the guard: this is what was approved
    return row


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


def lock_and_compare(
    model: type[models.Model], rows: Sequence[Any], named: Iterable[str] | None = None
) -> list[tuple[Any, Values | None, Values]]:
    """Lock the rows; return of each its key, its values in force, and those in memory.

    A row that is not in the table has no values in force, and its place as a key.
    """
    protected = HELD[model.__name__].names()
    if named is not None:
        # A text is named with or without its language, a relation by its column or not.
        starts = tuple(f"{one}_" for one in named)
        protected = [name for name in protected if f"{name}_".startswith(starts)]
    keys = [row.pk for row in rows if row.pk is not None]
    lock_before_new(model, rows)
    before = values_of(model, keys, lock=True)
    return [
        (
            row.pk if row.pk in before else f"new {place}",
            before.get(row.pk),
            {**before.get(row.pk, {}), **values_in_memory(row, protected)},
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


IN_USE = gettext_lazy(
    "%(rows)s: approved letters use it. Propose the change: it is written once a second person "
    "approves it."
)
