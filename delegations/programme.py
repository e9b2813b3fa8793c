"""The list of speakers: the order in which they are inscribed, and what is published."""

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Prefetch, QuerySet, Subquery
from django.utils.translation import gettext as _

from delegations.models import HighLevelSession, PolicyStatement, SpeakingSlot
from delegations.models.delegation import standing_answers
from invitations.audit import Act, record_act
from invitations.models import ANSWERS_SPEAKING, ForumEdition


@transaction.atomic
def unpublish_speakers(edition: ForumEdition, by: User, because: str) -> None:
    """Take the list of speakers from the public page, or let its hour not come."""
    if not because.strip():
        raise ValidationError(_("Say why the list is taken from the public page."))
    published = ForumEdition.objects.filter(pk=edition.pk, speakers_published_at__isnull=False)
    if not published.update(speakers_published_at=None):
        raise ValidationError(_("The list of speakers is not public."))
    record_act(edition, Act.UNPUBLISHED, by, because)


def in_order_of_speaking(statements: QuerySet[PolicyStatement]) -> QuerySet[PolicyStatement]:
    """Order by rank of the speaker, then by order of request, then by the French alphabet.

    A speaker whose rank is not said comes last. A request is as old as the State's first standing
    reply that brings a statement.
    """
    requests = standing_answers(
        ANSWERS_SPEAKING, "delegation__edition", "delegation__member_state"
    ).order_by("received_at")
    return statements.order_by(
        F("speaker_rank__weight").asc(nulls_last=True),
        Subquery(requests.values("received_at")[:1]),
        "delegation__member_state__sort_key_fr",
    )


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
