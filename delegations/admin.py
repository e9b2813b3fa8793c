"""Delegations, statements and the list of speakers on the secretariat's desk."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold import admin as unfold
from unfold.decorators import display
from unfold.forms import PaginationInlineFormSet

from delegations.models import (
    Delegate,
    Delegation,
    HighLevelSession,
    PolicyStatement,
    SpeakingSlot,
)
from invitations.admin.base import Menu, ModelAdmin, hour, language_tabs
from invitations.forms import WholeRowForm


class StandingFilter(admin.SimpleListFilter):
    """Stands as things are today: a later regret drops out by itself."""

    title = gettext_lazy("stands")
    parameter_name = "stands"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Yes")), ("no", _("No"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[Any] | None:
        if self.value() is None:
            return None
        standing = queryset.standing()
        return standing if self.value() == "yes" else queryset.exclude(pk__in=standing)


class DelegateFormSet(PaginationInlineFormSet):
    """Two heads entered at once are refused here: each of them alone breaks no rule."""

    def clean(self) -> None:
        super().clean()
        kept = [form for form in self.forms if form not in self.deleted_forms]
        heads = [form for form in kept if form.cleaned_data.get("role") == Delegate.Role.HEAD]
        if len(heads) > 1:
            raise ValidationError(_("A delegation has one head."))


class DelegateInline(unfold.StackedInline):
    model = Delegate
    form = WholeRowForm
    formset = DelegateFormSet
    extra = 0
    tab = True
    fields = [
        ("role", "name"),
        ("function", "organization"),
        ("email", "gender"),
        ("arrives_on", "departs_on"),
        "needs_visa_letter",
        "needs",
    ]


@admin.register(Delegation)
class DelegationAdmin(ModelAdmin):
    menu = (Menu.FORUM, 1, "groups_3")
    when_empty = gettext_lazy(
        "A delegation is made when an office first names somebody; you may add one for it."
    )
    list_display = ["member_state", "edition", "delegates", "stands"]
    list_filter = ["edition", StandingFilter, "member_state__region"]
    list_select_related = ["edition", "member_state"]
    list_per_page = 250
    search_fields = [
        "=member_state__iso2",
        "member_state__short_name_en",
        "member_state__short_name_fr",
        "member_state__list_name_fr",
        "delegates__name",
    ]
    autocomplete_fields = ["member_state"]
    inlines = [DelegateInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Delegation]:
        named = Delegate.objects.filter(delegation=OuterRef("pk")).order_by()
        return (
            super()
            .get_queryset(request)
            .annotate(
                named=Subquery(
                    named.values("delegation").annotate(Count("pk")).values("pk__count")
                ),
                comes=Exists(Delegation.objects.standing().filter(pk=OuterRef("pk"))),
            )
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["edition", "member_state"] if obj else []

    @display(description=gettext_lazy("delegates"), ordering="named")
    def delegates(self, delegation: Any) -> int:
        return delegation.named or 0

    @display(description=gettext_lazy("stands"), boolean=True, ordering="comes")
    def stands(self, delegation: Any) -> bool:
        return bool(delegation.comes)


@admin.register(Delegate)
class DelegateAdmin(ModelAdmin):
    """Gender and needs are on the page of one person, never in a list."""

    menu = (Menu.FORUM, 2, "group")
    when_empty = gettext_lazy("Nobody is named yet: offices name their delegates by their link.")
    list_display = ["name", "role", "function", "delegation", "arrives_on", "departs_on"]
    list_filter = ["delegation__edition", "role", "needs_visa_letter"]
    list_select_related = ["delegation__edition", "delegation__member_state"]
    search_fields = [
        "name",
        "function",
        "organization",
        "email",
        "delegation__member_state__short_name_en",
        "delegation__member_state__list_name_fr",
    ]
    autocomplete_fields = ["delegation"]


@admin.register(HighLevelSession)
class HighLevelSessionAdmin(ModelAdmin):
    menu = (Menu.FORUM, 4, "podium")
    when_empty = gettext_lazy("Add the sessions of the High-Level Track: statements are put there.")
    list_display = [
        "title",
        "segment",
        hour("starts_at", gettext_lazy("starts at")),
        hour("ends_at", gettext_lazy("ends at")),
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


@admin.register(PolicyStatement)
class PolicyStatementAdmin(ModelAdmin):
    menu = (Menu.FORUM, 3, "record_voice_over")
    when_empty = gettext_lazy("No statement yet: offices announce theirs by their link.")
    list_display = [
        "speaker_name",
        "delegation",
        "speaker_rank",
        "mode",
        "language",
        "first_choice",
        "stands",
    ]
    list_filter = ["delegation__edition", StandingFilter, "mode", "language"]
    list_select_related = [
        "delegation__edition",
        "delegation__member_state",
        "speaker_rank",
        "first_choice",
    ]
    search_fields = [
        "speaker_name",
        "title",
        "theme",
        "delegation__member_state__short_name_en",
        "delegation__member_state__list_name_fr",
    ]
    autocomplete_fields = ["delegation", "first_choice", "second_choice"]
    fields = [
        "delegation",
        ("speaker_name", "speaker_function"),
        "speaker_rank",
        ("mode", "language"),
        "title",
        "theme",
        ("first_choice", "second_choice"),
        "text_file",
    ]
    readonly_fields = ["text_file"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[PolicyStatement]:
        standing = PolicyStatement.objects.standing().filter(pk=OuterRef("pk"))
        return super().get_queryset(request).annotate(comes=Exists(standing))

    @display(description=gettext_lazy("stands"), boolean=True, ordering="comes")
    def stands(self, statement: Any) -> bool:
        return bool(statement.comes)

    @display(description=gettext_lazy("text"))
    def text_file(self, statement: PolicyStatement) -> str:
        return statement.text_sha256 and f"SHA-256 {statement.text_sha256}"


@admin.register(SpeakingSlot)
class SpeakingSlotAdmin(ModelAdmin):
    menu = (Menu.FORUM, 5, "format_list_numbered")
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
