"""What the binder says of an edition: who answered what, who speaks when, who is reached where."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.db.models import Prefetch, QuerySet
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from delegations.desk.board.standings import Standing
from delegations.models import HighLevelSession, PolicyStatement, SpeakingSlot
from delegations.programme.order import in_order_of_speaking
from invitations.admin.answers import ANSWERS_IN_SHORT
from invitations.models import ForumEdition, Invitation, MemberState, Mission, Reply
from invitations.text.dates import bracketed, format_day_and_hour, labelled

# One after the other in the cell of a table.
Lines = list[str]


class OfState(NamedTuple):
    """A State with its lines of the edition: a cell of each row is a list of lines."""

    name: str
    rows: list[list[Lines]]


def invitations_by_state(edition: ForumEdition) -> dict[int, list[Any]]:
    """Return the invitations that were not withdrawn, by State, the principal one first."""
    given = Reply.objects.filter(status__in=[Reply.Status.STANDING, Reply.Status.CONTESTED])
    replies = Prefetch("replies", given.select_related("substitute_rank"), to_attr="given")
    live = edition.invitations.exclude(status=Invitation.Status.WITHDRAWN)
    live = live.select_related("minister__rank", "minister__member_state")
    found: dict[int, list[Any]] = {}
    for one in live.prefetch_related(replies).order_by("-is_principal", "pk"):
        found.setdefault(one.member_state_id, []).append(one)
    return found


# Replies


def binder_replies(
    edition: ForumEdition, standings: list[Standing], invited: dict[int, list[Any]]
) -> Iterator[OfState]:
    """Yield each State that is or could be invited, with how each of its invitations stands."""
    for one in standings:
        of_state = invited.get(one.state.pk, [])
        rows = [reply_row(edition, invitation) for invitation in of_state]
        nobody = [[[], [capfirst(str(one.kind.words))], [], []]]
        yield OfState(one.state.listed_as, rows or nobody)


def reply_row(edition: ForumEdition, invitation: Any) -> list[Lines]:
    """Return the cells of an invitation: whose, which answer, since when, and what else was said.

    A reply that contradicts the one that stands is told beneath it.
    """
    given = sorted(invitation.given, key=lambda reply: reply.status == Reply.Status.CONTESTED)
    cells: list[Lines] = [person_lines(invitation.minister), [], [], []]
    if not invitation.is_principal:
        cells[0].append(capfirst(_("by courtesy")))
    if not given:
        cells[1] += without_answer(invitation)
    for reply in given:
        answer = capfirst(str(ANSWERS_IN_SHORT[reply.answer]))
        is_contested = reply.status == Reply.Status.CONTESTED
        cells[1].append(bracketed(answer, _("contested")) if is_contested else answer)
        cells[2].append(format_day_and_hour(reply.received_at.astimezone(edition.zone)))
        # What offices said, but for the answer itself.
        points = reply.points_for_desk(get_language() or "")[1:]
        cells[3] += [labelled(label, words) for label, words in points]
    return cells


def without_answer(invitation: Invitation) -> Lines:
    """Return why no answer stands; who is invited by courtesy owes none, and is not silent."""
    if invitation.status == Invitation.Status.DRAFT:
        return [capfirst(_("letter has not left"))]
    return [capfirst(_("silent"))] if invitation.is_principal else []


def person_lines(minister: Any) -> Lines:
    return [str(minister), *filter(None, [minister.portfolio])]


# The list of speakers


class BinderSession(NamedTuple):
    title: str
    hours: str
    room: str
    chair: str
    speakers: list[list[Lines]]


def binder_sessions(edition: ForumEdition) -> list[BinderSession]:
    """Return the sessions that take place, by hour, with who speaks in which place as of now."""
    standing = SpeakingSlot.objects.standing().order_by("position")
    slots = Prefetch("slots", with_speaker(standing), to_attr="speakers")
    held = HighLevelSession.objects.public().filter(edition=edition).by_published_hour()
    return [session_of(one, edition) for one in held.prefetch_related(slots)]


def with_speaker(slots: "QuerySet[SpeakingSlot]") -> "QuerySet[SpeakingSlot]":
    return slots.select_related("delegation__member_state", "delegation__statement__speaker_rank")


def session_of(session: Any, edition: ForumEdition) -> BinderSession:
    """Return title, hours and room as calendars and the public list have them."""
    said = session.as_published
    begins, ends = (
        format_day_and_hour(at.astimezone(edition.zone)) for at in (said.starts_at, said.ends_at)
    )
    speakers = [
        [
            [str(number)],
            [slot.delegation.member_state.listed_as],
            speaker_lines(getattr(slot.delegation, "statement", None)),
            [str(slot.minutes)],
        ]
        for number, slot in enumerate(session.speakers, start=1)
    ]
    return BinderSession(said.title, f"{begins} – {ends}", said.room, session.chair, speakers)


def without_place(edition: ForumEdition) -> list[list[Lines]]:
    """Return who is to be heard and stands in no session yet, in order of speaking."""
    return announced_rows(edition, PolicyStatement.objects.heard().without_place())


def in_writing(edition: ForumEdition) -> list[list[Lines]]:
    """Return whose statement is filed and needs no place, since nobody delivers it."""
    heard = PolicyStatement.objects.heard().values("pk")
    return announced_rows(edition, PolicyStatement.objects.standing().exclude(pk__in=heard))


def announced_rows(
    edition: ForumEdition, announced: "QuerySet[PolicyStatement]"
) -> list[list[Lines]]:
    announced = announced.filter(delegation__edition=edition).select_related(
        "delegation__member_state", "speaker_rank"
    )
    return [
        [
            [one.delegation.member_state.listed_as],
            speaker_lines(one),
            [str(one.get_mode_display())],
        ]
        for one in in_order_of_speaking(announced)
    ]


def speaker_lines(statement: Any) -> Lines:
    if statement is None:
        return []
    return [*filter(None, [statement.speaker_name, statement.speaker_function, statement.title])]


# Contacts


def binder_contacts(states: list[MemberState], invited: dict[int, list[Any]]) -> Iterator[OfState]:
    """Yield each State with its offices, their focal points, and its missions."""
    missions = missions_by_state()
    for state in states:
        rows = [office_row(one) for one in invited.get(state.pk, [])]
        rows += [mission_row(mission) for mission in missions.get(state.pk, [])]
        yield OfState(state.listed_as, rows or [[[], [], [], []]])


def missions_by_state() -> dict[int, list[Mission]]:
    found: dict[int, list[Mission]] = {}
    for mission in Mission.objects.order_by("city", "name").prefetch_related("states"):
        for state in mission.states.all():
            found.setdefault(state.pk, []).append(mission)
    return found


def office_row(invitation: Any) -> list[Lines]:
    minister = invitation.minister
    people = dict.fromkeys(
        f"{reply.respondent_name} {reply.respondent_phone}".strip() for reply in invitation.given
    )
    focal = filter(None, [invitation.focal_point_name, invitation.focal_point_email])
    return [
        person_lines(minister),
        f"{minister.to_emails} {minister.cc_emails}".split(),
        [*filter(None, people), *focal],
        minister.postal_address.splitlines(),
    ]


def mission_row(mission: Mission) -> list[Lines]:
    phone = [mission.phone] if mission.phone else []
    name = [str(mission.name), str(mission.city)]
    return [name, mission.emails.split(), phone, mission.postal_address.splitlines()]
