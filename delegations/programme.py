"""The public list of speakers."""

from django.db.models import Prefetch, QuerySet

from delegations.models import HighLevelSession, SpeakingSlot
from invitations.models import ForumEdition


def sessions_with_speakers(edition: ForumEdition) -> QuerySet[HighLevelSession]:
    """Return the sessions that have speakers, by hour, each with its ``speakers`` in order.

    Speakers are slots of States that speak today; a later regret takes one off the list.
    """
    standing = SpeakingSlot.objects.standing()
    speakers = standing.select_related("delegation__member_state", "delegation__statement")
    return (
        HighLevelSession.objects.filter(edition=edition, slots__in=standing)
        .distinct()
        .prefetch_related(Prefetch("slots", speakers.order_by("position"), to_attr="speakers"))
    )
