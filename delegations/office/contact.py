"""The edition that public pages name, whom to write to, and the pages that refuse."""

from typing import Any

from django.db import Error
from django.db.models import CharField, OuterRef, QuerySet
from django.db.models.functions import Cast
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string

from invitations.models import ForumEdition, HeldChange, Invitation


def announced_edition() -> ForumEdition | None:
    """Return the nearest announced edition that is not over, or the last one, as it was released.

    Public pages name no other: one that is begun is nobody's business yet.
    """
    edition = ForumEdition.objects.announced().current()
    return edition and edition.as_released


def edition_held(path: str) -> "QuerySet[HeldChange, Any]":
    """Return what was released of the edition at that path, if a change of it waits: one value."""
    of_editions = {"content_type__app_label": "invitations", "content_type__model": "forumedition"}
    key = Cast(OuterRef(path), CharField())
    return HeldChange.objects.waiting().filter(**of_editions, object_id=key).values("before")[:1]


def show_as_released(invitation: Invitation, before: Any) -> None:
    """Let the office see of the edition what a second person released.

    What it may answer, and until when, holds at once: to stop, one person suffices.
    """
    edition = invitation.edition
    shown = edition.with_values(before)
    for name in ("segments_offered", "replies_closed_at"):
        setattr(shown, name, getattr(edition, name))
    shown.as_released = shown
    invitation.edition = shown


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
