"""Who is silent: what each office was sent, when it was called, and what comes next."""

import datetime as dt
from collections.abc import Iterable
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import Count, Max, Q
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from delegations.desk.board.coming import next_of_each
from delegations.desk.page_arguments import desk_page, edition_asked
from invitations.admin.exports import TAKE_OUT
from invitations.admin.list_columns import FILTERS, LISTED_IN, on_day, state_url
from invitations.models import (
    INVITING_KINDS,
    Correspondence,
    Delivery,
    ForumEdition,
    Invitation,
    MemberState,
    Region,
    TelephoneCall,
)
from invitations.models.correspondence import Channel
from invitations.models.states import key_in
from invitations.reminders.forecast import forecast_of


class Silent(NamedTuple):
    """A State without an answer, and what was tried; ``coming`` is what the steps bring next.

    ``arrived`` counts the addresses to which its letter was handed over, and whence none came back.
    """

    state: MemberState
    region: str
    left_at: dt.datetime | None = None
    arrived: int = 0
    addresses: int = 0
    called_at: dt.datetime | None = None
    call_on: dt.date | None = None
    coming: tuple[dt.date, str] | None = None

    @property
    def next(self) -> tuple[dt.date, str] | None:
        """What comes first: a reminder, or the call that was promised."""
        call = (self.call_on, _("telephone call")) if self.call_on else None
        return min(filter(None, [call, self.coming]), default=None)

    def days_since(self, now: dt.datetime) -> int | None:
        return (now - self.left_at).days if self.left_at else None


def silent_rows(edition: ForumEdition, coming: dict[int, tuple[dt.date, str]]) -> list[Silent]:
    """Return the States whose principal invitation has no answer, in the edition's order."""
    silent = edition.invitations.silent().principal().select_related("member_state")
    left, called, regions = (
        last_letters_by_invitation(silent),
        calls_of(silent),
        dict(Region.choices),
    )
    rows = [
        Silent(
            one.member_state,
            str(regions.get(one.member_state.region, "")),
            **left.get(one.pk, {}),
            **called.get(one.pk, {}),
            coming=coming.get(one.pk),
        )
        for one in silent
    ]
    return sorted(rows, key=lambda row: key_in(row.state, edition.order_of_states))


def last_letters_by_invitation(silent: Iterable[Invitation]) -> dict[int, dict[str, Any]]:
    """Return when the last letter left to each office, to how many addresses, and if it arrived."""
    tried = Delivery.objects.filter(letter__invitation__in=silent).exclude(
        state__in=[*Delivery.NOT_LEFT, Delivery.State.CANCELLED]
    )
    found = tried.order_by().values_list("letter__invitation")
    arrived = Q(state=Delivery.State.HANDED_OVER, letter__kind__in=INVITING_KINDS)
    rows = found.annotate(
        left_at=Max("handed_over_at"),
        arrived=Count("pk", filter=arrived),
        addresses=Count("address", distinct=True),
    )
    return {
        key: {"left_at": at, "arrived": arrived, "addresses": addresses}
        for key, at, arrived, addresses in rows
    }


def calls_of(silent: Iterable[Invitation]) -> dict[int, dict[str, Any]]:
    """Return when each office was telephoned last, whoever called, and when it is called next."""
    standing = TelephoneCall.objects.standing().filter(invitation__in=silent).order_by("at", "pk")
    calls = {
        key: {"called_at": at, "call_on": again}
        for key, at, again in standing.values_list("invitation", "at", "next_call_on")
    }
    noted = Correspondence.objects.filter(invitation__in=silent, channel=Channel.TELEPHONE)
    for key, at in noted.order_by().values_list("invitation").annotate(Max("received_at")):
        calls[key] = later_call(calls.get(key), at)
    return calls


def later_call(call: dict[str, Any] | None, at: dt.datetime) -> dict[str, Any]:
    if call is None:
        return {"called_at": at}
    return call | {"called_at": max(call["called_at"], at)}


# The page

EARLIEST, LATEST = dt.datetime.min.replace(tzinfo=dt.UTC), dt.date.max
# Sorted by State, the rows stay in the order of the edition.
COLUMNS: dict[str, tuple[Any, Any]] = {
    "state": (gettext_lazy("State"), None),
    "region": (gettext_lazy("Region"), lambda row: row.region),
    "letter": (gettext_lazy("Last letter"), lambda row: row.left_at or EARLIEST),
    "addresses": (gettext_lazy("Addresses tried"), lambda row: row.addresses),
    "called": (gettext_lazy("Last call"), lambda row: row.called_at or EARLIEST),
    "next": (
        pgettext_lazy("what comes next", "Next"),
        lambda row: row.next[0] if row.next else LATEST,
    ),
}


@desk_page("invitations.view_invitation")
def silent(request: HttpRequest) -> HttpResponse:
    edition = edition_asked(request)
    context = {**admin.site.each_context(request), "title": _("Who is silent"), "edition": edition}
    if edition:
        context |= silent_context(edition, request)
        if request.user.has_perm(TAKE_OUT):
            context["take_out_url"] = take_out_url(edition, request)
    return TemplateResponse(request, "admin/desk/silent.html", context)


def take_out_url(edition: ForumEdition, request: HttpRequest) -> str:
    """Return where the list is taken out as it is shown."""
    asked = request.GET.copy()
    asked["edition"] = edition.symbol
    return f"{reverse('desk:silent_take_out')}?{asked.urlencode()}"


def rows_asked(edition: ForumEdition, request: HttpRequest, now: dt.datetime) -> list[Silent]:
    """Return the silent of all regions, in the order that the address names."""
    rows = silent_rows(edition, next_of_each(forecast_of(edition, now)))
    by, backwards = sort_asked(request)
    if key := COLUMNS[by][1]:
        rows.sort(key=key, reverse=backwards)
    elif backwards:
        rows.reverse()
    return rows


NO_REGION = "none"


def region_code(region: str) -> str:
    """Return by what an address asks for the States of the region, or for those of none."""
    return region or NO_REGION


def region_names() -> dict[str, Any]:
    return {**dict(Region.choices), NO_REGION: _("Without a region")}


def in_region(rows: list[Silent], region: str) -> list[Silent]:
    return [row for row in rows if region_code(row.state.region) == region or not region]


def group_silent_by_region(rows: list[Silent]) -> list[tuple[str, Any, list[Silent]]]:
    """Return code, name and silent States of each region; those of no region come last."""
    return [(code, name, in_region(rows, code)) for code, name in region_names().items()]


def silent_context(edition: ForumEdition, request: HttpRequest) -> dict[str, Any]:
    now, region = timezone.now(), request.GET.get("region", "")
    rows, (by, backwards) = rows_asked(edition, request, now), sort_asked(request)
    asked = {"edition": edition.symbol, "region": region} if region else {"edition": edition.symbol}
    return {
        "editions": ForumEdition.objects.exclude(pk=edition.pk)[:12],
        "all": len(rows),
        "columns": [heading(name, by, backwards, asked) for name in COLUMNS],
        "rows": [row_shown(row, edition, now) for row in in_region(rows, region)],
        "regions": [
            {
                "name": name,
                "count": len(found),
                "url": f"?{urlencode({'edition': edition.symbol, 'region': code})}",
                "is_chosen": code == region,
            }
            for code, name, found in group_silent_by_region(rows)
            if found or code != NO_REGION
        ],
        "region": region_names().get(region, ""),
    }


def sort_asked(request: HttpRequest) -> tuple[str, bool]:
    """Return the column by which to sort, and whether backwards; as it is, the edition's order."""
    asked = request.GET.get("sort", "")
    by = asked.removeprefix("-")
    return (by, asked.startswith("-")) if by in COLUMNS else ("state", False)


def heading(name: str, column: str, backwards: bool, asked: dict[str, str]) -> dict[str, Any]:
    """Return a column's heading, whose link sorts by it, and then the other way round."""
    turned = f"-{name}" if name == column and not backwards else name
    order = "descending" if backwards else "ascending"
    return {
        "words": COLUMNS[name][0],
        "url": f"?{urlencode({**asked, 'sort': turned})}",
        "order": order if name == column else "none",
    }


def among_the_silent(edition: ForumEdition) -> str:
    """Return what lets the page of a State lead on to the next silent one, in the same order."""
    filters = {"answer": "silent", "edition__id__exact": edition.pk}
    return urlencode({LISTED_IN: Invitation._meta.model_name, FILTERS: urlencode(filters)})


def row_shown(row: Silent, edition: ForumEdition, now: dt.datetime) -> dict[str, Any]:
    return {
        "state": row.state.listed_as,
        "url": f"{state_url(edition, row.state)}?{among_the_silent(edition)}",
        "region": row.region,
        "days": row.days_since(now),
        "left": on_day(row.left_at),
        "addresses": row.addresses,
        "called": on_day(row.called_at),
        "next": row.next,
    }
