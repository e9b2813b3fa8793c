"""Held changes of which something hangs on delegations and sessions: dates that move."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.urls import reverse

from delegations.moved_dates import release_move
from invitations.admin.outbox.held_changes import RELEASE, Decision, HeldChangeAdmin
from invitations.models import HeldChange

admin.site.unregister(HeldChange)


@admin.register(HeldChange)
class HeldChangeWithSessionsAdmin(HeldChangeAdmin):
    """The page of held changes, where a move is released together with its sessions."""

    def verb_of(
        self, decision: Decision, change: HeldChange
    ) -> Callable[[HeldChange, User, str, str], None]:
        if change.kind == HeldChange.Kind.DATES and decision is RELEASE:
            return release_move
        return super().verb_of(decision, change)

    def on_page_of_record(self, request: HttpRequest, change: HeldChange) -> dict[str, Any]:
        shown = super().on_page_of_record(request, change)
        if change.kind == HeldChange.Kind.DATES:
            url = reverse("admin:invitations_forumedition_dates", args=[change.object_id])
            shown["about"] = url
        return shown
