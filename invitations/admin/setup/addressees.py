"""States, their missions, ministers, and the courtesies due to them."""

from typing import Any, NamedTuple

from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from invitations.admin.base import Menu, ModelAdmin, RecordInline, language_tabs
from invitations.admin.columns import list_url, text_link
from invitations.admin.confirming import refusal_sentence
from invitations.admin.setup.minister_import import MinisterExchangeMixin
from invitations.forms.model_forms import MinisterForm, MissionForm
from invitations.letters.addressing import Address, address
from invitations.models import (
    FormOfAddress,
    Invitation,
    Language,
    MemberState,
    Minister,
    Mission,
    Rank,
)
from invitations.text.dates import comma_list


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
        "invited",
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
                    ("language", "language_confidence"),
                    "language_alt",
                    "time_zone",
                    ("list_name_fr", "sort_key_fr"),
                    "sources",
                ]
            },
        ),
        *language_tabs("short_name", "formal_name"),
    ]

    @display(description=gettext_lazy("invitations"))
    def invited(self, state: MemberState) -> str:
        return text_link(list_url(Invitation, member_state__id__exact=state.pk), _("invitations"))


@admin.register(Mission)
class MissionAdmin(ModelAdmin):
    form = MissionForm
    menu = (Menu.ADDRESSEES, 3, "apartment")
    when_empty = gettext_lazy("Add the permanent missions: they get the copies of letters.")
    list_display = ["name", "kind", "city", "serves", "phone", "emails", "language"]
    list_filter = ["kind", "city", "language"]
    search_fields = ["name", "city", "emails", "states__short_name_en", "states__short_name_fr"]
    autocomplete_fields = ["states"]
    fieldsets = [
        (
            None,
            {
                "fields": ["name", ("kind", "city"), "states", "language"],
                "description": gettext_lazy(
                    "Permanent missions in the edition’s city get the copies of letters; another "
                    "post or a regional office does not."
                ),
            },
        ),
        (gettext_lazy("Addresses"), {"fields": ["postal_address", "phone", "emails"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Mission]:
        return super().get_queryset(request).prefetch_related("states")

    @display(description=gettext_lazy("States"))
    def serves(self, mission: Mission) -> str:
        return comma_list(mission.states.all())


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
    list_display = [
        "form",
        "gender",
        "language",
        "courtesy",
        "title",
        "salutation",
        "confidence",
        "notes",
    ]
    list_filter = ["language", "form", "gender", "confidence"]
    search_fields = ["form", "courtesy", "title", "salutation", "closing", "notes"]
    list_per_page = 250
    fieldsets = [
        (None, {"fields": [("language", "form", "gender")]}),
        (
            gettext_lazy("As it is printed"),
            {
                "fields": [("courtesy", "title"), "salutation", "closing"],
                "description": gettext_lazy(
                    "Opening and closing may name the person: $title, $name, $family_name. Letters "
                    "already composed keep the words they have."
                ),
            },
        ),
        (gettext_lazy("How sure it is"), {"fields": ["confidence", "notes"]}),
    ]


class InvitationsOfMinister(RecordInline):
    model = Invitation
    verbose_name_plural = gettext_lazy("invitations")
    fields = ["edition", "status", "is_principal", "issued_at"]
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Invitation]:
        return super().get_queryset(request).select_related("edition")


@admin.register(Minister)
class MinisterAdmin(MinisterExchangeMixin, ModelAdmin):
    form = MinisterForm
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
    readonly_fields = ["addressed_as"]
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
            {
                "fields": [
                    "address_gender",
                    ("honorific", "prenominal"),
                    "name_as_printed",
                    ("salutation_as_printed", "closing_as_printed"),
                    "addressed_as",
                ]
            },
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

    class Media:
        css = {"all": ["admin-desk/addressed.css"]}
        js = ["admin-desk/addressed.js"]

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.addressed_view)
        return [
            path("addressed/", view, name="invitations_minister_addressed"),
            *super().get_urls(),
        ]

    @display(description=gettext_lazy("will be addressed as"))
    def addressed_as(self, minister: Minister) -> str:
        words = {"addressed": addressed(minister), "minister": minister}
        return render_to_string("admin/setup/minister_addressed_field.html", words)

    def addressed_view(self, request: HttpRequest) -> HttpResponse:
        """How a letter would address the minister as the form has it. Nothing is written."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        pk = request.POST.get("minister", "")
        kept = self.get_queryset(request).filter(pk=pk).first() if pk.isdecimal() else None
        form = self.get_form(request, kept, change=bool(kept))(request.POST, instance=kept)
        form.is_valid()  # What is not valid yet stays as it was kept.
        words = {"addressed": addressed(form.instance)}
        return TemplateResponse(request, "admin/setup/minister_addressed.html", words)


class Addressed(NamedTuple):
    """How a letter in one language addresses a minister, or why it cannot."""

    language: str
    label: str
    direction: str
    address: Address | None
    refused: str


def addressed(minister: Minister) -> list[Addressed]:
    """In each language of the minister; nothing while State, rank or language is not chosen."""
    languages = filter(None, [minister.language, minister.second_language])
    chosen = minister.member_state_id and minister.rank_id
    return [addressed_in(minister, language) for language in languages] if chosen else []


def addressed_in(minister: Minister, language: str) -> Addressed:
    about = language, str(Language(language).label), "rtl" if language == Language.ARABIC else "ltr"
    try:
        return Addressed(*about, address(minister, language), "")
    except ValidationError as refusal:
        return Addressed(*about, None, refusal_sentence(refusal))
