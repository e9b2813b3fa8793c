"""Pages that refuse, and whom to write to: the contact of the current edition."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string

from invitations.models import ForumEdition

# What this process told last, for pages that may ask no database.
_told: dict[str, ForumEdition] = {}


def current_edition() -> ForumEdition | None:
    """Return the current edition, and remember the contact that it tells."""
    edition = ForumEdition.objects.current()
    if edition:
        remember_contact(edition)
    return edition


def remember_contact(edition: ForumEdition) -> None:
    """Keep what was released of the edition for pages that cannot ask for it."""
    _ = edition.as_released  # kept with the edition once it was asked for
    _told["edition"] = edition


def refusal_page(request: HttpRequest, template: str, status: int, **shown: Any) -> HttpResponse:
    """Return the page with the contact and the switch of languages."""
    return render(request, template, {"edition": current_edition(), **shown}, status=status)


def refusal_without_database(
    request: HttpRequest, template: str, status: int, **shown: Any
) -> HttpResponse:
    """Return the page as ``refusal_page`` does, but of what this process knows by itself."""
    known = {"request": request, "csrf_token": get_token(request), "edition": _told.get("edition")}
    return HttpResponse(render_to_string(template, {**known, **shown}), status=status)
