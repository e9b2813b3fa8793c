"""States, their missions, ministers, and the courtesies due to them."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from invitations.admin.base import Menu, ModelAdmin, RecordInline, language_tabs, link, list_of
from invitations.models import (
    FormOfAddress,
    Invitation,
    MemberState,
    Minister,
    Mission,
    Rank,
)
from invitations.resources import MinisterExchange


@admin.register(MemberState)
class MemberStateAdmin(ModelAdmin):
    menu = (Menu.ADDRESSEES, 2, "flag")
    when_empty = gettext_lazy("Run “manage.py load_member_states”: it brings the 193 States.")
    list_display = [
        "iso2",
        "short_name",
        "list_name_fr",
        "region",
        "language",
        "invited_by_default",
        "invitations",
    ]
    list_display_links = ["iso2", "short_name"]
    list_filter = ["region", "itu_region", "language", "status", "invited_by_default"]
    search_fields = [
        "=iso2",
        "=iso3",
        "list_name_fr",
        "short_name_en",
        "short_name_fr",
        "short_name_es",
        "short_name_ru",
        "short_name_ar",
        "short_name_zh_hans",
    ]
    list_per_page = 250
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("iso2", "iso3"),
                    "m49",
                    ("status", "invited_by_default"),
                    ("region", "itu_region"),
                    ("language", "language_alt"),
                    ("list_name_fr", "sort_key_fr"),
                    "sources",
                ]
            },
        ),
        *language_tabs("short_name", "formal_name"),
    ]

    @display(description=gettext_lazy("invitations"))
    def invitations(self, state: MemberState) -> str:
        return link(list_of(Invitation, member_state__id__exact=state.pk), _("invitations"))


@admin.register(Mission)
class MissionAdmin(ModelAdmin):
    menu = (Menu.ADDRESSEES, 3, "apartment")
    when_empty = gettext_lazy("Add the permanent missions: they get the copies of letters.")
    list_display = ["name", "city", "serves", "emails", "language"]
    list_filter = ["city", "language"]
    search_fields = ["name", "city", "emails", "states__short_name_en", "states__short_name_fr"]
    autocomplete_fields = ["states"]
    fields = ["name", "city", "states", "postal_address", "emails", "language"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Mission]:
        return super().get_queryset(request).prefetch_related("states")

    @display(description=gettext_lazy("States"))
    def serves(self, mission: Mission) -> str:
        return ", ".join(str(state) for state in mission.states.all())


@admin.register(Rank)
class RankAdmin(ModelAdmin):
    menu = (Menu.ADDRESSEES, 4, "military_tech")
    list_display = ["code", "name", "weight", "form"]
    list_filter = ["form"]
    search_fields = ["code", "name_en", "name_fr"]
    fieldsets = [(None, {"fields": ["code", "weight", "form"]}), *language_tabs("name")]


@admin.register(FormOfAddress)
class FormOfAddressAdmin(ModelAdmin):
    menu = (Menu.ADDRESSEES, 5, "waving_hand")
    list_display = ["form", "gender", "language", "courtesy", "title", "salutation", "confidence"]
    list_filter = ["language", "form", "gender", "confidence"]
    search_fields = ["form", "courtesy", "title", "salutation", "closing"]
    fields = [
        "language",
        ("form", "gender"),
        ("courtesy", "title"),
        "salutation",
        "closing",
        "confidence",
        "notes",
    ]


class InvitationsOfMinister(RecordInline):
    model = Invitation
    verbose_name_plural = gettext_lazy("invitations")
    fields = ["edition", "status", "is_principal", "issued_at"]
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Invitation]:
        return super().get_queryset(request).select_related("edition")


@admin.register(Minister)
class MinisterAdmin(MinisterExchange, ModelAdmin):
    menu = (Menu.ADDRESSEES, 1, "person")
    when_empty = gettext_lazy(
        "Import the ministers from a spreadsheet, or add one: each gets an invitation."
    )
    list_display = [
        "name_or_function",
        "member_state",
        "rank",
        "portfolio",
        "language",
        "address_gender",
        "to_emails",
    ]
    list_filter = ["member_state__region", "rank", "language", "address_gender"]
    list_select_related = ["member_state", "rank"]
    search_fields = [
        "given_name",
        "family_name",
        "name_in_script",
        "portfolio",
        "to_emails",
        "=member_state__iso2",
        "member_state__short_name_en",
        "member_state__short_name_fr",
    ]
    autocomplete_fields = ["member_state", "successor"]
    inlines = [InvitationsOfMinister]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "member_state",
                    ("given_name", "family_name"),
                    ("name_in_script", "family_name_in_script"),
                    ("rank", "portfolio"),
                    ("language", "second_language"),
                ]
            },
        ),
        (
            gettext_lazy("Form of address"),
            {"fields": ["address_gender", ("honorific", "prenominal")]},
        ),
        (
            gettext_lazy("Addresses"),
            {
                "description": gettext_lazy(
                    "Letters already composed keep the addresses they have."
                ),
                "fields": ["to_emails", "cc_emails", "postal_address"],
            },
        ),
        (gettext_lazy("List and succession"), {"fields": ["ref", "successor"]}),
    ]

    @display(description=gettext_lazy("minister"), ordering="family_name")
    def name_or_function(self, minister: Minister) -> Any:
        return str(minister)
