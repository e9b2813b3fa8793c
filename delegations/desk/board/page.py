"""The board: all States by region, each with its answer; who answers where, and when."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from delegations.desk.board.curve import curve_context
from delegations.desk.board.genders import gender_context
from delegations.desk.board.reconfirmed import reconfirmed_context
from delegations.desk.board.spoken import delivered_context
from delegations.desk.board.standings import (
    INVITED,
    RegionOfStates,
    Standing,
    StandingKind,
    counts,
    kinds_shown,
    order_asked,
    standings_by_region,
    standings_of,
)
from delegations.desk.page_arguments import desk_page, edition_asked
from invitations.admin.answers import ANSWERS_IN_SHORT, MAY_SEE_BOARD
from invitations.admin.list_columns import list_url, on_day, state_url
from invitations.models import ForumEdition, Invitation, OrderOfStates
from invitations.text.dates import format_date, labelled


@desk_page(*MAY_SEE_BOARD)
def board(request: HttpRequest) -> HttpResponse:
    edition = edition_asked(request)
    context = {**admin.site.each_context(request), "title": _("Board"), "edition": edition}
    if edition:
        context |= board_context(edition, order_asked(request, edition))
        if request.user.has_perm("delegations.view_speakingslot"):
            context |= delivered_context(edition)
        if edition.asks_gender and request.user.has_perm("delegations.view_delegation"):
            context |= gender_context(edition)
    return TemplateResponse(request, "admin/desk/board.html", context)


def board_context(edition: ForumEdition, order: str) -> dict[str, Any]:
    standings = standings_of(edition, order)
    regions = standings_by_region(standings)
    return {
        "editions": ForumEdition.objects.exclude(pk=edition.pk)[:12],
        "orders": [(code, words, code == order) for code, words in OrderOfStates.choices],
        "languages": list(settings.LANGUAGES),
        "language": get_language(),
        "last_day": format_date(edition.last_day, get_language()),
        "last_day_is_over": edition.is_late(timezone.now()),
        **headline(standings),
        "legend": legend(standings),
        "regions": [region_tiles(region, edition) for region in regions],
        "table": table_of_answers(regions, edition),
        **reconfirmed_context(edition),
        **curve_context(edition),
    }


def headline(standings: list[Standing]) -> dict[str, int]:
    """Return how many of the States are invited, and how many of these have answered."""
    by_kind = counts(standings)
    invited = sum(by_kind[code] for code in INVITED)
    silent = by_kind[INVITED[-1]]
    return {
        "states": len(standings),
        "invited": invited,
        "answered": invited - silent,
        "silent": silent,
    }


def legend(standings: list[Standing]) -> list[dict[str, Any]]:
    by_kind = counts(standings)
    return [
        {"kind": kind, "words": capfirst(str(kind.words)), "count": by_kind[kind.code]}
        for kind in kinds_shown(standings)
    ]


def region_tiles(region: RegionOfStates, edition: ForumEdition) -> dict[str, Any]:
    by_kind = counts(region.standings)
    return {
        "code": region.code or "none",
        "name": region.name,
        "states": len(region.standings),
        "invited": sum(by_kind[code] for code in INVITED),
        "answered": sum(by_kind[code] for code in INVITED if code in ANSWERS_IN_SHORT),
        "tiles": [tile(one, edition) for one in region.standings],
    }


def tile(one: Standing, edition: ForumEdition) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "name": one.state.listed_as,
        "url": state_url(edition, one.state),
        "more": labelled(one.kind.words, on_day(one.since)) if one.since else one.kind.words,
        "is_no_member": one.state.status != one.state.Status.MEMBER,
        "status": one.state.get_status_display(),
    }


def table_of_answers(regions: list[RegionOfStates], edition: ForumEdition) -> dict[str, Any]:
    """Return the number of States by region and answer, with the sums of both."""
    rows = [(region.name, region.code, region.standings) for region in regions]
    everyone = [one for region in regions for one in region.standings]
    kinds = kinds_shown(everyone)
    sums = counts(everyone)
    return {
        "kinds": [(kind, capfirst(str(kind.words))) for kind in kinds],
        "rows": [
            {"name": name, "cells": cells(found, kinds, edition, region), "sum": len(found)}
            for name, region, found in rows
        ],
        "sums": [sums[kind.code] for kind in kinds],
        "sum": len(everyone),
    }


def cells(
    found: list[Standing], kinds: list[StandingKind], edition: ForumEdition, region: str
) -> list[dict[str, Any]]:
    by_kind = counts(found)
    return [
        {
            "count": by_kind[kind.code],
            "url": answers_url(edition, kind.code, region) if region else "",
        }
        for kind in kinds
    ]


def answers_url(edition: ForumEdition, code: str, region: str) -> str:
    """Return the list of these invitations; States that stand otherwise have none there."""
    if code not in INVITED:
        return ""
    return list_url(
        Invitation,
        edition__id__exact=edition.pk,
        is_principal__exact=1,
        answer=code,
        member_state__region__exact=region,
    )
