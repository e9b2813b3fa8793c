"""Ministers who are new beside one who is there: successors, or further addressees?"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.translation import ngettext

from invitations.minister_import.headings import format_heading
from invitations.minister_import.matching import CheckedRow
from invitations.models import Invitation, Minister
from invitations.text.dates import bracketed, comma_list


def ask_of_newcomers(entries: list[CheckedRow]) -> Iterator[str]:
    """Ask of newcomers who may follow a person of their rank on file."""
    new = [entry for entry in entries if entry.is_new and not entry.replaces]
    there = in_office(entries, {entry.minister.member_state_id for entry in new}) if new else {}
    for entry in new:
        same_rank = there.get((entry.minister.member_state_id, entry.after("rank_id")), [])
        if meant := [one for one in same_rank if one.is_invited or len(same_rank) == 1]:
            yield question_on(entry, meant)


def in_office(entries: list[CheckedRow], states: set[int]) -> dict[tuple[int, Any], list[Any]]:
    """Return who is there in these States, by rank, without whom the list itself names."""
    named = {entry.minister.pk for entry in entries} | {
        entry.replaces.pk for entry in entries if entry.replaces
    }
    live = Invitation.objects.exclude(status=Invitation.Status.WITHDRAWN)
    found = (
        Minister.objects.filter(successor=None, member_state__in=states)
        .annotate(is_invited=Exists(live.filter(minister=OuterRef("pk"))))
        .select_related("member_state")
    )
    by_rank: dict[tuple[int, Any], list[Any]] = defaultdict(list)
    for minister in found.order_by("pk"):
        if minister.pk not in named:
            by_rank[minister.member_state_id, minister.rank_id].append(minister)
    return by_rank


def question_on(entry: CheckedRow, there: list[Minister]) -> str:
    return ngettext(
        "%(state)s has a minister already: %(old)s. Is %(new)s (line %(line)s) the successor, or"
        " a second addressee? Of a successor the column “%(column)s” says whom.",
        "%(state)s has ministers already: %(old)s. Is %(new)s (line %(line)s) a successor, or"
        " a further addressee? Of a successor the column “%(column)s” says whom.",
        len(there),
    ) % {
        "state": entry.minister.member_state,
        "old": comma_list(map(with_portfolio, there)),
        "new": entry.name or entry.after("name_as_printed") or entry.after("portfolio"),
        "line": entry.row.line,
        "column": format_heading("replaces"),
    }


def with_portfolio(minister: Minister) -> str:
    return bracketed(minister, minister.portfolio) if minister.portfolio else str(minister)
