"""How many offices have re-confirmed their answer since the dates moved, and how many have not."""

from typing import Any

from django.db.models import Count
from django.utils.text import capfirst

from invitations.admin.list_columns import list_url
from invitations.models import ForumEdition, Invitation, Reconfirmation

# What is left to do comes last.
IN_ORDER = (
    Reconfirmation.Said.STILL_VALID,
    Reconfirmation.Said.CHANGED,
    Reconfirmation.Said.NOT_YET,
)


def reconfirmed_context(edition: ForumEdition) -> dict[str, Any]:
    """Return the counts of the last move of the edition; nothing where its dates never moved."""
    if edition.moved_at is None:
        return {}
    asked = Reconfirmation.objects.current().counted().filter(move__edition=edition)
    counts = dict(asked.order_by().values_list("said").annotate(Count("pk")))
    return {
        "reconfirmed": [
            {
                "words": capfirst(str(said.label)),
                "count": counts.get(said, 0),
                "url": reconfirmed_url(edition, said),
            }
            for said in IN_ORDER
            if counts
        ]
    }


def reconfirmed_url(edition: ForumEdition, said: Reconfirmation.Said) -> str:
    """Return the list of the invitations whose offices said so."""
    return list_url(
        Invitation, edition__id__exact=edition.pk, is_principal__exact=1, reconfirmed=said.value
    )
