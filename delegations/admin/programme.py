"""The sessions of the High-Level Track, and the list of speakers."""

from django.contrib import admin
from django.utils.translation import gettext_lazy

from delegations.models import HighLevelSession, SpeakingSlot
from invitations.admin.base import Menu, ModelAdmin, language_tabs
from invitations.admin.columns import hour_column


@admin.register(HighLevelSession)
class HighLevelSessionAdmin(ModelAdmin):
    menu = (Menu.FORUM, 5, "podium")
    when_empty = gettext_lazy("Add the sessions of the High-Level Track: statements are put there.")
    list_display = [
        "title",
        "segment",
        hour_column("starts_at", gettext_lazy("starts at")),
        hour_column("ends_at", gettext_lazy("ends at")),
        "room",
        "seats",
    ]
    list_filter = ["edition", "segment"]
    list_select_related = ["edition"]
    search_fields = ["title_en", "title_fr", "room", "chair"]
    date_hierarchy = "starts_at"
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("edition", "segment"),
                    ("starts_at", "ends_at"),
                    ("room", "seats"),
                    "chair",
                ]
            },
        ),
        *language_tabs("title"),
    ]


@admin.register(SpeakingSlot)
class SpeakingSlotAdmin(ModelAdmin):
    menu = (Menu.FORUM, 6, "format_list_numbered")
    when_empty = gettext_lazy("The list of speakers is empty: add a slot for each statement.")
    list_display = ["position", "delegation", "session", "minutes", "moved_because"]
    list_display_links = ["position", "delegation"]
    list_filter = ["session__edition", "session"]
    list_select_related = ["session", "delegation__edition", "delegation__member_state"]
    search_fields = [
        "delegation__member_state__short_name_en",
        "delegation__member_state__list_name_fr",
        "session__title_en",
    ]
    autocomplete_fields = ["session", "delegation"]
