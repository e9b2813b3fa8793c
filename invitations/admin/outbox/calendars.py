"""What offices were sent for their calendars, and the hours that calendars have."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from invitations.admin.base import Menu, RecordAdmin
from invitations.admin.list_columns import (
    at_hour,
    change_url,
    hour_by_its_edition,
    hour_column,
    text_link,
)
from invitations.forms.segments import segments_known
from invitations.models import CalendarEntry, SessionHours


@admin.register(CalendarEntry)
class CalendarEntryAdmin(RecordAdmin):
    menu = (Menu.FORUM, 7, "calendar_month")
    when_empty = gettext_lazy("What letters bring to the calendars of offices is written here.")
    list_display = [
        "invitation",
        "event",
        "sequence",
        "is_cancelled",
        "letter_shown",
        "letter_state",
        "composed_at",
    ]
    list_filter = ["is_cancelled", "letter__state", "letter__kind", "invitation__edition"]
    list_select_related = [
        "session",
        "letter",
        "invitation__edition",
        "invitation__member_state",
        "invitation__minister__member_state",
    ]
    linked_lookups = ["invitation__id__exact"]
    search_fields = [
        "session__title_en",
        "session__title_fr",
        "invitation__member_state__iso3__called",
        "invitation__minister__family_name",
    ]
    fields = ["invitation", "event", ("sequence", "is_cancelled"), "letter", "said"]
    readonly_fields = ["event"]

    @display(description=gettext_lazy("high-level session"), ordering="session__starts_at")
    def event(self, entry: CalendarEntry) -> str:
        return entry.event

    @display(description=gettext_lazy("letter"), ordering="letter__kind")
    def letter_shown(self, entry: CalendarEntry) -> str:
        return text_link(change_url(entry.letter), entry.letter.get_kind_display())

    @display(description=gettext_lazy("status"), ordering="letter__state")
    def letter_state(self, entry: CalendarEntry) -> str:
        return entry.letter.get_state_display()

    @display(description=gettext_lazy("composed at"), ordering="letter__composed_at")
    def composed_at(self, entry: CalendarEntry) -> str:
        return at_hour(entry.letter.composed_at)


class SegmentFilter(admin.SimpleListFilter):
    title = gettext_lazy("segment")
    parameter_name = "segment"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return segments_known()

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(segment=self.value()) if self.value() else queryset


@display(description=gettext_lazy("segment"), ordering="segment")
def segment_shown(row: Any) -> str:
    return str(row.segment_name or row.segment)


BEGINS = hour_by_its_edition("starts_at", gettext_lazy("starts at"))
ENDS = hour_by_its_edition("ends_at", gettext_lazy("ends at"))


@admin.register(SessionHours)
class SessionHoursAdmin(RecordAdmin):
    when_empty = gettext_lazy(
        "Once two people have approved a session, its hours in calendars stand here."
    )
    list_display = [
        "title",
        segment_shown,
        BEGINS,
        ENDS,
        "room",
        "is_called_off",
        "sequence",
        hour_column("published_at", gettext_lazy("published at")),
    ]
    list_filter = ["edition", SegmentFilter, "is_called_off"]
    list_select_related = ["edition"]
    search_fields = ["title", "room"]
    fields = [
        ("edition", segment_shown),
        "title",
        (BEGINS, ENDS),
        ("room", "is_called_off"),
        ("sequence", "published_at"),
    ]
    readonly_fields = [segment_shown, BEGINS, ENDS]
