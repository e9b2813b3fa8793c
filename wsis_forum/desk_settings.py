"""What the secretariat's desk looks like: django-unfold's settings."""

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


def account_links(request: HttpRequest) -> list[dict[str, Any]]:
    """Return what a person may decide about their own account, and what to be told by mail."""
    links = {"admin:password_change": _("Change password"), "mfa_index": _("Second factors")}
    links |= {"usersessions_list": _("Sessions")}
    if request.user.has_perm("invitations.view_delivery"):
        links |= {"admin:invitations_digestchoice_changelist": _("Digest mails")}
    return [{"title": title, "link": reverse(page)} for page, title in links.items()]


UNFOLD = {
    "SITE_SUBHEADER": _("Secretariat"),
    "SITE_SYMBOL": "mail",
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "href": lambda request: static("site/favicon.svg"),
        }
    ],
    "ACCOUNT": {"navigation": account_links},
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_LANGUAGES": True,
    "COLORS": {
        "primary": {
            "50": "oklch(97% .014 254.6)",
            "100": "oklch(93.2% .032 255.6)",
            "200": "oklch(88.2% .059 254.1)",
            "300": "oklch(80.9% .105 251.8)",
            "400": "oklch(70.7% .165 254.6)",
            "500": "oklch(62.3% .214 259.8)",
            "600": "oklch(50% .15 255)",
            "700": "oklch(43% .14 256)",
            "800": "oklch(38% .12 257)",
            "900": "oklch(33% .1 258)",
            "950": "oklch(28.2% .091 267.9)",
        }
    },
    "STYLES": [lambda request: static("admin-desk/desk.css")],
    "SCRIPTS": [
        lambda request: static("admin-desk/strict.js"),
        lambda request: static("admin-desk/field.js"),
    ],
    "DASHBOARD_CALLBACK": "delegations.desk.first_page.first_page_context",
    "SIDEBAR": {
        "show_search": True,
        "command_search": True,
        "navigation": "invitations.admin.navigation.navigation",
    },
}

SHIPPED = "WSIS Forum"


def unfold_of(name: str) -> dict[str, Any]:
    """Return the settings under the deployment's name; the one that is shipped is translated."""
    called = _("WSIS Forum") if name == SHIPPED else name
    return {"SITE_TITLE": called, "SITE_HEADER": called, **UNFOLD}
