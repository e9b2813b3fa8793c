"""Ministers who are new beside one who is there: successors, or further addressees?"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from invitations.minister_import.headings import printed_heading
from invitations.minister_import.matching import Entry
from invitations.minister_import.mistakes import MOST_COMPARED, are_near
from invitations.minister_import.table import ranges
from invitations.models import Invitation, Minister
from invitations.text.dates import bracketed, comma_list

# The words that portfolios of any kind have, by their beginnings.
OF_ANY_PORTFOLIO = (
    "minis", "secret", "depu", "vice", "state", "etat", "estado", "republ", "govern", "gouver",
    "gobier", "affai", "asunto", "министе", "минист", "замест", "государ", "дел", "وزير", "وزار",
    "وزيره", "شؤون",
)  # fmt: skip
CHINESE_OF_ANY_PORTFOLIO = re.compile("部长|大臣|国务|部")
ARABIC = re.compile("[\u0600-\u06ff]")
ARTICLE = re.compile("^و?ال")
CHINESE = re.compile("[\u4e00-\u9fff]{2,}")
ALIKE_SO_FAR = 5  # letters


def beside_who_is_there(entries: list[Entry]) -> Iterator[str]:
    """Ask of newcomers who may be, or follow, a person on file; name the others at once."""
    new = [entry for entry in entries if entry.is_new and not entry.replaces]
    there = in_office(entries, {entry.minister.member_state_id for entry in new}) if new else {}
    of_another_portfolio = []
    for entry in new:
        yield from (may_be_one(entry, minister) for minister in near_to(entry, there))
        same_rank = there.get((entry.minister.member_state_id, entry.after("rank_id")), [])
        meant = [one for one in same_rank if one.is_invited or len(same_rank) == 1]
        alike = [one for one in meant if may_be_one_office(one.portfolio, entry.after("portfolio"))]
        if alike:
            yield asked_of(entry, alike)
        elif meant:
            of_another_portfolio.append(entry)
    if of_another_portfolio:
        yield told_of(of_another_portfolio)


def in_office(entries: list[Entry], states: set[int]) -> dict[tuple[int, Any], list[Any]]:
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


def near_to(entry: Entry, there: dict[tuple[int, Any], list[Any]]) -> list[Minister]:
    """Return who is there, of any rank, under a name that is near to the newcomer's."""
    state = entry.minister.member_state_id
    of_state = [one for (of, _rank), people in there.items() if of == state for one in people]
    if not entry.after("name_key") or len(of_state) > MOST_COMPARED:
        return []
    return [one for one in of_state if are_near(one.name, entry.name)]


def may_be_one(entry: Entry, minister: Minister) -> str:
    return _(
        "Line %(line)s is taken for a new person, %(new)s, and %(old)s is on file. If they are one,"
        " write the name as it is on file."
    ) % {"line": entry.row.line, "new": entry.name, "old": minister}


def may_be_one_office(old: str, new: str) -> bool:
    """Tell whether two portfolios share a word, or cannot be compared."""
    ours, theirs = telling_words(old), telling_words(new)
    if not ours or not theirs:
        return True
    return bool(ours & theirs) or scripts_of(ours).isdisjoint(scripts_of(theirs))


def scripts_of(words: set[str]) -> set[str]:
    return {unicodedata.name(word[0], "")[:5] for word in words}


def telling_words(portfolio: str) -> set[str]:
    """Return the beginnings of the words that tell one portfolio from others."""
    spelled = unicodedata.normalize("NFKD", portfolio).casefold()
    letters = "".join(sign for sign in spelled if not unicodedata.combining(sign))
    chinese = CHINESE.findall(CHINESE_OF_ANY_PORTFOLIO.sub("", letters))
    pairs = {run[at : at + 2] for run in chinese for at in range(len(run) - 1)}
    words = (ARTICLE.sub("", word) for word in re.findall(r"\w+", letters))
    return pairs | {
        word[:ALIKE_SO_FAR]
        for word in words
        if len(word) > (2 if ARABIC.match(word) else 3)
        and not word.startswith(OF_ANY_PORTFOLIO)
        and not CHINESE.match(word)
    }


def asked_of(entry: Entry, there: list[Minister]) -> str:
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
        "column": printed_heading("replaces"),
    }


def with_portfolio(minister: Minister) -> str:
    return bracketed(minister, minister.portfolio) if minister.portfolio else str(minister)


def told_of(entries: list[Entry]) -> str:
    """Name the newcomers whose State has a minister of the same rank and another portfolio."""
    return ngettext(
        "Line %(lines)s brings a minister of another portfolio beside one who is there. Is this a"
        " successor, the column “%(column)s” says whose.",
        "Lines %(lines)s bring ministers of another portfolio beside those who are there. Of a"
        " successor the column “%(column)s” says whose.",
        len(entries),
    ) % {
        "lines": ranges(entry.row.line for entry in entries),
        "column": printed_heading("replaces"),
    }
