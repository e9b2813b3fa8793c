"""Telephone calls, as they were noted; a wrong note is struck, and a further one made."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from unfold.decorators import action, display

from invitations.admin.base import Menu, RecordAdmin, user_of
from invitations.admin.confirming import confirmed, row_by_row
from invitations.admin.exports import TakenOutMixin
from invitations.admin.list_columns import at_hour_with, hour_column, state_link
from invitations.admin.mixins import LeadsToStatesMixin
from invitations.forms.action_forms import ReasonForm
from invitations.models import TelephoneCall
from invitations.reminders.calls import reason_not_to_strike_call, strike_call
from invitations.text.dates import comma_list, format_day

OUTCOME_LABELS = {
    "promised": "success",
    "reached": "success",
    "call_back": "info",
    "no_answer": "warning",
    "wrong_number": "danger",
    "other": "",
}


@admin.register(TelephoneCall)
class TelephoneCallAdmin(TakenOutMixin, LeadsToStatesMixin, RecordAdmin):
    menu = (Menu.DAILY, 4, "phone_in_talk")
    when_empty = gettext_lazy(
        "No call is noted yet: note calls on the page of the State, on any day."
    )
    list_display = [
        "state",
        hour_column("at", gettext_lazy("called at")),
        "outcome_shown",
        "whom",
        "fact",
        "next_call_on",
        "by",
        "struck",
    ]
    list_display_links = ["outcome_shown"]
    list_filter = ["outcome", "invitation__edition", "next_call_on"]
    list_select_related = [
        "by",
        "struck_by",
        "invitation__edition",
        "invitation__member_state",
        "invitation__minister__member_state",
    ]
    search_fields = [
        "whom",
        "fact",
        "invitation__member_state__iso3__called",
        "invitation__minister__family_name",
    ]
    date_hierarchy = "at"
    actions = ["strike_selected"]
    fields = ["invitation", "at", "by", "outcome", "whom", "fact", "next_call_on", "struck"]
    readonly_fields = ["struck"]

    def has_strike_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("invitations.change_telephonecall")

    @display(description=gettext_lazy("State"), ordering="invitation__member_state__sort_key_fr")
    def state(self, call: TelephoneCall) -> str:
        return state_link(call, call.invitation.edition, call.invitation.member_state)

    @display(description=gettext_lazy("outcome"), ordering="outcome", label=OUTCOME_LABELS)
    def outcome_shown(self, call: TelephoneCall) -> tuple[str, Any]:
        return call.outcome, call.get_outcome_display()

    @display(description=gettext_lazy("struck"))
    def struck(self, call: TelephoneCall) -> str:
        return at_hour_with(call.struck_at, call.struck_by, call.strike_reason)

    @action(description=gettext_lazy("Strike the note"), permissions=["strike"])
    @confirmed(
        title=gettext_lazy("Strike the note"),
        explanation=gettext_lazy(
            "A note that is wrong counts no more. It stays to be read, with your reason; note "
            "what is right as a further call."
        ),
        form=ReasonForm,
        why_not=reason_not_to_strike_call,
    )
    @row_by_row(done=ngettext_lazy("%(count)s note struck.", "%(count)s notes struck.", "count"))
    def strike_selected(self, request: HttpRequest, call: TelephoneCall, reason: str) -> None:
        strike_call(call, user_of(request), reason)


def call_in_short(call: TelephoneCall) -> str:
    """Return what came of the call, with whom, the fact and the next one, then hour and caller."""
    ahead = call.next_call_on and _("next call on %(day)s") % {"day": format_day(call.next_call_on)}
    words = comma_list([call.get_outcome_display(), call.whom, call.fact, ahead or ""])
    return format_html("{}<br>{}", words, at_hour_with(call.at, call.by))
