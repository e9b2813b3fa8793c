"""The tables of an archived edition: plain columns, in English, hours with their zone.

They hold what an erasure of personal data leaves: no delegate, and no address that a reply gives.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db.models import Case, CharField, F, Min, Q, QuerySet, When
from django.db.models.functions import Coalesce

from delegations.desk.thank_you_letters import slots_of
from delegations.models import SpeakingSlot, StatementText
from invitations.models import (
    INVITING_KINDS,
    Correspondence,
    Delivery,
    ForumEdition,
    Letter,
    Reply,
)
from invitations.models.states import french_order

LEFT = Min("deliveries__handed_over_at", filter=Q(deliveries__state=Delivery.State.HANDED_OVER))


class ArchiveTable(NamedTuple):
    name: str
    headings: tuple[str, ...]
    rows: Iterable[Iterable[Any]]


def tables_of(edition: ForumEdition) -> list[ArchiveTable]:
    return [
        invitations_table(edition),
        letters_table(edition),
        replies_table(edition),
        came_in_table(edition),
        speakers_table(edition),
    ]


def invitations_table(edition: ForumEdition) -> ArchiveTable:
    """Return who was invited, when and by which letter, what stands as the answer, who spoke."""
    headings = (
        "state", "iso3", "region", "minister", "function", "rank", "principal", "status",
        "in_force_since", "letter", "dated", "original_signed_by", "original_signed_on",
        "letter_left", "answer", "answer_received", "spoke", "texts_of_statement",
    )  # fmt: skip
    return ArchiveTable("invitations", headings, list(invitation_rows(edition)))


def invitation_rows(edition: ForumEdition) -> Iterable[list[Any]]:
    letters = last_letters(edition)
    replies = {one.invitation_id: one for one in archived_replies(edition).standing()}
    spoke: dict[int | None, Any] = {
        state: heard for state, (heard, _passed) in slots_of(edition).items()
    }
    texts = texts_by_state(edition)
    issued = edition.invitations.filter(issued_at__isnull=False)
    for one in issued.select_related("member_state", "minister").order_by(*french_order(), "pk"):
        state, minister = one.member_state, one.minister
        letter, reply = letters.get(one.pk), replies.get(one.pk)
        # What the State did is told of the invitation that stands for it.
        did = state.pk if one.is_principal and one.status == one.Status.ISSUED else None
        yield [
            state.short_name, state.iso3, state.region, minister.name, minister.portfolio,
            minister.rank_id, one.is_principal, one.status, one.issued_at, *seal_cells(letter),
            letter and letter.left_at, reply and reply.answer, reply and reply.received_at,
            spoke.get(did), texts[did],
        ]  # fmt: skip


def last_letters(edition: ForumEdition) -> dict[int, Any]:
    """Return the last approved letter that invites of each invitation, and when it left."""
    found = archived_letters(edition).filter(kind__in=INVITING_KINDS).annotate(left_at=LEFT)
    return {one.invitation_id: one for one in found.select_related("circular").order_by("pk")}


def seal_cells(letter: Letter | None) -> list[Any]:
    if letter is None:
        return [None] * 4
    of = letter.circular
    return [of.reference, of.dated_on, of.original_signed_by, of.original_signed_on]


def texts_by_state(edition: ForumEdition) -> Counter[int | None]:
    current = StatementText.objects.current().filter(statement__delegation__edition=edition)
    return Counter(current.values_list("statement__delegation__member_state", flat=True))


def archived_letters(edition: ForumEdition) -> "QuerySet[Any]":
    return Letter.objects.approved().filter(invitation__edition=edition)


def letters_table(edition: ForumEdition) -> ArchiveTable:
    """Return each approved letter and mail with one row: who approved it, and when it left."""
    columns = {
        "number": "pk", "state": "invitation__member_state__iso3", "kind": "kind",
        "text": "variant", "language": "language", "reference": "circular__reference",
        "composed": "composed_at", "composed_by": "composed_by__username",
        "approved": "approved_at", "approved_by": "approved_by__username", "left": "left_at",
        "sealed_by": "sealed_by", "time_on_the_seal": "time_stamped_at", "sha256": "sha256",
    }  # fmt: skip
    return table_of_rows("letters", columns, archived_letters(edition).annotate(left_at=LEFT))


def archived_replies(edition: ForumEdition) -> Any:
    return Reply.objects.filter(invitation__edition=edition)


def replies_table(edition: ForumEdition) -> ArchiveTable:
    columns = {
        "state": "invitation__member_state__iso3", "answer": "answer", "status": "status",
        "channel": "channel", "received": "received_at", "recorded": "recorded_at",
        "recorded_by": "recorded_by__username", "given_by": "respondent_name",
        "function": "respondent_function", "substitute": "substitute_name",
        "function_of_substitute": "substitute_function",
        "settled": "settled_at", "settled_because": "settlement_reason",
    }  # fmt: skip
    return table_of_rows("replies", columns, archived_replies(edition))


def came_in_table(edition: ForumEdition) -> ArchiveTable:
    columns = {
        "number": "pk", "state": "invitation__member_state__iso3", "channel": "channel",
        "received": "received_at", "reference": "reference", "sender": "sender",
        "says": "summary", "dealt_with": "dealt_with_at", "by": "dealt_with_by__username",
    }  # fmt: skip
    came_in = Correspondence.objects.filter(invitation__edition=edition)
    return table_of_rows("came-in", columns, came_in)


def speakers_table(edition: ForumEdition) -> ArchiveTable:
    """Return the list as everybody read it; who speaks no more by the last answer has no number."""
    of = "delegation__statement__"
    columns = {
        "session": "called", "begins": "begins_at", "number": "place",
        "state": "delegation__member_state__iso3", "speaker": f"{of}speaker_name",
        "function": f"{of}speaker_function", "rank": f"{of}speaker_rank", "mode": f"{of}mode",
        "title": f"{of}title", "language": f"{of}language", "spoke": "heard_at",
        "called_in_vain": "passed_over_at",
    }  # fmt: skip
    slots = SpeakingSlot.objects.in_public_sessions().filter(session__edition=edition)
    numbered = slots.with_standing().with_hours().numbered()
    slots = numbered.annotate(
        place=Case(When(comes=True, then=F("number"))),
        called=Coalesce("session__hours__title_en", "session__title_en", output_field=CharField()),
    )
    return table_of_rows("speakers", columns, slots, "begins_at", "position")


def table_of_rows(
    name: str, columns: dict[str, str], rows: "QuerySet[Any]", *order: str
) -> ArchiveTable:
    ordered = rows.order_by(*order, F("pk")).values_list(*columns.values())
    return ArchiveTable(name, tuple(columns), ordered)


def cell(value: Any) -> str:
    """Return the value as text: an hour in UTC with its zone, nothing for what is not known."""
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat(timespec="seconds")
    return str(value)
