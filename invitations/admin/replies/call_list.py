"""The list of offices to telephone."""

from typing import Any

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from invitations.admin.answers import ANSWERS_IN_SHORT
from invitations.admin.base import Menu, RecordAdmin
from invitations.admin.exports import TakenOutMixin
from invitations.admin.list_columns import change_url, state_link, text_link
from invitations.admin.mixins import LeadsToStatesMixin
from invitations.admin.replies.calls import call_in_short
from invitations.models import CallListEntry, Invitation, Reply, TelephoneCall
from invitations.models.states import french_order
from invitations.text.dates import comma_list


class CalledFilter(admin.SimpleListFilter):
    title = gettext_lazy("called")
    parameter_name = "called"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("open", _("to call: silent, not reached yet")), ("called", _("called"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any] | None:
        if self.value() == "open":
            return queryset.filter(pk__in=CallListEntry.objects.to_call().values("pk"))
        if self.value() == "called":
            return queryset.filter(pk__in=CallListEntry.objects.called().values("pk"))
        return None


@admin.register(CallListEntry)
class CallListEntryAdmin(TakenOutMixin, LeadsToStatesMixin, RecordAdmin):
    menu = (Menu.DAILY, 4, "call")
    when_empty = gettext_lazy(
        "Nobody is to be called yet: the last reminder step lists the offices still silent."
    )
    instead_of_changing = gettext_lazy(
        "A call is noted on the page of its State, which opens from each row."
    )
    list_display = ["state", "minister", "reach", "answer", "last_call"]
    list_display_links = ["last_call"]
    tell_answers = ["answer"]
    list_filter = ["invitation__edition", CalledFilter, "reply_before"]
    list_select_related = [
        "step__edition",
        "invitation__edition",
        "invitation__member_state",
        "invitation__minister__member_state",
    ]
    search_fields = [
        "invitation__member_state__iso3__called",
        "invitation__minister__family_name",
    ]
    fields = ["state", "minister", "reach", "answer", "step", "reply_before", "last_call"]
    readonly_fields = ["state", "minister", "reach", "answer", "last_call"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[CallListEntry]:
        known = Reply.objects.select_related("correspondence")
        known = known if self._may_read(request, Reply) else known.none()
        replies = Prefetch("invitation__replies", known)
        calls = Prefetch("invitation__calls", TelephoneCall.objects.standing().select_related("by"))
        missions = "invitation__member_state__missions"
        return super().get_queryset(request).prefetch_related(replies, missions, calls)

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        return ["-reply_before", *french_order("invitation__member_state"), "pk"]

    @display(description=gettext_lazy("State"))
    def state(self, entry: CallListEntry) -> str:
        invitation = entry.invitation
        return state_link(entry, invitation.edition, invitation.member_state)

    @display(description=gettext_lazy("minister"))
    def minister(self, entry: CallListEntry) -> str:
        return text_link(change_url(entry.invitation), entry.invitation.minister)

    @display(description=gettext_lazy("telephone and addresses"))
    def reach(self, entry: CallListEntry) -> str:
        """Return the numbers of earlier replies and of missions, then the addresses."""
        invitation = entry.invitation
        missions = invitation.member_state.missions.all()
        known = [
            *(one.respondent_phone for one in invitation.replies.all() if not one.is_taken_up),
            *(mission.phone for mission in missions),
            invitation.focal_point_email,
            *invitation.minister.to_emails.split(),
            *(address for mission in missions for address in mission.emails.split()),
        ]
        return comma_list(dict.fromkeys(known))

    @display(description=gettext_lazy("standing answer"))
    def answer(self, entry: CallListEntry) -> Any:
        if entry.invitation.status != Invitation.Status.ISSUED:
            return entry.invitation.get_status_display()
        standing = [
            reply
            for reply in entry.invitation.replies.all()
            if reply.status == Reply.Status.STANDING
        ]
        return ANSWERS_IN_SHORT[standing[0].answer] if standing else _("silent")

    @display(description=gettext_lazy("last call"))
    def last_call(self, entry: CallListEntry) -> str:
        """Return the last call on any day; the page of the State is where the next one is noted."""
        return next(map(call_in_short, entry.invitation.calls.all()), "")
