"""Pages that refuse, and whom to write to: the contact of the current edition."""

from typing import Any

from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string

from invitations.models import ForumEdition


def refusal_page(request: HttpRequest, template: str, status: int, **shown: Any) -> HttpResponse:
    """Return the page with the contact and the switch of languages."""
    shown = {"edition": ForumEdition.objects.current(), **shown}
    return render(request, template, shown, status=status)


def fault_page(request: HttpRequest, template: str, status: int, **shown: Any) -> HttpResponse:
    """Return the page as ``refusal_page`` does, or without the contact if the database is away."""
    known = {"request": request, "csrf_token": get_token(request), "edition": reachable_edition()}
    return HttpResponse(render_to_string(template, {**known, **shown}), status=status)


def reachable_edition() -> ForumEdition | None:
    """Return the current edition with its contact, if the database can be asked."""
    try:
        edition = ForumEdition.objects.current()
        _ = edition and edition.as_released  # kept with the edition, for the template
    except Error:
        return None
    return edition
