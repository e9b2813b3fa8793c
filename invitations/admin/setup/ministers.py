"""Ministers, and the form of address that letters will use."""

from typing import Any, NamedTuple

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from invitations.admin.base import WHY_IT_CHANGES, Menu, RecordInline
from invitations.admin.confirming import refusal_sentence
from invitations.admin.corrections.after_saving import AsksAboutLettersMixin
from invitations.admin.list_columns import courtesy_mark, listed_state
from invitations.admin.setup.minister_import import MinisterExchangeMixin
from invitations.forms.model_forms import MinisterForm
from invitations.letters.addressing import FormalAddress, formal_address
from invitations.letters.checks.former_languages import former_languages
from invitations.letters.checks.missing_words import lacking_function, refuse_lacks
from invitations.models import Invitation, Language, Letter, Minister
from invitations.models.states import french_order
from invitations.text.datives import dative_of_function, dative_of_name

FUNCTION_STAYED = gettext_lazy(
    "The function “%(function)s” was written when the language of the letters was %(was)s: look "
    "whether its words are in the new one."
)


def former_language_of(minister: Minister) -> str:
    """Return the name of the language in which the function was written, if it is another."""
    was = former_languages([minister]).get(minister.pk, "")
    return str(Language(was).label) if was else ""


class InvitationsOfMinister(RecordInline):
    model = Invitation
    verbose_name_plural = gettext_lazy("invitations")
    fields = ["edition", "status", courtesy_mark, "issued_at"]
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Invitation]:
        return super().get_queryset(request).select_related("edition")


@admin.register(Minister)
class MinisterAdmin(MinisterExchangeMixin, AsksAboutLettersMixin):
    form = MinisterForm
    change_form_outer_before_template = "admin/setup/before_minister.html"
    menu = (Menu.ADDRESSEES, 1, "person")
    instead_of_deleting = gettext_lazy(
        "Enter the successor of who left office; withdraw the invitation of who is not to come."
    )
    when_empty = gettext_lazy(
        "Import the ministers from a spreadsheet, or add one: each gets an invitation."
    )
    list_display = [
        "name_or_function",
        listed_state,
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
        "name_key",
        "name_in_script",
        "portfolio",
        "to_emails",
        "member_state__iso3__called",
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
                    "portfolio_in_second_language",
                ]
            },
        ),
        (
            gettext_lazy("Form of address"),
            {
                "fields": [
                    "address_gender",
                    ("honorific", "prenominal"),
                    ("name_in_dative", "portfolio_in_dative"),
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
        WHY_IT_CHANGES,
    ]

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        return [*french_order(), "rank", "family_name", "pk"]

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

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        letters: Any = self.admin_site._registry.get(Letter)
        if letters and (minister := kwargs.get("obj")):
            context["outdated"] = letters.outdated_on_page_of(request, minister)
        if minister := kwargs.get("obj"):
            context["function_was_in"] = former_language_of(minister)
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Minister, form: Any, change: bool) -> None:
        """Say at once that a function stayed as it was while the language changed."""
        super().save_model(request, obj, form, change)
        if change and "language" in form.changed_data and (was := former_language_of(obj)):
            messages.warning(request, FUNCTION_STAYED % {"function": obj.portfolio, "was": was})

    @display(description=gettext_lazy("will be addressed as"))
    def addressed_as(self, minister: Minister) -> str:
        words = {"addressed": address_previews(minister), "minister": minister}
        return render_to_string("admin/setup/minister_addressed_field.html", words)

    def addressed_view(self, request: HttpRequest) -> HttpResponse:
        """Show how a letter would address the minister as the form has it; write nothing."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        pk = request.POST.get("minister", "")
        kept = self.get_queryset(request).filter(pk=pk).first() if pk.isdecimal() else None
        typed = request.POST.copy()
        typed.pop("seen", None)  # What is typed is shown, whoever saved what meanwhile.
        form = self.get_form(request, kept, change=bool(kept))(typed, instance=kept)
        with transaction.atomic():
            form.is_valid()  # Fields that are not valid yet keep the values on file.
        words = {"addressed": address_previews(form.instance)}
        return TemplateResponse(request, "admin/setup/minister_addressed.html", words)


class AddressPreview(NamedTuple):
    """How a letter in one language addresses a minister, or why it cannot."""

    language: str
    label: str
    direction: str
    address: FormalAddress | None
    refused: str
    proposed: dict[str, tuple[str, str]]


def address_previews(minister: Minister) -> list[AddressPreview]:
    """Return a preview in each language of the minister; none before State and rank are chosen."""
    languages = filter(None, [minister.language, minister.second_language])
    chosen = minister.member_state_id and minister.rank_id
    return [address_preview(minister, language) for language in languages] if chosen else []


def address_preview(minister: Minister, language: str) -> AddressPreview:
    about = language, str(Language(language).label), "rtl" if language == Language.ARABIC else "ltr"
    proposed = proposed_datives(minister) if language == Language.RUSSIAN else {}
    try:
        refuse_lacks(lacking_function(minister, language))
        return AddressPreview(*about, formal_address(minister, language), "", proposed)
    except ValidationError as refusal:
        return AddressPreview(*about, None, refusal_sentence(refusal), proposed)


def proposed_datives(minister: Minister) -> dict[str, tuple[str, str]]:
    """Return what the empty fields of the dative might say, by field, with the field's name.

    Nothing is kept before a person takes it over.
    """
    name = minister.name_in(Language.RUSSIAN)
    family_name = minister.family_name_in(Language.RUSSIAN)
    found = {
        "name_in_dative": dative_of_name(name, family_name, minister.address_gender),
        "portfolio_in_dative": dative_of_function(minister.portfolio_in(Language.RUSSIAN)),
    }
    column: Any = Minister._meta.get_field
    return {
        field: (str(column(field).verbose_name), words)
        for field, words in found.items()
        if words and not getattr(minister, field)
    }
