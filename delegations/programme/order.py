"""The order of speaking: by rank of the speaker, by order of request, by the French alphabet."""

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, When

from delegations.models import PolicyStatement
from delegations.models.delegation import standing_answers
from delegations.models.statement import OF_STATE
from invitations.models import ANSWERS_SPEAKING, Answer, Rank, Reply
from invitations.models.states import french_order

# Ranks as they are shipped: deputies count as ministers where no minister comes.
MINISTER, DEPUTIES = "MIN", ("VMIN", "SECST")
# With these whoever is invited is there, or is seen and heard.
MINISTER_COMES = (Answer.IN_PERSON, Answer.VIDEO, Answer.ATTENDS_ONLY)


def in_order_of_speaking(statements: QuerySet[PolicyStatement]) -> QuerySet[PolicyStatement]:
    """Order by rank of the speaker, then by order of request, then by the French alphabet.

    A speaker whose rank is not said comes last. A deputy minister counts as minister where the
    State's minister does not come: nobody who is invited and ranks above the deputy. A request is
    as old as the first of the answers by which the State has asked for the floor without a break:
    who corrects a telephone number does not lose its place. In the alphabet, observers come after
    Member States.
    """
    comes = standing_answers(MINISTER_COMES, *OF_STATE)
    minister = Rank.objects.filter(code=MINISTER).values("weight")
    above = {"invitation__minister__rank__weight__lt": OuterRef("speaker_rank__weight")}
    stands_in = Q(speaker_rank__in=DEPUTIES) & ~Exists(comes.filter(**above))
    weight = Case(When(stands_in, then=Subquery(minister)), default=F("speaker_rank__weight"))
    return statements.order_by(
        weight.asc(nulls_last=True),
        Subquery(requests_to_speak().values("received_at")[:1]),
        *french_order("delegation__member_state"),
    )


def requests_to_speak() -> QuerySet[Reply]:
    """Return the answers by which the outer statement's State asks for the floor, the first first.

    One before an answer without a statement does not count any more.
    """
    given = Reply.objects.filter(status__in=[Reply.Status.STANDING, Reply.Status.SUPERSEDED])
    withdrawn = given.filter(invitation=OuterRef("invitation"), pk__gt=OuterRef("pk"))
    edition, state = OF_STATE
    of_state = given.answering_for_state().filter(
        answer__in=ANSWERS_SPEAKING,
        invitation__edition=OuterRef(edition),
        invitation__member_state=OuterRef(state),
    )
    without_break = ~Exists(withdrawn.exclude(answer__in=ANSWERS_SPEAKING))
    return of_state.filter(without_break).order_by("received_at", "pk")
