"""How many have spoken of how many who are inscribed, once the room has marked one."""

from typing import Any

from django.db.models import Count, Q

from delegations.models import SpeakingSlot
from invitations.admin.list_columns import list_url
from invitations.models import ForumEdition


def delivered_context(edition: ForumEdition) -> dict[str, Any]:
    """Return both numbers, and the list of who has spoken; nothing before the first has."""
    slots = SpeakingSlot.objects.filter(session__edition=edition)
    has_spoken = Q(heard_at__isnull=False)
    to_call = slots.standing().in_public_sessions().values("pk")
    counts = slots.filter(has_spoken | Q(pk__in=to_call)).aggregate(
        heard=Count("pk", filter=has_spoken), inscribed=Count("pk")
    )
    if not counts["heard"]:
        return {}
    url = list_url(SpeakingSlot, session__edition__id__exact=edition.pk, heard="yes")
    return {"spoken": {**counts, "url": url}}
