"""Functions that stayed as they were written while the language of their letters changed."""

from collections.abc import Iterable, Mapping

from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from invitations.audit import Act
from invitations.models import Language, Letter, Minister
from invitations.text.lines import is_blank
from invitations.text.scripts import language_by_script

OF_FORMER_LANGUAGE = _(
    "a function that was written before the language of the letters changed: look whether its "
    "words are in the new one"
)


def with_former_functions(letters: list[Letter]) -> set[int]:
    """Return the letters to ministers whose function may still be in their former language."""
    named = [one for one in letters if one.kind != Letter.Kind.NOTE and not one.addressed_alike]
    doubted = former_languages(letter.invitation.minister for letter in named)
    return {letter.pk for letter in named if letter.invitation.minister_id in doubted}


def former_languages(ministers: Iterable[Minister]) -> dict[int, str]:
    """Return by minister the language in which a function was written that is not today's.

    The history tells it: the language changed after the function was typed for the last time.
    """
    asked = {one.pk: one for one in ministers if may_be_of_another_language(one)}
    found: dict[int, str] = {}
    for pk, entries in changes_by_minister(asked).items():
        was = language_when_typed(asked[pk].portfolio, entries)
        if was and was != asked[pk].language:
            found[pk] = was
    return found


def changes_by_minister(ministers: Mapping[int, Minister]) -> dict[int, list[LogEntry]]:
    """Return the changes of language and function by minister, in order."""
    found: dict[int, list[LogEntry]] = {}
    if not ministers:
        return found
    rows = LogEntry.objects.filter(
        Q(changes__has_key="language") | Q(changes__has_key="portfolio"),
        content_type=ContentType.objects.get_for_model(Minister),
        object_id__in=ministers,
    )
    for entry in rows.order_by("pk").only("object_id", "changes", "additional_data"):
        found.setdefault(entry.object_id, []).append(entry)
    return found


def language_when_typed(function: str, entries: Iterable[LogEntry]) -> str:
    """Return the language of the letters when the function was typed; empty if it never changed.

    Who releases words, or takes others back, does not type them.
    """
    first = now = ""
    typed: dict[str, str] = {}
    for entry in entries:
        if "language" in entry.changes:
            before, now = entry.changes["language"]
            first = first or (before if before in Language.values else now)
        if "portfolio" in entry.changes and not is_decision(entry):
            typed[entry.changes["portfolio"][1]] = now
    return typed.get(function) or first


def is_decision(entry: LogEntry) -> bool:
    return (entry.additional_data or {}).get("act") in (Act.RELEASED, Act.TAKEN_BACK)


def may_be_of_another_language(minister: Minister) -> bool:
    """Whether there is a function, and its script does not tell that it is in today's language."""
    is_told = language_by_script(minister.portfolio) == minister.language
    return not is_blank(minister.portfolio) and not is_told
