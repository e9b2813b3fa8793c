"""The list of speakers, as everyone may read it."""

from django.db.models import Prefetch, QuerySet

from delegations.models import HighLevelSession, SpeakingSlot
from invitations.models import ForumEdition


def sessions_with_speakers(edition: ForumEdition) -> QuerySet[HighLevelSession]:
    """The sessions that have speakers, by their hour, each with its ``speakers`` in their order.

    Speakers are slots; who does not speak any more has left the list.
    """
    standing = SpeakingSlot.objects.standing()
    speakers = standing.select_related("delegation__member_state", "delegation__statement")
    return (
        HighLevelSession.objects.filter(edition=edition, slots__in=standing)
        .distinct()
        .prefetch_related(Prefetch("slots", speakers.order_by("position"), to_attr="speakers"))
    )
