"""What a token opens: answers by State, contacts, delegates, respondents; each call is noted."""

from typing import Any

from ninja import Query, Router

from delegations.api.bearer import TokenBearer
from delegations.api.keys import Asked, part_of
from delegations.api.personal import (
    Contact,
    Contacts,
    DelegateEntries,
    DelegateEntry,
    Respondent,
    Respondents,
    StateAnswer,
    StateAnswers,
)
from delegations.api.problems import Problem
from delegations.desk.board.standings import principal_rows
from delegations.models import Delegate
from delegations.tokens import note_api_call
from invitations.letters.released import released_invitation
from invitations.models import HeldChange, Invitation, Reply

ISSUED = Invitation.Status.ISSUED
REFUSALS = dict.fromkeys((401, 403, 404, 422, 429), Problem)

router = Router(tags=["by token"])


@router.get(
    "/editions/{symbol}/answers",
    response={200: StateAnswers, **REFUSALS},
    auth=TokenBearer("answers"),
    operation_id="answers",
)
def answers(request: Any, symbol: str, asked: Query[Asked]) -> StateAnswers:
    """List how each invited State stands, by codes. Scope: answers. Key: `iso2`."""
    columns = ("member_state__iso2", "issued_at", "answer", "answered_at")
    invited = principal_rows(request.auth.edition).filter(status=ISSUED)
    rows = invited.values_list(*columns, named=True)
    found, following = part_of(request, asked, rows, columns[:1], columns[0])
    return StateAnswers(
        items=log_call(request, "answers", [StateAnswer.of(row) for row in found]), next=following
    )


@router.get(
    "/editions/{symbol}/contacts",
    response={200: Contacts, **REFUSALS},
    auth=TokenBearer("contacts"),
    operation_id="contacts",
)
def contacts(request: Any, symbol: str, asked: Query[Asked]) -> Contacts:
    """List whom the edition invites and how they are reached. Scope: contacts. Key: `id`."""
    rows = request.auth.edition.invitations.filter(status=ISSUED)
    rows = rows.select_related(
        "edition", "member_state", "minister__rank", "minister__member_state"
    )
    rows = rows.prefetch_related("member_state__missions")
    found, following = part_of(request, asked, rows, ["member_state__iso2", "pk"], "id")
    return Contacts(items=log_call(request, "contacts", released_contacts(found)), next=following)


def released_contacts(invitations: list[Invitation]) -> list[Contact]:
    held = list(HeldChange.objects.waiting().select_related("content_type"))
    return [Contact.of(released_invitation(one, held)) for one in invitations]


@router.get(
    "/editions/{symbol}/delegates",
    response={200: DelegateEntries, **REFUSALS},
    auth=TokenBearer("delegates"),
    operation_id="delegates",
)
def delegates(request: Any, symbol: str, asked: Query[Asked]) -> DelegateEntries:
    """List the delegates of delegations that come today. Scope: delegates. Key: `id`.

    Whose name is erased is left out.
    """
    rows = Delegate.objects.standing().named().filter(delegation__edition=request.auth.edition)
    rows = rows.select_related("delegation__member_state")
    found, following = part_of(request, asked, rows, ["delegation__member_state__iso2", "pk"], "id")
    return DelegateEntries(
        items=log_call(request, "delegates", [DelegateEntry.of(one) for one in found]),
        next=following,
    )


@router.get(
    "/editions/{symbol}/respondents",
    response={200: Respondents, **REFUSALS},
    auth=TokenBearer("respondents"),
    operation_id="respondents",
)
def respondents(request: Any, symbol: str, asked: Query[Asked]) -> Respondents:
    """List who gave the answers that stand. Scope: respondents. Key: `id`."""
    issued = {"invitation__edition": request.auth.edition, "invitation__status": ISSUED}
    rows = Reply.objects.standing().filter(**issued).select_related("invitation__member_state")
    found, following = part_of(request, asked, rows, ["invitation__member_state__iso2", "pk"], "id")
    return Respondents(
        items=log_call(request, "respondents", [Respondent.of(one) for one in found]),
        next=following,
    )


def log_call(request: Any, asked: str, items: list[Any]) -> list[Any]:
    """Return what is answered, once the call stands on file."""
    note_api_call(request.auth, asked, 200, len(items))
    return items
