"""What a letter that invites was composed with, and what follows it uses.

Its records are hashed before it is composed and compared under locks when it is approved. From then
on their changes are held, so all that is held later was on file when the approver looked.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from django.apps import apps
from django.db import models

from invitations.models.held.change import Values
from invitations.models.held.holding import name_of, values_of

Records = Iterator[tuple[type[models.Model], list[Any]]]


def hashes_behind(letter: Any, *, lock: bool = False) -> dict[str, str]:
    """Return the hash of what is held of each record behind the letter, by its model and key."""
    return {
        f"{model.__name__} {key}": hash_of(values)
        for model, keys in records_behind(letter)
        for key, values in values_of(model, keys, lock=lock).items()
    }


def hash_of(values: Values) -> str:
    # Which other States a mission serves is no matter of this letter.
    said = {name: value for name, value in values.items() if name != "states"}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def lock_shared(letter: Any) -> None:
    """Lock what other letters use too, before the invitation and the letter are locked.

    Whoever locks several keeps to this order: edition, circulars, missions, States, invitation,
    letter, minister, rank, forms of address, terms.
    """
    for model, keys in shared_records(letter):
        values_of(model, keys, lock=True)


def records_behind(letter: Any) -> Records:
    """Yield the keys of each model's records; what leads to a record is yielded before it."""
    yield from shared_records(letter)
    invitation = letter.invitation
    yield type(invitation), [invitation.pk]
    minister: Any = model_named("Minister").objects.get(pk=invitation.minister_id)
    yield type(minister), [minister.pk]
    yield model_named("Rank"), [minister.rank_id]
    minister = type(minister).objects.select_related("rank").get(pk=minister.pk)
    in_languages = models.Q(language__in=[letter.language, letter.second_language])
    # What follows it, a reminder, addresses the person, the mission or nobody by name.
    besides = models.Q(**model_named("FormOfAddress").BESIDES_THE_OFFICE)
    forms = models.Q(**minister.addressed_by) | besides
    for name, used in (("FormOfAddress", forms & in_languages), ("Term", in_languages)):
        yield model_named(name), keys_of(name, used)


def shared_records(letter: Any) -> Records:
    invitation = letter.invitation
    circulars = [letter.circular_id, letter.replaces and letter.replaces.circular_id]
    states = [invitation.member_state_id, invitation.minister.member_state_id]
    yield model_named("ForumEdition"), [invitation.edition_id]
    yield model_named("Circular"), circulars
    yield model_named("Mission"), keys_of("Mission", models.Q(states=states[0]))
    yield model_named("MemberState"), states


def keys_of(name: str, used: models.Q) -> list[Any]:
    return list(model_named(name).objects.filter(used).values_list("pk", flat=True))


def model_named(name: str) -> Any:
    return apps.get_model("invitations", name)


def changed_behind(letter: Any) -> list[str]:
    """Lock the records behind the letter, and return the names of those that are not as composed.

    One that is gone is named by its kind alone.
    """
    then: Mapping[str, str] = letter.composed_with
    now = hashes_behind(letter, lock=True)
    changed = {record for record in {**then, **now} if then.get(record) != now.get(record)}
    return sorted({name_of_record(record) for record in changed})


def name_of_record(record: str) -> str:
    name, _space, key = record.partition(" ")
    model = model_named(name)
    return name_of(model, key) or str(model._meta.verbose_name)
