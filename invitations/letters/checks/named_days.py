"""What is doubtful about the days that a letter names: it is approved with a reason, or not."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from invitations.letters.channels import is_last_day_over
from invitations.models import POSTPONED, DateChange, Letter

LAST_DAY_BEFORE_DATE = _("a last day to reply that lies before the date of the letter")
LAST_DAY_OVER = _("a reply asked for before a day that is over when the letter leaves")
NOTHING_CHANGED = _("notice of a change, though no dates and no form of the event have changed")


def doubted_days(letters: Iterable[Letter]) -> dict[int, list[Any]]:
    """Return what is doubtful about the days of each letter, by its key; without those in order."""
    asked = [letter for letter in letters if letter.traits.circular]
    editions = {letter.invitation.edition_id for letter in asked if is_notice(letter)}
    moves = DateChange.objects.released().filter(edition__in=editions).order_by()
    moved = set(moves.values_list("edition", flat=True)) if editions else set()
    found = {letter.pk: doubts_of(letter, moved) for letter in asked}
    return {key: doubts for key, doubts in found.items() if doubts}


def doubts_of(letter: Letter, moved: set[int]) -> list[Any]:
    circular, edition = letter.circular, letter.invitation.edition
    found: list[Any] = []
    if asks_for_a_reply(letter) and edition.has_last_day:
        found += [LAST_DAY_BEFORE_DATE] if edition.last_day < circular.dated_on else []
        found += [LAST_DAY_OVER] if is_last_day_over(circular) else []
    if is_notice(letter) and edition.pk not in moved:
        found.append(NOTHING_CHANGED)
    return found


def asks_for_a_reply(letter: Letter) -> bool:
    return letter.kind != Letter.Kind.THANKS and letter.variant != POSTPONED


def is_notice(letter: Letter) -> bool:
    return letter.kind == Letter.Kind.NOTICE
