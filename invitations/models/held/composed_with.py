"""What letters that a person approves were composed with, and what follows them uses.

Its records are hashed before a letter is composed and compared under locks when it is approved.
From then on their changes are held, so all that is held later was on file when the approver looked.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from itertools import chain
from typing import Any, NamedTuple

from django.apps import apps
from django.db import models

from invitations.models.held.change import Values
from invitations.models.held.holding import Held, name_of, touches, values_of
from invitations.text.placeholders import is_keyless

Letters = Sequence[Any]
# The keys of one model's records behind each letter, by the letter's key.
Keys = Mapping[int, list[Any]]
Records = Iterator[tuple[type[models.Model], Keys]]
# What letters print and nothing that follows them does: it is compared, and not held.
PRINTED_ALONE = {
    "Circular": Held("variant shows_contact", "place service addressed_to"),
    "ForumEdition": Held("postponed_at is_online awaits_last_day"),
}
# The office's link and code, which a letter prints: another one is no change that is held.
LINK = "ReplyLink"
# The languages in which a letter would be written now: its minister's, or those of its mission.
SPOKEN = "Languages"
SPEAKERS = {"Minister": ["language", "second_language"], "Mission": ["language"]}
# Whether it is recorded who signed the original, which copies say.
SIGNED = "Signed"
# What letters composed by an earlier version did not note: it outdates none of them.
NOTED_LATER = (LINK, SPOKEN, SIGNED)
# What a note verbale prints of its own mission, beside its name.
PRINTED_ON_NOTES = ["greeted_as", "postal_address"]


def hashes_behind_each(letters: Letters, *, lock: bool = False) -> dict[int, dict[str, str]]:
    """Return the hash of what is held of each record behind each letter, by its model and key.

    They stand by the letter's key; many letters take no more queries than one. Behind a note
    verbale is what is behind the letters that it covers, too.
    """
    rows = with_covered(letters)
    found: dict[int, dict[str, str]] = {letter.pk: {} for letter in letters}
    greeted = [(model_named("Mission"), missions_of_notes(letters), PRINTED_ON_NOTES)]
    behind = ((model, keys, printed_alone(model)) for model, keys in records_behind(rows))
    speakers: dict[str, Mapping[Any, Values]] = {}
    for model, keys, also in chain(behind, greeted):
        spoken = SPEAKERS.get(model.__name__, [])
        values = values_of(model, all_of(keys), lock=lock, also=[*also, *spoken])
        speakers[model.__name__] = values
        hashes = {key: hash_of(said, but=spoken) for key, said in values.items()}
        for row, own in keys.items():
            found[letter_of(row)] |= {
                f"{model.__name__} {key}": hashes[key] for key in own if key in hashes
            }
    for letter in letters:
        found[letter.pk] |= link_behind(letter) | spoken_behind(letter, speakers)
        found[letter.pk] |= signed_behind(letter)
    return found


def signed_behind(letter: Any) -> dict[str, str]:
    """Return whether the letter would say that its original is signed; a note says no such thing.

    Nor does an original, but by which channel a letter goes is known only when it is composed.
    """
    return {} if letter.kind == "note" else {SIGNED: "yes" if letter.circular.is_signed else "no"}


def spoken_behind(letter: Any, speakers: Mapping[str, Mapping[Any, Values]]) -> dict[str, str]:
    """Return the languages that the letter would have now; a note verbale has its mission's."""
    name, key = "Minister", letter.invitation.minister_id
    if letter.kind == "note":
        name, key = "Mission", letter.mission_id
    said = speakers[name].get(key, {})
    return {SPOKEN: " ".join(dict.fromkeys(said[one] for one in SPEAKERS[name] if said.get(one)))}


def link_behind(letter: Any) -> dict[str, str]:
    """Return the key of the link that the letter would print now; one that bears none has none."""
    if is_keyless(letter.kind, letter.variant):
        return {}
    with_it = hasattr(letter, "link_now")
    key = letter.link_now if with_it else current_link(letter.invitation_id).first()
    return {LINK: str(key or "")}


def current_link(invitation: Any) -> "models.QuerySet[Any]":
    current = model_named("ReplyLink").objects.current()
    keys: models.QuerySet[Any] = current.filter(invitation=invitation).values_list("pk", flat=True)
    return keys


def with_covered(letters: Letters) -> list[Any]:
    """Return the letters, and each that a note among them covers, in the note's languages.

    The key of such a row is that of the note and its own.
    """
    notes = {one.pk: one for one in letters if one.kind == "note"}
    covers = covered_by(notes)
    keys = {one.letter for one in covers}
    covered = letters_with_records().in_bulk(keys) if keys else {}
    return [*letters, *(read_in(notes[one.note], covered[one.letter]) for one in covers)]


def read_in(note: Any, covered: Any) -> Any:
    row = copy(covered)
    row.pk = (note.pk, covered.pk)
    row.language, row.second_language = note.language, note.second_language
    return row


def letter_of(row: Any) -> int:
    return row[0] if isinstance(row, tuple) else row


class Covered(NamedTuple):
    """A note verbale, a letter that it covers, and what became of that since."""

    note: int
    letter: int
    state: str
    status: str
    successor: int | None
    is_replaced: bool

    @property
    def is_called_back(self) -> bool:
        return self.state == "cancelled" or self.status == "withdrawn"


def covered_by(notes: Iterable[int]) -> list[Covered]:
    letters = model_named("Letter").objects
    rows = model_named("Letter").covers.through.objects.filter(from_letter__in=list(notes))
    replaced = letters.replacements().filter(replaces=models.OuterRef("to_letter"))
    rows = rows.annotate(is_replaced=models.Exists(replaced))
    covered, invitation = ("from_letter", "to_letter", "to_letter__state"), "to_letter__invitation"
    became = (f"{invitation}__status", f"{invitation}__minister__successor", "is_replaced")
    return [Covered(*row) for row in rows.values_list(*covered, *became)]


def letters_with_records() -> "models.QuerySet[Any]":
    """Return letters in no order, with what leads to their records."""
    joined = ("invitation__minister", "circular", "replaces")
    rows: models.QuerySet[Any] = model_named("Letter").objects.select_related(*joined)
    link = models.Subquery(current_link(models.OuterRef("invitation")))
    return rows.order_by().defer("paper", "mail").annotate(link_now=link)


def missions_of_notes(letters: Letters) -> Keys:
    return {one.pk: [one.mission_id] for one in letters if one.kind == "note"}


def printed_alone(model: type[models.Model]) -> list[str]:
    printed = PRINTED_ALONE.get(model.__name__)
    return printed.names() if printed else []


def is_compared(model: type[models.Model], name: str) -> bool:
    """Whether letters that wait for approval are outdated once this column changes."""
    is_held = touches(model, [name]) and name not in NOT_COMPARED
    on_notes = PRINTED_ON_NOTES if model.__name__ == "Mission" else []
    return is_held or name in [*printed_alone(model), *on_notes]


def all_of(keys: Keys) -> set[Any]:
    return set(chain.from_iterable(keys.values()))


# Which other States a mission serves is no matter of a letter, nor which answers are offered;
# whether a signed original is due to its own rank is asked at its approval.
NOT_COMPARED = {"states", "answers_offered", "original_ranks"}


# What is not so of most editions: letters composed before there were such columns stay as they are.
SAID_IF_SO = {
    "postponed_at",
    "is_online",
    "awaits_last_day",
    *Held("", "own_segments second_signatory_name second_signatory_title").names(),
}


def hash_of(values: Values, but: Sequence[str] = ()) -> str:
    said = {
        name: value
        for name, value in values.items()
        if name not in (*NOT_COMPARED, *but) and (value or name not in SAID_IF_SO)
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def lock_shared(letter: Any) -> None:
    """Lock what other letters use too, before the invitation and the letter are locked.

    Whoever locks several keeps to this order: edition, circulars, States, missions, invitation,
    letter, minister, rank, forms of address, terms.
    """
    for model, keys in shared_records(with_covered([letter])):
        own = missions_of_notes([letter]) if model.__name__ == "Mission" else {}
        values_of(model, all_of(keys) | all_of(own), lock=True)


def records_behind(letters: Letters) -> Records:
    """Yield the keys of each model's records; what leads to a record is yielded before it."""
    yield from shared_records(letters)
    yield model_named("Invitation"), {one.pk: [one.invitation_id] for one in letters}
    ministers = {one.pk: one.invitation.minister_id for one in letters}
    yield model_named("Minister"), {letter: [key] for letter, key in ministers.items()}
    ranked = model_named("Minister").objects.order_by().select_related("rank")
    found = ranked.in_bulk({*ministers.values()})
    holders = {letter: found[key] for letter, key in ministers.items()}
    yield model_named("Rank"), {letter: [one.rank_id] for letter, one in holders.items()}
    yield model_named("FormOfAddress"), forms_behind(letters, holders)
    yield model_named("Term"), terms_behind(letters)


def shared_records(letters: Letters) -> Records:
    yield model_named("ForumEdition"), {one.pk: [one.invitation.edition_id] for one in letters}
    yield (
        model_named("Circular"),
        {one.pk: [one.circular_id, one.replaces and one.replaces.circular_id] for one in letters},
    )
    invited = {one.pk: one.invitation.member_state_id for one in letters}
    yield (
        model_named("MemberState"),
        {one.pk: [invited[one.pk], one.invitation.minister.member_state_id] for one in letters},
    )
    # No mission comes to serve a State that is locked.
    missions = keys_by("Mission", models.Q(states__in={*invited.values()}), "states")
    yield model_named("Mission"), {letter: missions[state,] for letter, state in invited.items()}


def forms_behind(letters: Letters, ministers: Mapping[int, Any]) -> Keys:
    """Return the forms of address of each letter in its languages, the State's own among them.

    What follows a letter, a reminder, addresses the person, the mission or nobody by name.
    """
    besides = model_named("FormOfAddress").BESIDES_THE_OFFICE
    used = {one.pk: [ministers[one.pk].addressed_by, *besides] for one in letters}
    forms = models.Q(form__in={by["form"] for own in used.values() for by in own})
    found = keys_by("FormOfAddress", forms, "language", "form", "gender", "member_state")
    return {
        one.pk: [
            key
            for language in languages_of(one)
            for by in used[one.pk]
            for state in (None, ministers[one.pk].member_state_id)
            for key in found[language, by["form"], by["gender"], state]
        ]
        for one in letters
    }


def terms_behind(letters: Letters) -> Keys:
    languages = {language for one in letters for language in languages_of(one)}
    found = keys_by("Term", models.Q(language__in=languages), "language")
    return {one.pk: [key for said in languages_of(one) for key in found[said,]] for one in letters}


def languages_of(letter: Any) -> list[str]:
    return list(filter(None, [letter.language, letter.second_language]))


def keys_by(name: str, used: models.Q, *columns: str) -> Mapping[tuple[Any, ...], list[Any]]:
    """Return the keys of the rows that are used, by what these columns say."""
    found: dict[tuple[Any, ...], list[Any]] = defaultdict(list)
    rows = model_named(name).objects.filter(used).order_by()
    for key, *said in rows.values_list("pk", *columns):
        found[tuple(said)].append(key)
    return found


def model_named(name: str) -> Any:
    return apps.get_model("invitations", name)


def changed_behind(letters: Letters, *, lock: bool = False) -> dict[int, list[str]]:
    """Return the records behind each letter that are not as it was composed, by its key.

    Without locks this holds for the moment only: an approval looks again, under locks.
    """
    now = hashes_behind_each(letters, lock=lock)
    return {
        one.pk: [
            record
            for record in {**one.composed_with, **now[one.pk]}
            if one.composed_with.get(record) != now[one.pk].get(record) and outdates(record, one)
        ]
        for one in letters
    }


def outdates(record: str, letter: Any) -> bool:
    """Whether the letter has to be composed anew once the record is not as it was.

    Until somebody has signed its original, a copy that says otherwise is not approved anyway.
    """
    if record == SIGNED and (letter.by_original or not letter.circular.is_signed):
        return False
    return record not in NOTED_LATER or record in letter.composed_with


def record_of(record: str) -> tuple[type[models.Model], str]:
    """Return the model and the key of a record as the hashes name it."""
    name, _space, key = record.partition(" ")
    return model_named(name), key


def keys_among(records: Iterable[str], model: type[models.Model]) -> set[str]:
    """Return the keys of the model's records among those that the hashes name."""
    named = (record.partition(" ") for record in records)
    return {key for name, _space, key in named if name == model.__name__}


def name_of_record(record: str) -> str:
    """Return the record's name; one that is gone is named by its kind alone."""
    model, key = record_of(record)
    return name_of(model, key) or str(model._meta.verbose_name)
