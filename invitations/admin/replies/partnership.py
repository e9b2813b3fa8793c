"""Who is interested in partnership packages, for the team that writes to them."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from invitations.admin.base import Menu, RecordAdmin
from invitations.admin.exports import TakenOutMixin
from invitations.admin.list_columns import hour_column
from invitations.models import PartnershipInterest


@admin.register(PartnershipInterest)
class PartnershipInterestAdmin(TakenOutMixin, RecordAdmin):
    """Nothing of the answer is shown here, searched for or filtered by."""

    menu = (Menu.FORUM, 9, "handshake")
    when_empty = gettext_lazy(
        "No office has said yet that it is interested in partnership packages."
    )
    list_display = [
        "state",
        "office",
        "respondent_name",
        "respondent_function",
        "respondent_email",
        "respondent_phone",
        hour_column("received_at", gettext_lazy("received at")),
        hour_column("partnership_informed_at", gettext_lazy("partnership team told at")),
    ]
    list_display_links = ["office"]
    list_filter = ["invitation__edition"]
    list_select_related = [
        "invitation__edition",
        "invitation__member_state",
        "invitation__minister__member_state",
    ]
    search_fields = [
        "invitation__member_state__iso3__called",
        "respondent_name",
        "respondent_email",
    ]
    fields = [
        ("state", "office"),
        ("respondent_name", "respondent_function"),
        ("respondent_email", "respondent_phone"),
        ("received_at", "partnership_informed_at"),
    ]
    readonly_fields = ["state", "office", "partnership_informed_at"]

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show no acts: those of the reply, and why, would tell what the office answered."""
        return super().history_view(request, object_id, {**(extra_context or {}), "lines": []})

    @display(description=gettext_lazy("State"), ordering="invitation__member_state__sort_key_fr")
    def state(self, interest: Any) -> str:
        return str(interest.invitation.member_state.listed_as)

    @display(description=gettext_lazy("minister"))
    def office(self, interest: Any) -> str:
        return str(interest.invitation.minister)
