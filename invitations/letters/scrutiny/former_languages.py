"""Functions that stayed as they were written while the language of their letters changed."""

from collections.abc import Iterable

from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from invitations.models import Letter, Minister
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
    if not asked:
        return {}
    written_in: dict[int, str] = {}
    rows = LogEntry.objects.filter(
        Q(changes__has_key="language") | Q(changes__has_key="portfolio"),
        content_type=ContentType.objects.get_for_model(Minister),
        object_id__in=asked,
    )
    for pk, changes in rows.order_by("pk").values_list("object_id", "changes"):
        if "portfolio" in changes:
            written_in.pop(pk, None)
        else:
            written_in.setdefault(pk, changes["language"][0])
    return {pk: was for pk, was in written_in.items() if was != asked[pk].language}


def may_be_of_another_language(minister: Minister) -> bool:
    """Whether there is a function, and its script does not tell that it is in today's language."""
    is_told = language_by_script(minister.portfolio) == minister.language
    return not is_blank(minister.portfolio) and not is_told
