"""What everybody may read: editions, States, sessions, the list of speakers, totals of answers."""

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Query, Router

from delegations.api.keys import Asked, part_of
from delegations.api.problems import Problem
from delegations.api.shapes import (
    Edition,
    Editions,
    Session,
    Sessions,
    Speaker,
    Speakers,
    State,
    States,
    Totals,
)
from delegations.desk.board.standings import ANSWERED, INVITED, counts, standings_of
from delegations.models import HighLevelSession, SpeakingSlot
from invitations.letters.released import announced_by_symbol, as_released, released_edition
from invitations.models import ForumEdition, MemberState

NO_EDITION = "No edition has this symbol: /api/v1/editions names those that there are."
NOT_PUBLIC = "The list of speakers of this edition is not public."
REFUSALS = dict.fromkeys((404, 422, 429), Problem)

router = Router(tags=["published"])


@router.get("/states", response={200: States, **REFUSALS}, operation_id="states")
def states(request: HttpRequest, asked: Query[Asked]) -> States:
    """List the States that the forum invites, by their codes; the key is `iso2`."""
    rows, following = part_of(request, asked, MemberState.objects.invited(), ["iso2"], "iso2")
    return States(items=[State.of(state) for state in rows], next=following)


@router.get("/editions", response={200: Editions, **REFUSALS}, operation_id="editions")
def editions(request: HttpRequest, asked: Query[Asked]) -> Editions:
    """List the editions that are announced, by their symbols; the key is `symbol`."""
    key = "released_symbol"
    rows, following = part_of(request, asked, announced_by_symbol(), [key], key)
    now = timezone.now()
    return Editions(
        items=[Edition.of(edition, now) for edition in as_released(rows)], next=following
    )


@router.get(
    "/editions/{symbol}",
    response={200: Edition, **REFUSALS},
    operation_id="edition",
)
def edition(request: HttpRequest, symbol: str) -> Edition:
    """Return one edition."""
    return Edition.of(released_edition(edition_by_symbol(symbol)), timezone.now())


@router.get(
    "/editions/{symbol}/sessions",
    response={200: Sessions, **REFUSALS},
    operation_id="sessions",
)
def sessions(request: HttpRequest, symbol: str, asked: Query[Asked]) -> Sessions:
    """List the sessions whose hours are published, by hour; those called off too. Key: `id`."""
    found = released_edition(edition_by_symbol(symbol))
    all_hours = found.session_hours.all()
    rows, following = part_of(request, asked, all_hours, ["starts_at", "pk"], "id")
    return Sessions(items=[Session.of(hours, found) for hours in rows], next=following)


@router.get(
    "/editions/{symbol}/speakers",
    response={200: Speakers, **REFUSALS},
    operation_id="speakers",
)
def speakers(request: HttpRequest, symbol: str, asked: Query[Asked]) -> Speakers:
    """List the speakers by session and place, once the list is public. Key: `id`.

    A State that does not speak any more has left the list.
    """
    found = edition_by_symbol(symbol)
    if not found.shows_speakers(timezone.now()):
        raise Http404(NOT_PUBLIC)
    held = HighLevelSession.objects.public().filter(edition=found)
    slots = SpeakingSlot.objects.standing().filter(session__in=held).numbered()
    slots = slots.select_related(
        "session__hours", "delegation__member_state", "delegation__statement"
    ).with_hours()
    order = ["begins_at", "session_id", "position"]
    rows, following = part_of(request, asked, slots, order, "id")
    return Speakers(items=[Speaker.of(slot) for slot in rows], next=following)


@router.get(
    "/editions/{symbol}/totals",
    response={200: Totals, **REFUSALS},
    operation_id="totals",
)
def totals(request: HttpRequest, symbol: str) -> Totals:
    """Count the States by answer: each counts once, by its principal invitation.

    No count of persons is told: who asks each hour could take one from the next.
    """
    found = edition_by_symbol(symbol)
    by_kind = counts(standings_of(found, found.order_of_states))
    invited, silent = sum(by_kind[code] for code in INVITED), by_kind[INVITED[-1]]
    answers = {code: by_kind[code] for code in ANSWERED}
    return Totals(invited=invited, answered=invited - silent, silent=silent, **answers)


def edition_by_symbol(symbol: str) -> ForumEdition:
    try:
        return get_object_or_404(announced_by_symbol(), released_symbol=symbol)
    except Http404:
        raise Http404(NO_EDITION) from None
