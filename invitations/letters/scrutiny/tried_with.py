"""What letters that wait were tried with: until something of it changes, they are not tried again.

All that may let a letter be composed belongs in here. What is forgotten is found on the next day:
each letter that waits is tried once a day in any case.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone

from invitations.files.sealing import refuse_unusable_seal
from invitations.letters.released import held_for_each_state
from invitations.models import (
    AUTOMATIC_KINDS,
    FormOfAddress,
    Invitation,
    Letter,
    LetterTemplate,
    Minister,
    Mission,
    Rank,
    ReminderStep,
    Reply,
    ReplyLink,
    Term,
)
from invitations.models.held.composed_with import (
    all_of,
    covered_by,
    languages_of,
    letters_with_records,
    shared_records,
)

# What of a letter's own row decides about its words; a try changes nothing of it.
OWN = (
    "kind", "variant", "language", "second_language", "by_original", "sha256", "planned_at",
    "reply_before", "circular_id", "mission_id", "replaces_id", "step_id", "reply_id",
)  # fmt: skip
# The parts of a mark, by the letter's key.
Parts = dict[int, list[str]]


def marks_of(letters: Sequence[Letter]) -> dict[int, str]:
    """Return the mark of all that each letter may be composed with, by the letter's key.

    The letters are those of ``letters_with_records``; many take no more queries than one.
    """
    covers = covered_by(one.pk for one in letters)
    known = {one.pk: one for one in letters}
    others = {one.letter for one in covers} - set(known)
    parts = parts_of([*letters, *letters_with_records().filter(pk__in=others)])
    over: Parts = defaultdict(list)
    for one in covers:
        over[one.note] += [*parts[one.letter], str(one.is_called_back)]
    shared = [str(timezone.localdate()), state_of_seal()] if letters else []
    return {key: hash_of([*shared, *sorted(parts[key] + over[key])]) for key in known}


def state_of_seal() -> str:
    """Return why no letter can be sealed at this moment; empty if that keeps none waiting."""
    try:
        refuse_unusable_seal()
    except ValidationError as refusal:
        return str(refusal.messages[0])
    return ""


def parts_of(letters: Sequence[Letter]) -> Parts:
    """Return a part for each record behind each letter, and for what is held of them."""
    parts = {one.pk: [hash_of([getattr(one, name) for name in OWN])] for one in letters}
    for model, keys in records_tried(letters):
        hashes = hashes_of(model, all_of(keys))
        for letter, own in keys.items():
            parts[letter] += [hashes[key] for key in own if key in hashes]
    texts = texts_by_language({said for one in letters for said in languages_of(one)})
    for one in letters:
        parts[one.pk] += [texts[said] for said in languages_of(one)]
    for letter, change in held_behind(letters):
        parts[letter].append(f"held {change}")
    return parts


def records_tried(letters: Sequence[Letter]) -> Iterator[tuple[Any, Mapping[int, list[Any]]]]:
    """Yield the keys of each model's records behind each letter."""
    yield from shared_records(letters)
    yield Mission, {one.pk: [one.mission_id] for one in letters}
    yield Invitation, {one.pk: [one.invitation_id] for one in letters}
    yield Minister, {one.pk: [one.invitation.minister_id] for one in letters}
    yield Rank, {one.pk: [one.invitation.minister.rank_id] for one in letters}
    yield ReminderStep, {one.pk: [one.step_id] for one in letters}
    yield Reply, {one.pk: [one.reply_id] for one in letters}
    of_invitation = {one.pk: one.invitation_id for one in letters}
    yield ReplyLink, by_invitation(of_invitation, ReplyLink.objects.current())
    yield Letter, by_invitation(of_invitation, Letter.objects.inviting().approved())


def by_invitation(letters: Mapping[int, int], rows: "models.QuerySet[Any]") -> dict[int, list[Any]]:
    """Return the keys of those rows that belong to each letter's invitation."""
    found = defaultdict(list)
    of_these = rows.filter(invitation__in={*letters.values()})
    for key, invitation in of_these.values_list("pk", "invitation"):
        found[invitation].append(key)
    return {letter: found[invitation] for letter, invitation in letters.items()}


def hashes_of(model: type[models.Model], keys: Iterable[Any]) -> dict[Any, str]:
    """Return the hash of all that stands in each row, in every language."""
    known = [key for key in keys if key is not None]
    if not known:
        return {}
    rows = rows_in_all_languages(model).filter(pk__in=known).order_by()
    columns = OWN if model is Letter else columns_of(model)
    return {
        key: hash_of([model.__name__, key, *said])
        for key, *said in rows.values_list("pk", *columns)
    }


def rows_in_all_languages(model: type[models.Model]) -> "models.QuerySet[Any]":
    # The plain QuerySet: that of the translations reads a text in the language of the page.
    return models.QuerySet(model)


def columns_of(model: type[models.Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


def texts_by_language(languages: set[str]) -> dict[str, str]:
    """Return the hash of all forms of address, terms and letter templates of each language."""
    found: dict[str, list[Any]] = {language: [] for language in languages}
    for model in (FormOfAddress, Term, LetterTemplate):
        rows = rows_in_all_languages(model).filter(language__in=languages).order_by("pk")
        for language, *said in rows.values_list("language", *columns_of(model)):
            found[language].append(said)
    return {language: hash_of(said) for language, said in found.items()}


def held_behind(letters: Iterable[Letter]) -> Iterator[tuple[int, int]]:
    """Yield (letter, change) of what waits for its release behind each automatic letter."""
    automatic = [one for one in letters if one.kind in AUTOMATIC_KINDS]
    held_for = held_for_each_state() if automatic else lambda _state: []
    for one in automatic:
        for change in held_for(one.invitation.member_state_id):
            yield one.pk, change.pk


def hash_of(said: Sequence[Any]) -> str:
    return hashlib.sha256(DjangoJSONEncoder().encode(said).encode()).hexdigest()
