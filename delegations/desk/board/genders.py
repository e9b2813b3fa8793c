"""Women and men among heads, speakers and delegates, as their delegations stated it.

Only counts of the whole forum leave this module, and only those that tell nothing of a few.
"""

from typing import Any

from django.utils.translation import gettext as _

from delegations.desk.board.suppression import shown_cells, shown_sums
from delegations.models import Delegate, PolicyStatement
from invitations.models import ForumEdition, Gender
from invitations.text.spellings import normalize_name

# In place of the name of a delegate who spoke, once it is erased; no name is normalized to it.
ERASED = "…"
COLUMNS = (Gender.FEMALE, Gender.MALE, "")


def gender_counts(edition: ForumEdition) -> dict[str, list[int]]:
    """Return women, men and not stated among heads, speakers and delegates of who comes today.

    A speaker whom the delegation has named as a delegate too counts as stated there, also once
    the names are erased; of two namesakes who differ, nobody knows which one speaks.
    """
    delegates = list(
        Delegate.objects.standing()
        .filter(delegation__edition=edition)
        .order_by()
        .values_list("delegation", "name", "spoke", "role", "gender")
    )
    stated: dict[tuple[int, str], set[str]] = {}
    for of, name, spoke, _role, gender in delegates:
        stated.setdefault((of, ERASED if spoke else normalize_name(name)), set()).add(gender)
    statements = PolicyStatement.objects.standing().filter(delegation__edition=edition)
    speakers = statements.order_by().values_list("delegation", "speaker_name")
    genders = {
        "heads": [gender for *_who, role, gender in delegates if role == Delegate.Role.HEAD],
        "speakers": [
            only_one(
                stated.get((of, normalize_name(name)), set()) | stated.get((of, ERASED), set())
            )
            for of, name in speakers
        ],
        "delegates": [gender for *_one, gender in delegates],
    }
    return {row: [found.count(column) for column in COLUMNS] for row, found in genders.items()}


def only_one(genders: set[str]) -> str:
    return next(iter(genders)) if len(genders) == 1 else ""


def gender_context(edition: ForumEdition) -> dict[str, Any]:
    counts = gender_counts(edition)
    cells, sums = shown_cells(counts), shown_sums(counts)
    names = {
        "heads": _("Heads of delegation"),
        "speakers": _("Speakers announced"),
        "delegates": _("Delegates"),
    }
    return {
        "genders": [
            {
                "name": names[row],
                "cells": [
                    number if (row, column) in cells else None
                    for column, number in enumerate(numbers)
                ],
                "sum": sum(numbers) if row in sums else None,
            }
            for row, numbers in counts.items()
        ],
        "has_delegates": any(map(sum, counts.values())),
        "has_hidden": len(cells) < len(COLUMNS) * len(counts) or len(sums) < len(counts),
    }
