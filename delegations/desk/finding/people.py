"""States, ministers, missions, and those who wrote or were named for a State."""

from itertools import islice
from typing import Any

from django.db.models import F, OuterRef, Q, Subquery
from django.utils.translation import gettext as _

from delegations.desk.finding.search import (
    EACH_KIND,
    FoundLine,
    Search,
    columns_holding,
    describe_found,
)
from delegations.models import Delegate
from invitations.admin.state_names import states_called
from invitations.models import (
    ForumEdition,
    Invitation,
    MemberState,
    Minister,
    Mission,
    Reply,
)
from invitations.text.dates import labelled
from invitations.text.spellings import search_words

# A State that was typed in full leads to its earlier editions too.
EARLIER_EDITIONS = 3
DELEGATES_AT_MOST = 10_000
# Of an edition no more is told than its code; all else that it says, in six languages, stays there.
UNTOLD = [one.attname for one in ForumEdition._meta.concrete_fields if not one.primary_key]
UNTOLD.remove("symbol")


def find_states(search: Search) -> list[FoundLine]:
    """Return the States of that name or code, each in the edition at hand."""
    keys = list(states_called(search.typed))[:EACH_KIND]
    found = MemberState.objects.in_bulk(keys)
    shown = [found[pk] for pk in keys]
    symbol = search.edition.symbol if search.edition else ""
    return [
        *(state_line(search, state, symbol) for state in shown),
        *(earlier_lines(search, shown[0]) if len(shown) == 1 else []),
    ]


def state_line(search: Search, state: Any, symbol: str) -> FoundLine:
    kind = MemberState.Status(state.status).label
    link = search.page_of(state, state.iso3, symbol)
    return FoundLine(state.listed_as, describe_found(kind, state.iso2, symbol), link, "flag")


def earlier_lines(search: Search, state: Any) -> list[FoundLine]:
    if not search.reads(Invitation):
        return []
    invited = Invitation.objects.filter(member_state=state).exclude(edition=search.edition)
    symbols = invited.order_by("-edition__opens_on").values_list("edition__symbol", flat=True)
    return [
        state_line(search, state, symbol)
        for symbol in list(dict.fromkeys(symbols))[:EARLIER_EDITIONS]
    ]


def find_ministers(search: Search) -> list[FoundLine]:
    """Return ministers by name, address or reference; who is in office comes first."""
    invited = Invitation.objects.filter(minister=OuterRef("pk"))
    latest = invited.order_by(*search.current_first("edition"))
    found = (
        Minister.objects.filter(ministers_called(search))
        .select_related("member_state")
        .annotate(symbol=Subquery(latest.values("edition__symbol")[:1]))
        .order_by(F("successor").asc(nulls_first=True), "family_name", "pk")
    )
    return [
        FoundLine(
            labelled(one.member_state.listed_as, one.name or one),
            describe_found(_("minister"), one.portfolio, one.symbol),
            search.page_of(one, one.member_state.iso3, one.symbol),
            "person",
        )
        for one in found[:EACH_KIND]
    ]


def ministers_called(search: Search) -> Q:
    text = search.typed
    if "@" in text:
        return columns_holding(text, addresses=["to_emails", "cc_emails"])
    named = Q(name_in_script__contains=text) | Q(ref__iexact=text)
    if words := search.words:
        named |= Q(*(Q(name_key__contains=word) for word in words))
    return named


def missions(search: Search) -> list[FoundLine]:
    """Return missions by name or address; a mission may serve several States."""
    named = columns_holding(search.typed, ["name"], ["emails"])
    return [
        FoundLine(str(one), one.get_kind_display(), search.page_of(one, "", None), "apartment")
        for one in Mission.objects.filter(named)[:EACH_KIND]
    ]


def find_focal_points(search: Search) -> list[FoundLine]:
    named = columns_holding(search.typed, ["focal_point_name"], ["focal_point_email"])
    found = of_invitations(Invitation.objects.filter(named), "")
    return [
        found_line(
            search, one, one, _("focal point"), one.focal_point_name or one.focal_point_email
        )
        for one in found
    ]


def find_respondents(search: Search) -> list[FoundLine]:
    """Return who answered for an office, and who was named as a substitute."""
    named = columns_holding(
        search.typed, ["respondent_name", "substitute_name"], ["respondent_email"]
    )
    found = of_invitations(Reply.objects.filter(named), "invitation__")
    return [
        found_line(
            search, one, one.invitation, _("reply"), one.respondent_name or one.substitute_name
        )
        for one in found
    ]


def find_delegates(search: Search) -> list[FoundLine]:
    """Return delegates by name or address; in the edition at hand accents do not matter."""
    named = columns_holding(search.typed, ["name"], ["email"])
    if "@" not in search.typed:
        named |= Q(pk__in=called_alike(search))
    found = of_invitations(Delegate.objects.filter(named), "delegation__")
    return [found_line(search, one, one.delegation, _("delegate"), one.name) for one in found]


def called_alike(search: Search) -> list[int]:
    """Return the delegates to the edition at hand whose names have all the words, the last first.

    They are compared one by one: the database knows no letter without its accent.
    """
    words = search_words(search.typed).split()
    coming = Delegate.objects.filter(delegation__edition=search.edition).order_by("-pk")
    named = coming.values_list("pk", "name")[:DELEGATES_AT_MOST] if words else []
    alike = (pk for pk, name in named if all(word in search_words(name) for word in words))
    return list(islice(alike, EACH_KIND))


def of_invitations(found: Any, path: str) -> Any:
    """Return the last rows that were written, each with its State and edition."""
    joined = [f"{path}edition", f"{path}member_state"]
    untold = [f"{path}edition__{name}" for name in UNTOLD]
    return found.select_related(*joined).defer(*untold).order_by("-pk")[:EACH_KIND]


def found_line(search: Search, row: Any, of: Any, kind: object, name: object) -> FoundLine:
    """Return the line of a row that belongs to the State and edition of ``of``."""
    state, symbol = of.member_state, of.edition.symbol
    link = search.page_of(row, state.iso3, symbol)
    return FoundLine(labelled(state.listed_as, name), describe_found(kind, symbol), link, "person")
