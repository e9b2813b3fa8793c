"""Letters that wait for approval, though what they were composed with has changed since.

The letters stand above in the models, and are found by their name.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from invitations.models.held.composed_with import (
    LINK,
    SIGNED,
    SPOKEN,
    changed_behind,
    covered_by,
    letters_with_records,
    model_named,
    name_of_record,
)
from invitations.text.dates import comma_list

UNKNOWN = gettext_lazy("Nobody can tell what changed since it was composed. Have it composed anew.")
CALLED_BACK = gettext_lazy("A letter it covers was called back: compose the note anew.")
OVER_WHO_LEFT = gettext_lazy(
    "A letter it covers is to a person who has left office: compose the note anew."
)
OVER_REPLACED = gettext_lazy(
    "Another letter has replaced one that it covers: compose the note anew."
)
DUE = gettext_lazy(
    "A signed original is due to this rank now, no mail: have the letter composed anew."
)
NOT_DUE = gettext_lazy(
    "A signed original is not due to this rank any more: have the letter composed anew."
)
DEAD_LINK = gettext_lazy(
    "Its link was replaced, or has ended, since it was composed. Have it composed anew, and look at"
    " it again."
)
IN_ANOTHER_LANGUAGE = gettext_lazy(
    "It would be written in another language now: have it composed anew, and look at it again."
)
SIGNED_SINCE = gettext_lazy(
    "It was composed before its original was signed, and does not say that it is. Have it composed"
    " anew, and look at it again."
)
COVERS_OUTDATED = gettext_lazy("A letter it covers is to be composed anew, and then the note too.")


class Outdated(NamedTuple):
    """The records that changed, as the hashes name them, or another reason in a sentence."""

    records: list[str]
    reason: Any = ""


BACK, COVERS = Outdated([], CALLED_BACK), Outdated([], COVERS_OUTDATED)
LEFT, REPLACED = Outdated([], OVER_WHO_LEFT), Outdated([], OVER_REPLACED)


def refuse_outdated(letter: Any) -> None:
    """Lock the records behind a letter, and refuse it unless they are as it was composed."""
    outdated = outdated_among([letter], lock=True).get(letter.pk)
    if outdated is None:
        return
    if outdated.reason:
        raise ValidationError(outdated.reason)
    changed = sorted({name_of_record(record) for record in outdated.records})
    raise ValidationError(
        _("Changed since it was composed: %(what)s. Have it composed anew, and look at it again.")
        % {"what": comma_list(changed)}
    )


def outdated_among(letters: Sequence[Any], *, lock: bool = False) -> dict[int, Outdated]:
    """Return why letters have to be composed anew, by their keys."""
    if not letters:
        return {}
    changed = changed_behind(letters, lock=lock)
    return {one.pk: why_again(one, changed[one.pk]) for one in letters if changed[one.pk]}


def why_again(letter: Any, changed: list[str]) -> Outdated:
    if not letter.composed_with:
        return Outdated([], UNKNOWN)
    if LINK in changed:
        return Outdated([], DEAD_LINK)
    if SPOKEN in changed:
        return Outdated([], IN_ANOTHER_LANGUAGE)
    records = [record for record in changed if record != SIGNED]
    return Outdated(records) if records else Outdated([], SIGNED_SINCE)


def outdated_letters(letters: "QuerySet[Any]") -> dict[int, Outdated]:
    """Return why composed letters have to be composed anew, notes verbales over them too.

    Nothing is locked, so it holds for the moment. Many letters take no more queries than one.
    """
    waiting = letters.filter(state="composed").order_by()
    keys = set(waiting.values_list("pk", flat=True))
    covers = covered_by(keys)
    compared = letters_to_compare(keys | {one.letter for one in covers})
    found = outdated_among(compared) | on_another_channel(compared)
    found |= {one.note: COVERS for one in covers if one.letter in found}
    found |= {one.note: LEFT for one in covers if one.successor}
    found |= {one.note: REPLACED for one in covers if one.is_replaced}
    found |= {one.note: BACK for one in covers if one.is_called_back}
    return {key: why for key, why in found.items() if key in keys}


def on_another_channel(letters: Sequence[Any]) -> dict[int, Outdated]:
    """Return why letters are mail though a signed original is due now, or the reverse."""
    editions = {one.invitation.edition_id for one in letters}
    rows = model_named("ForumEdition").objects.filter(pk__in=editions)
    ranks = dict(rows.values_list("pk", "original_ranks"))
    due = {
        one.pk: one.invitation.minister.rank_id in ranks[one.invitation.edition_id]
        for one in letters
        if one.kind != "note"
    }
    return {
        one.pk: Outdated([], DUE if due[one.pk] else NOT_DUE)
        for one in letters
        if one.by_original != due.get(one.pk, one.by_original)
    }


def letters_to_compare(keys: Iterable[int]) -> list[Any]:
    """Return those that wait for approval, with what leads to their records."""
    return list(letters_with_records().filter(state="composed", pk__in=list(keys)))
