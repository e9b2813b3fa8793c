"""Held changes on which delegations and sessions hang: dates that move, a successor in office."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.urls import reverse

from delegations.date_change import release_move
from delegations.succession import release_hand_over
from invitations.admin.outbox.held_changes import RELEASE, Decision, HeldChangeAdmin
from invitations.models import HeldChange

RELEASED_BY = {
    HeldChange.Kind.DATES: release_move,
    HeldChange.Kind.SUCCESSION: release_hand_over,
}

admin.site.unregister(HeldChange)


@admin.register(HeldChange)
class HeldChangeWithSessionsAdmin(HeldChangeAdmin):
    """The page of held changes, each released together with what hangs on it."""

    def verb_of(
        self, decision: Decision, change: HeldChange
    ) -> Callable[[HeldChange, User, str, str], None]:
        more = RELEASED_BY.get(HeldChange.Kind(change.kind)) if decision is RELEASE else None
        return more or super().verb_of(decision, change)

    def on_page_of_record(self, request: HttpRequest, change: HeldChange) -> dict[str, Any]:
        shown = super().on_page_of_record(request, change)
        if change.kind == HeldChange.Kind.DATES:
            url = reverse("admin:invitations_forumedition_dates", args=[change.object_id])
            shown["about"] = url
        return shown
