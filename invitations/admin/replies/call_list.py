"""The list of offices to telephone."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from invitations.admin.answers import ANSWERS_IN_SHORT
from invitations.admin.base import Menu, user_of
from invitations.admin.columns import at_hour_with, change_url, state_link, text_link
from invitations.admin.mixins import LeadsToStatesMixin
from invitations.forms.action_forms import CallNoteForm
from invitations.models import CallListEntry, Invitation, Reply
from invitations.text.dates import comma_list


class CalledFilter(admin.SimpleListFilter):
    title = gettext_lazy("called")
    parameter_name = "called"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("open", _("to call: silent, not called yet")), ("called", _("called"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any] | None:
        if self.value() == "open":
            silent = Invitation.objects.silent()
            return queryset.filter(called_at=None, invitation__in=silent)
        if self.value() == "called":
            return queryset.filter(called_at__isnull=False)
        return None


@admin.register(CallListEntry)
class CallListEntryAdmin(LeadsToStatesMixin):
    menu = (Menu.DAILY, 4, "call")
    when_empty = gettext_lazy(
        "Nobody is to be called yet: the last reminder step lists the offices still silent."
    )
    list_display = ["state", "minister", "reach", "answer", "note", "called"]
    list_display_links = ["answer"]
    list_editable = ["note"]
    list_filter = ["invitation__edition", CalledFilter, "reply_before"]
    list_select_related = [
        "step__edition",
        "called_by",
        "invitation__edition",
        "invitation__member_state",
        "invitation__minister__member_state",
    ]
    search_fields = [
        "invitation__member_state__short_name_en",
        "invitation__member_state__list_name_fr",
        "invitation__minister__family_name",
        "note",
    ]
    list_per_page = 250
    fields = ["state", "minister", "reach", "answer", "step", "reply_before", "note", "called"]
    readonly_fields = ["state", "minister", "reach", "answer", "step", "reply_before", "called"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[CallListEntry]:
        return (
            super()
            .get_queryset(request)
            .prefetch_related("invitation__replies", "invitation__member_state__missions")
        )

    def get_ordering(self, request: HttpRequest) -> list[str]:
        return ["-reply_before", "invitation__member_state__sort_key_fr", "pk"]

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> type[forms.ModelForm]:
        return CallNoteForm

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(
        self, request: HttpRequest, obj: CallListEntry, form: forms.ModelForm, change: bool
    ) -> None:
        """Save the note with its caller and time; nothing else can be changed."""
        if "note" in form.changed_data:
            obj.called_at, obj.called_by = timezone.now(), user_of(request)
            obj.save(update_fields=["note", "called_at", "called_by"])

    @display(description=gettext_lazy("State"))
    def state(self, entry: CallListEntry) -> str:
        invitation = entry.invitation
        return state_link(entry, invitation.edition, invitation.member_state)

    @display(description=gettext_lazy("minister"))
    def minister(self, entry: CallListEntry) -> str:
        return text_link(change_url(entry.invitation), entry.invitation.minister)

    @display(description=gettext_lazy("telephone and addresses"))
    def reach(self, entry: CallListEntry) -> str:
        """Return the numbers of earlier replies, then the addresses of office and missions."""
        invitation = entry.invitation
        missions = invitation.member_state.missions.all()
        known = [
            *(reply.respondent_phone for reply in invitation.replies.all()),
            invitation.focal_point_email,
            *invitation.minister.to_emails.split(),
            *(address for mission in missions for address in mission.emails.split()),
        ]
        return comma_list(dict.fromkeys(known))

    @display(description=gettext_lazy("standing answer"))
    def answer(self, entry: CallListEntry) -> Any:
        standing = [
            reply
            for reply in entry.invitation.replies.all()
            if reply.status == Reply.Status.STANDING
        ]
        return ANSWERS_IN_SHORT[standing[0].answer] if standing else _("silent")

    @display(description=gettext_lazy("called"), ordering="called_at")
    def called(self, entry: CallListEntry) -> str:
        return at_hour_with(entry.called_at, entry.called_by)
