"""Why planned letters wait, in the words that each keeps of its last try."""

from collections import Counter

from django.db.models import QuerySet

from invitations.models import Circular, ForumEdition, Letter


def reasons_not_composed(edition: ForumEdition, circular: Circular | None = None) -> dict[str, int]:
    """Return the number of letters, of an edition or a circular, that wait for each reason.

    Letters that a worker composes at this moment are not counted.
    """
    said = letters_with_reasons(edition, circular)
    return Counter(said.values_list("waiting_reason", flat=True))


def letters_with_reasons(
    edition: ForumEdition, circular: Circular | None = None
) -> QuerySet[Letter]:
    """Return the planned letters, of an edition or a circular, that say why they wait."""
    waiting = Letter.objects.planned().filter(invitation__edition=edition, composing_until=None)
    if circular:
        waiting = waiting.filter(circular=circular).printed()
    return waiting.exclude(waiting_reason="").order_by("waiting_reason")
