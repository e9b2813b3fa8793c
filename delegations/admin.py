"""Delegations, statements and the list of speakers on the secretariat's desk."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold import admin as unfold
from unfold.decorators import display
from unfold.forms import PaginationInlineFormSet

from delegations.models import (
    Delegate,
    Delegation,
    DelegationChange,
    HighLevelSession,
    PolicyStatement,
    SpeakingSlot,
    StatementText,
)
from delegations.office import BY_WHOM, by_whom, changed_fields, note_staff
from delegations.statements import attachment, bytes_of, photo_of
from invitations.admin.base import (
    Menu,
    ModelAdmin,
    RecordAdmin,
    RecordInline,
    at_hour,
    hour,
    language_tabs,
    link,
    who,
)
from invitations.forms import WholeRowForm

Act = DelegationChange.Act


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


class NotedAdmin(ModelAdmin):
    """A row of an office, whose history tells what the secretariat changed."""

    def save_model(
        self, request: HttpRequest, obj: Any, form: forms.ModelForm, change: bool
    ) -> None:
        super().save_model(request, obj, form, change)
        if form.changed_data or not change:
            fields = form.changed_data if change else []
            note_staff(who(request), obj, Act.CHANGED if change else Act.ADDED, fields)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        super().delete_model(request, obj)
        note_staff(who(request), obj, Act.REMOVED, [])

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for row in list(queryset):
            self.delete_model(request, row)


class ChangeInline(RecordInline):
    model = DelegationChange
    verbose_name_plural = gettext_lazy("history")
    fields = ["at", "who", "part", "act", "subject", "fields_shown"]
    readonly_fields = fields
    show_change_link = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[DelegationChange]:
        rows: QuerySet[DelegationChange] = super().get_queryset(request)
        return rows.select_related(*BY_WHOM)

    @display(description=gettext_lazy("who"))
    def who(self, change: DelegationChange) -> str:
        return by_whom(change)

    @display(description=gettext_lazy("what was changed"))
    def fields_shown(self, change: DelegationChange) -> str:
        return changed_fields(change)


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
    inlines = [DelegateInline, ChangeInline]

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

    def save_formset(
        self, request: HttpRequest, form: forms.ModelForm, formset: Any, change: bool
    ) -> None:
        super().save_formset(request, form, formset, change)
        if formset.model is not Delegate:
            return
        for person in formset.new_objects:
            note_staff(who(request), person, Act.ADDED, [])
        for person, fields in formset.changed_objects:
            note_staff(who(request), person, Act.CHANGED, fields)
        for person in formset.deleted_objects:
            note_staff(who(request), person, Act.REMOVED, [])

    @display(description=gettext_lazy("delegates"), ordering="named")
    def delegates(self, delegation: Any) -> int:
        return delegation.named or 0

    @display(description=gettext_lazy("stands"), boolean=True, ordering="comes")
    def stands(self, delegation: Any) -> bool:
        return bool(delegation.comes)


@admin.register(Delegate)
class DelegateAdmin(NotedAdmin):
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
    menu = (Menu.FORUM, 5, "podium")
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


class TextInline(RecordInline):
    model = StatementText
    verbose_name_plural = gettext_lazy("texts")
    fields = ["called", "language", "kind", "filed_at", "replaced_at", "download"]
    readonly_fields = fields

    @display(description="")
    def download(self, text: StatementText) -> str:
        return link(reverse("admin:delegations_statementtext_file", args=[text.pk]), _("download"))


@admin.register(PolicyStatement)
class PolicyStatementAdmin(NotedAdmin):
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
        ("other_language", "interpretation"),
        ("quotation", "quotation_consent"),
        "biography",
        "photo_file",
    ]
    readonly_fields = ["photo_file"]
    inlines = [TextInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[PolicyStatement]:
        standing = PolicyStatement.objects.standing().filter(pk=OuterRef("pk"))
        return super().get_queryset(request).annotate(comes=Exists(standing))

    @display(description=gettext_lazy("stands"), boolean=True, ordering="comes")
    def stands(self, statement: Any) -> bool:
        return bool(statement.comes)

    @display(description=gettext_lazy("photo"))
    def photo_file(self, statement: PolicyStatement) -> str:
        if not statement.photo:
            return ""
        return link(
            reverse("admin:delegations_policystatement_photo", args=[statement.pk]), _("download")
        )

    def get_urls(self) -> list[Any]:
        return [
            path(
                "<int:pk>/photo/",
                self.admin_site.admin_view(self.photo_view),
                name="delegations_policystatement_photo",
            ),
            *super().get_urls(),
        ]

    def photo_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        statement = get_object_or_404(PolicyStatement.objects.exclude(photo=""), pk=pk)
        return attachment(photo_of(statement))


@admin.register(StatementText)
class StatementTextAdmin(RecordAdmin):
    menu = (Menu.FORUM, 4, "description")
    when_empty = gettext_lazy("No text yet: offices send theirs by their link.")
    list_display = [
        "called",
        "delegation",
        "language",
        "kind",
        hour("filed_at", gettext_lazy("filed at")),
        hour("replaced_at", gettext_lazy("replaced at")),
        "download",
    ]
    list_filter = ["statement__delegation__edition", "kind"]
    list_select_related = [
        "statement__delegation__edition",
        "statement__delegation__member_state",
        "filed_by__minister__member_state",
        "filed_by__member_state",
    ]
    search_fields = ["called", "sha256", "statement__delegation__member_state__short_name_en"]
    date_hierarchy = "filed_at"
    fields = ["delegation", "called", "language", "kind", "size", "sha256", "filed", "download"]
    readonly_fields = ["delegation", "filed", "download"]

    def get_urls(self) -> list[Any]:
        return [
            path(
                "<int:pk>/file/",
                self.admin_site.admin_view(self.file_view),
                name="delegations_statementtext_file",
            ),
            *super().get_urls(),
        ]

    def file_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return attachment(bytes_of(get_object_or_404(StatementText, pk=pk)))

    @display(description=gettext_lazy("delegation"))
    def delegation(self, text: StatementText) -> str:
        return str(text.statement.delegation)

    @display(description=gettext_lazy("filed"))
    def filed(self, text: StatementText) -> str:
        return f"{at_hour(text.filed_at)} {text.filed_by}"

    @display(description="")
    def download(self, text: StatementText) -> str:
        return link(reverse("admin:delegations_statementtext_file", args=[text.pk]), _("download"))


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


@admin.register(DelegationChange)
class DelegationChangeAdmin(RecordAdmin):
    """Listed on the page of its delegation."""

    list_display = ["at", "who", "part", "act", "subject"]
    list_select_related = ["delegation__member_state", "delegation__edition", *BY_WHOM]

    @display(description=gettext_lazy("who"))
    def who(self, change: DelegationChange) -> str:
        return by_whom(change)
