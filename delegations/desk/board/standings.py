"""Where each State stands with an edition: its answer, silent, or not written to yet."""

import datetime as dt
from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db.models import Exists, F, FilteredRelation, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from invitations.admin.answers import ANSWERS_IN_SHORT, SILENT
from invitations.models import (
    Answer,
    ForumEdition,
    Invitation,
    MemberState,
    OrderOfStates,
    Region,
)
from invitations.models.states import alphabetical

DRAFT, UNINVITED, BY_COURTESY = "draft", "uninvited", "courtesy"
NO_REGION = ""


class StandingKind(NamedTuple):
    """How a State stands: in words, and by a sign that needs no colour and that each face has."""

    code: str
    words: Any
    mark: str


KINDS = {
    kind.code: kind
    for kind in (
        StandingKind(Answer.IN_PERSON, ANSWERS_IN_SHORT[Answer.IN_PERSON], "+"),
        StandingKind(Answer.REPRESENTED, ANSWERS_IN_SHORT[Answer.REPRESENTED], "±"),
        StandingKind(Answer.ATTENDS_ONLY, ANSWERS_IN_SHORT[Answer.ATTENDS_ONLY], "="),
        StandingKind(Answer.VIDEO, ANSWERS_IN_SHORT[Answer.VIDEO], "@"),
        StandingKind(Answer.WRITTEN, ANSWERS_IN_SHORT[Answer.WRITTEN], "¶"),
        StandingKind(Answer.REGRETS, ANSWERS_IN_SHORT[Answer.REGRETS], "×"),  # noqa: RUF001
        StandingKind(SILENT, gettext_lazy("silent"), "?"),
        StandingKind(DRAFT, gettext_lazy("letter has not left"), "…"),
        StandingKind(UNINVITED, gettext_lazy("no invitation"), "–"),
        StandingKind(BY_COURTESY, gettext_lazy("by courtesy only"), "°"),
    )
}
ANSWERED = [code for code in KINDS if code in ANSWERS_IN_SHORT]
INVITED = [*ANSWERED, SILENT]


class Standing(NamedTuple):
    """A State, how it stands, and since when; ``invitation`` is the key of its principal one."""

    state: MemberState
    kind: StandingKind
    since: dt.datetime | None
    invitation: int | None


def standings_of(edition: ForumEdition, order: str) -> list[Standing]:
    """Return the States that the edition invites or could, Member States first, in that order."""
    invited = {row["member_state"]: row for row in principal_rows(edition)}
    live = live_invitations(edition).filter(member_state=OuterRef("pk"))
    states = MemberState.objects.annotate(has_invitation=Exists(live))
    could_be = states.filter(Q(invited_by_default=True) | Q(has_invitation=True))
    return [
        standing_of_state(state, invited.get(state.pk)) for state in alphabetical(could_be, order)
    ]


def live_invitations(edition: ForumEdition) -> "QuerySet[Invitation]":
    return edition.invitations.exclude(status=Invitation.Status.WITHDRAWN)


def principal_rows(edition: ForumEdition) -> Any:
    """Return the edition's principal invitations that were not withdrawn, with their answers."""
    live = live_invitations(edition).filter(is_principal=True)
    stands = FilteredRelation("replies", condition=Q(replies__status="standing"))
    return (
        live.order_by()
        .annotate(stands=stands)
        .values(
            "pk", "member_state", "status", "issued_at",
            answer=F("stands__answer"), answered_at=F("stands__received_at"),
        )
    )  # fmt: skip


def standing_of_state(state: Any, row: dict[str, Any] | None) -> Standing:
    if row is None:
        kind = BY_COURTESY if state.has_invitation else UNINVITED
        return Standing(state, KINDS[kind], None, None)
    if row["status"] == Invitation.Status.DRAFT:
        return Standing(state, KINDS[DRAFT], None, row["pk"])
    if row["answer"]:
        return Standing(state, KINDS[row["answer"]], row["answered_at"], row["pk"])
    return Standing(state, KINDS[SILENT], row["issued_at"], row["pk"])


def order_asked(request: HttpRequest, edition: ForumEdition) -> str:
    """Return the order of States that the address names; else that of the edition."""
    order = request.GET.get("order", "")
    return order if order in OrderOfStates.values else edition.order_of_states


# By region


class RegionOfStates(NamedTuple):
    code: str
    name: Any
    standings: list[Standing]


def standings_by_region(standings: Iterable[Standing]) -> list[RegionOfStates]:
    """Return the regions that have States; those of no region come last."""
    names = {**dict(Region.choices), NO_REGION: gettext_lazy("Without a region")}
    found: dict[str, list[Standing]] = {code: [] for code in names}
    for one in standings:
        found[one.state.region if one.state.region in found else NO_REGION].append(one)
    return [RegionOfStates(code, names[code], rows) for code, rows in found.items() if rows]


def counts(standings: Iterable[Standing]) -> dict[str, int]:
    """Return how many States stand in each way, all ways named."""
    found = dict.fromkeys(KINDS, 0)
    for one in standings:
        found[one.kind.code] += 1
    return found


def kinds_shown(standings: Iterable[Standing]) -> list[StandingKind]:
    """Return the kinds of which a page speaks: by courtesy alone few States are ever invited."""
    found = counts(standings)
    return [kind for code, kind in KINDS.items() if code != BY_COURTESY or found[code]]
