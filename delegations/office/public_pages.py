"""The edition that public pages name, whom to write to, and the pages that refuse."""

from typing import Any

from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string

from invitations.letters.released import Held, released_invitation
from invitations.models import ForumEdition, Invitation


def announced_edition() -> ForumEdition | None:
    """Return the nearest announced edition that is not over, or the last one, as it was released.

    Public pages name no other: one that is begun is nobody's business yet.
    """
    edition = ForumEdition.objects.announced().current()
    return edition and edition.as_released


def show_as_released(invitation: Invitation, held: Held) -> Invitation:
    """Return a copy with which the office sees what a second person released.

    Until when it may answer holds at once: to stop, one person suffices.
    """
    found = released_invitation(invitation, held)
    found.edition.replies_closed_at = invitation.edition.replies_closed_at
    found.edition.as_released = found.edition
    found.held = held
    return found


def refusal_page(request: HttpRequest, template: str, status: int, **shown: Any) -> HttpResponse:
    """Return the page with the contact and the switch of languages."""
    shown = {"edition": announced_edition(), **shown}
    return render(request, template, shown, status=status)


def fault_page(request: HttpRequest, template: str, status: int, **shown: Any) -> HttpResponse:
    """Return the page as ``refusal_page`` does, or without the contact if the database is away."""
    known = {"request": request, "csrf_token": get_token(request), "edition": reachable_edition()}
    return HttpResponse(render_to_string(template, {**known, **shown}), status=status)


def reachable_edition() -> ForumEdition | None:
    """Return the announced edition with its contact, if the database can be asked."""
    try:
        return announced_edition()
    except Error:
        return None
