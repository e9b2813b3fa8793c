"""The rows of a session: who is called in which order, with what interpreters need to know."""

import datetime as dt
from collections.abc import Iterable
from typing import Any, NamedTuple

from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from delegations.models import HighLevelSession, PolicyStatement, StatementText
from delegations.programme.calling import RunningOrder, running_order
from delegations.programme.doubts import doubts_of_states
from delegations.programme.speakers import statement_of_slot
from invitations.models import ForumEdition, Reply
from invitations.text.dates import comma_list, format_hours, labelled, left_to_right
from invitations.text.lines import isolated

# Who sees the room, on the page or on paper.
MAY_READ = ("delegations.view_speakingslot", "delegations.view_policystatement")


class SpeakerRow(NamedTuple):
    """A speaker on the page of the room, and on paper."""

    slot: Any
    number: str
    state: str
    speaker: str
    function: str
    language: str
    mode: str
    texts: list[str]
    hour: str
    remarks: list[str]

    @property
    def is_remote(self) -> bool:
        statement = statement_of_slot(self.slot)
        return statement is not None and statement.mode == PolicyStatement.Mode.VIDEO


class Room(NamedTuple):
    """A session as it runs, in the active language."""

    session: HighLevelSession
    title: str
    hours: str
    place: str
    chair: str
    to_call: list[SpeakerRow]
    heard: list[SpeakerRow]
    gone: list[SpeakerRow]
    pace: list[str]


def session_on_floor(session: HighLevelSession, now: dt.datetime, *, reads_answers: bool) -> Room:
    """Return the session; what answers say otherwise is told to who reads answers."""
    order, zone, said = running_order(session, now), session.edition.zone, session.as_published
    slots = [*(one.slot for one in order.to_call), *order.heard, *order.gone]
    texts = current_texts(slots)
    doubts = doubts_by_slot(session, slots) if reads_answers else {}
    hours = {one.slot.pk: one.at for one in order.to_call}
    hours |= {one.pk: one.heard_at for one in order.heard}
    rows = {
        one.pk: speaker_row(
            one,
            hours[one.pk].astimezone(zone) if one.pk in hours else None,
            texts.get(one.delegation_id, []),
            remarks_of(one, zone, doubts.get(one.pk, [])),
        )
        for one in slots
    }
    return Room(
        session,
        str(said.title),
        format_hours(
            said.starts_at.astimezone(zone),
            said.ends_at.astimezone(zone),
            session.edition.time_zone_name,
            get_language() or "",
        ),
        said.room,
        session.chair,
        [rows[one.slot.pk] for one in order.to_call],
        [rows[one.pk] for one in order.heard],
        [rows[one.pk] for one in order.gone],
        pace_of(session, order),
    )


def current_texts(slots: Iterable[Any]) -> dict[int, list[StatementText]]:
    """Return the current texts by delegation, as they were filed."""
    found: dict[int, list[StatementText]] = {}
    of = StatementText.objects.current().filter(
        statement__delegation__in=[one.delegation_id for one in slots]
    )
    for text in of.select_related("statement"):
        found.setdefault(text.statement.delegation_id, []).append(text)
    return found


def doubts_by_slot(session: HighLevelSession, slots: Iterable[Any]) -> dict[int, list[str]]:
    """Return, by slot, what answers say otherwise: that which stands, and one that waits."""
    statements = {one.pk: statement for one in slots if (statement := statement_of_slot(one))}
    told = doubts_of_states(session.edition_id, statements.values())
    doubts = {pk: list(told[one.pk]) for pk, one in statements.items()}
    states = {one.delegation.member_state_id: one.pk for one in slots}
    contested = Reply.objects.to_settle().answering_for_state().select_related("invitation")
    waiting = contested.filter(
        invitation__edition=session.edition_id, invitation__member_state__in=states
    )
    for reply in waiting.order_by("pk"):
        said = comma_list([capfirst(reply.get_answer_display()), reply.substitute_name])
        sentence = _("Another reply waits for a decision: %(said)s.") % {"said": isolated(said)}
        doubts.setdefault(states[reply.invitation.member_state_id], []).append(sentence)
    return doubts


def clock(at: dt.datetime) -> str:
    return left_to_right(f"{at:%H:%M}")


def speaker_row(
    slot: Any, at: dt.datetime | None, texts: list[StatementText], remarks: list[str]
) -> SpeakerRow:
    statement = statement_of_slot(slot)
    return SpeakerRow(
        slot,
        str(slot.number) if slot.comes else "",
        slot.delegation.member_state.listed_as,
        statement.speaker_name if statement else "",
        statement.speaker_function if statement else "",
        statement.language_in_words if statement else "",
        capfirst(statement.get_mode_display()) if statement else "",
        [text.language or text.called for text in texts],
        clock(at) if at else "",
        remarks,
    )


def remarks_of(slot: Any, zone: dt.tzinfo, doubts: list[str]) -> list[str]:
    """Return what the chair has to know: called in vain, gone, another speaker than announced."""
    moved = [labelled(_("Moved"), slot.move_reason)] if slot.move_reason else []
    if slot.heard_at:
        return moved
    if not slot.comes:
        return [reason_not_speaking(slot), *moved]
    in_vain = []
    if slot.passed_over_at:
        hour = clock(slot.passed_over_at.astimezone(zone))
        told = _("Called in vain at %(hour)s; to be called again at the end.")
        in_vain.append(told % {"hour": hour})
    return [*in_vain, *doubts, *moved]


def reason_not_speaking(slot: Any) -> str:
    statement = statement_of_slot(slot)
    if statement and statement.mode == PolicyStatement.Mode.WRITTEN:
        return _("The statement is filed in writing, and not read out.")
    return _("By the answer on file it does not take the floor.")


def pace_of(session: HighLevelSession, order: RunningOrder) -> list[str]:
    """Return, in sentences, how many have spoken, and when the last one is to end."""
    zone, ends = session.edition.zone, session.as_published.ends_at
    told = []
    if order.heard:
        total = len(order.heard) + len(order.to_call)
        numbers = {"heard": len(order.heard), "total": total}
        told.append(_("Spoken: %(heard)d of %(total)d.") % numbers)
    if order.gone:
        named = comma_list(one.delegation.member_state.listed_as for one in order.gone)
        told.append(labelled(_("Speak no more"), named))
    if not order.to_call:
        return told
    hours = {
        "last": clock(order.ends_at.astimezone(zone)),
        "ends": clock(ends.astimezone(zone)),
        "minutes": (order.ends_at - ends) // dt.timedelta(minutes=1),
    }
    if order.ends_at > ends:
        late = _(
            "The last speaker is expected to end at %(last)s, %(minutes)d min after the end of the"
            " session at %(ends)s."
        )
        return [*told, late % hours]
    return [
        *told,
        _("The last speaker is expected to end at %(last)s; the session ends at %(ends)s.") % hours,
    ]


def sessions_with_places(edition: ForumEdition) -> list[HighLevelSession]:
    """Return the sessions that take place and have places on the list, by hour."""
    held = HighLevelSession.objects.public().filter(edition=edition, slots__isnull=False)
    return list(held.by_published_hour().distinct())
