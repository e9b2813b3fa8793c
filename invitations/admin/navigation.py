"""The sidebar; each admin page names its own group and icon."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse_lazy
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from invitations.admin.answers import MAY_SEE_BOARD
from invitations.admin.base import Menu, ModelAdmin
from invitations.admin.list_columns import list_url

# What the page itself asks for: delegations, to which it belongs, are not imported here.
MAY_SEE_ROOM = ["delegations.view_speakingslot", "delegations.view_policystatement"]


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the pages that this user may see, by group."""
    overview = {
        "title": _("Overview"),
        "icon": "dashboard",
        "link": reverse_lazy("admin:index"),
    }
    queue = {
        "title": _("Outbox"),
        "icon": "monitor_heart",
        "link": reverse_lazy("admin:invitations_delivery_queue"),
    }
    roles = {
        "title": _("Who may do what"),
        "icon": "key",
        "link": reverse_lazy("admin:auth_group_roles"),
    }
    board = {"title": _("Board"), "icon": "grid_view", "link": reverse_lazy("desk:board")}
    registered = {
        "title": _("Registered or not"),
        "icon": "how_to_reg",
        "link": reverse_lazy("desk:registered"),
    }
    room = {"title": _("In the room"), "icon": "mic", "link": reverse_lazy("desk:room")}
    groups = [Menu.DAILY, Menu.FORUM, Menu.ADDRESSEES, Menu.SET_UP, Menu.STAFF]
    return [
        {
            "items": [
                overview,
                *([board] if request.user.has_perms(MAY_SEE_BOARD) else []),
                *([registered] if request.user.has_perm("delegations.view_delegate") else []),
                *([room] if request.user.has_perms(MAY_SEE_ROOM) else []),
                *([queue] if request.user.has_perm("invitations.view_delivery") else []),
            ]
        },
        *(
            {"title": group, "separator": True, "items": group_pages(request, group)}
            for group in groups
        ),
        {"items": [roles]},
    ]


def group_pages(request: HttpRequest, group: Any) -> list[dict[str, Any]]:
    listed = [
        (page.menu, model)
        for model, page in admin.site._registry.items()
        if isinstance(page, ModelAdmin)
        and page.menu
        and page.menu[0] is group
        and page.has_view_or_change_permission(request)
    ]
    return [
        {
            "title": capfirst(model._meta.verbose_name_plural),
            "icon": icon,
            "link": list_url(model),
        }
        for (_group, _place, icon), model in sorted(listed, key=lambda entry: entry[0][1])
    ]
