"""The State before and after this one, in the list from which one came."""

from copy import copy
from typing import Any, NamedTuple

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import SuspiciousOperation, ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.http import urlencode

from delegations.desk.dossier import Dossier
from delegations.models import Delegation
from invitations.admin.list_columns import FILTERS, LISTED_IN, list_url
from invitations.models import (
    CallListEntry,
    Correspondence,
    Delivery,
    Invitation,
    Letter,
    MemberState,
    Reply,
    TelephoneCall,
)
from invitations.models.states import places_in

# The lists that lead here, each with the way from its rows to edition and State.
LISTS: dict[str, tuple[type[Model], str]] = {
    "invitation": (Invitation, ""),
    "delegation": (Delegation, ""),
    "reply": (Reply, "invitation__"),
    "correspondence": (Correspondence, "invitation__"),
    "telephonecall": (TelephoneCall, "invitation__"),
    "calllistentry": (CallListEntry, "invitation__"),
    "letter": (Letter, "invitation__"),
    "delivery": (Delivery, "letter__invitation__"),
}


class Neighbour(NamedTuple):
    name: str
    url: str


class NeighbouringStates(NamedTuple):
    """The States beside this one, and the list to which one goes back."""

    before: Neighbour | None
    after: Neighbour | None
    place: int
    total: int
    list_name: Any
    list_url: str
    query: str


def neighbours(request: HttpRequest, dossier: Dossier) -> NeighbouringStates:
    """Return them in the order of the list; without one, in that of all States invited."""
    listed_in = request.GET.get(LISTED_IN, "")
    filters = request.GET.get(FILTERS, "")
    model, path = LISTS.get(listed_in, LISTS["invitation"])
    rows = rows_listed(request, model, filters) if listed_in in LISTS else None
    if rows is None:
        listed_in, filters = "", ""
        model, path = LISTS["invitation"]
        rows = Invitation.objects.order_by(*places_in(dossier.edition.order_of_states), "pk")
    rows = rows.filter(**{f"{path}edition": dossier.edition})
    states = list(dict.fromkeys(rows.values_list(f"{path}member_state", flat=True)))
    place = states.index(dossier.state.pk) if dossier.state.pk in states else -1
    beside = [states[at] if 0 <= at < len(states) else None for at in (place - 1, place + 1)]
    named = MemberState.objects.in_bulk([pk for pk in beside if pk])
    query = urlencode({LISTED_IN: listed_in, FILTERS: filters}) if listed_in else ""
    before, after = (
        neighbour(dossier, named[pk], query) if pk and place >= 0 else None for pk in beside
    )
    back = f"{list_url(model)}?{filters}" if filters else list_url(model)
    name = model._meta.verbose_name_plural
    return NeighbouringStates(before, after, place + 1, len(states), name, back, query)


def neighbour(dossier: Dossier, state: Any, query: str) -> Neighbour:
    url = reverse("desk:state", args=[dossier.edition.symbol, state.iso3])
    return Neighbour(state.listed_as, f"{url}?{query}" if query else url)


def rows_listed(request: HttpRequest, model: type[Model], filters: str) -> "QuerySet[Any] | None":
    """Return the rows as the list with these filters has them; none if it would refuse them."""
    page = admin.site.get_model_admin(model)
    as_listed = copy(request)
    as_listed.GET = QueryDict(filters)
    # No row has such a sign, and PostgreSQL refuses to look for it.
    has_null = any("\0" in words for values in as_listed.GET.lists() for words in values[1])
    if has_null or not page.has_view_permission(request):
        return None
    try:
        return page.get_changelist_instance(as_listed).queryset
    except (IncorrectLookupParameters, SuspiciousOperation, ValidationError):
        return None
