"""The secretariat's handbook as `make docs` built it, and the way from a page to its chapter."""

import re
import sys
from base64 import b64encode
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from csp.decorators import csp_update
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import get_language
from django.views.static import serve

from invitations.admin.context_processors import DESK

BUILT = Path(sys.prefix) / "share" / "handbook"
LANGUAGES = ("en", "fr")
FIRST = "en/index.html"
# The longest beginning of a page's name decides.
CHAPTERS = {
    "": "index",
    "admin:index": "overview",
    "admin:auth_": "staff",
    "admin:auditlog_": "lists",
    "admin:axes_": "staff",
    "admin:mfa_": "staff",
    "admin:password_change": "sign-in",
    "admin:socialaccount_": "staff",
    "admin:usersessions_": "staff",
    "admin:delegations_": "delegations",
    "admin:delegations_api": "staff",
    "admin:delegations_erasure": "erasure",
    "admin:delegations_highlevelsession": "speakers",
    "admin:delegations_notice": "edition",
    "admin:delegations_speakingslot": "speakers",
    "admin:invitations_alternate": "staff",
    "admin:invitations_arming": "sending",
    "admin:invitations_bounce": "sending",
    "admin:invitations_calendarentry": "speakers",
    "admin:invitations_calllistentry": "calls",
    "admin:invitations_circular": "circular",
    "admin:invitations_circular_look": "approve",
    "admin:invitations_correspondence": "paper",
    "admin:invitations_delivery": "sending",
    "admin:invitations_digestchoice": "overview",
    "admin:invitations_droppedscan": "paper",
    "admin:invitations_formofaddress": "ministers",
    "admin:invitations_forumedition": "edition",
    "admin:invitations_forumedition_move_dates": "dates",
    "admin:invitations_heldchange": "staff",
    "admin:invitations_invitation": "board",
    "admin:invitations_letter": "approve",
    "admin:invitations_letterevent": "lists",
    "admin:invitations_lettertemplate": "texts",
    "admin:invitations_memberstate": "ministers",
    "admin:invitations_minister": "ministers",
    "admin:invitations_mission": "ministers",
    "admin:invitations_outage": "sending",
    "admin:invitations_partnershipinterest": "delegations",
    "admin:invitations_quietperiod": "reminders",
    "admin:invitations_rank": "ministers",
    "admin:invitations_reminderstep": "reminders",
    "admin:invitations_reply": "replies",
    "admin:invitations_sessionhours": "speakers",
    "admin:invitations_joberror": "sending",
    "admin:invitations_signedoriginal": "paper",
    "admin:invitations_statealias": "ministers",
    "admin:invitations_telephonecall": "calls",
    "admin:invitations_term": "texts",
    "admin:invitations_jobrun": "sending",
    "admin:invitations_webhook": "staff",
    "admin:invitations_worker": "sending",
    "desk:": "board",
    "desk:erase_person": "erasure",
    "desk:erasure": "erasure",
    "desk:hand_over": "hand-over",
    "desk:registered": "delegations",
    "desk:room": "speakers",
    "desk:silent": "calls",
    "desk:thanks": "circular",
}


def chapter(request: HttpRequest) -> dict[str, Any]:
    """Give each page of the desk the address of its chapter, where the handbook is built."""
    match = request.resolver_match
    if match is None or match.app_name not in DESK or not is_built():
        return {}
    return {"chapter": lambda: chapter_url(chapter_of(match.view_name))}


def is_built() -> bool:
    return (BUILT / FIRST).is_file()


def chapter_of(page: str) -> str:
    """Return the chapter that tells of a page, named as its address is: "admin:index"."""
    return CHAPTERS[max(filter(page.startswith, CHAPTERS), key=len)]


def chapter_url(name: str) -> str:
    """Return the address of a chapter in the reader's language, else in English."""
    language = (get_language() or "")[:2]
    language = language if language in LANGUAGES else LANGUAGES[0]
    return reverse("handbook", args=[f"{language}/{name}.html"])


def handbook_first_page(request: HttpRequest) -> HttpResponse:
    return redirect(chapter_url("index")) if is_built() else show_how_to_build(request)


def page(request: HttpRequest, place: str) -> Any:
    """Give out a page, a picture or a sheet of the handbook; 404 for what it does not hold."""
    if not is_built():
        return show_how_to_build(request)
    policed: Any = csp_update({"script-src": scripts(), "style-src": ["'self'", "'unsafe-inline'"]})
    return policed(serve)(request, place, document_root=BUILT)


def show_how_to_build(request: HttpRequest) -> HttpResponse:
    return render(request, "admin/desk/no_handbook.html", status=404)


@cache
def scripts() -> list[str]:
    """Return the hashes of the scripts that stand in the pages themselves, in each the same."""
    found = re.findall(r"<script>(.*?)</script>", (BUILT / FIRST).read_text(), re.S)
    hashes = [
        f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" for script in found
    ]
    return ["'self'", *hashes]


urlpatterns = [
    path("", admin.site.admin_view(handbook_first_page), name="handbook_first_page"),
    path("<path:place>", admin.site.admin_view(page), name="handbook"),
]
