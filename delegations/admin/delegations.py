"""Delegations, their delegates, and who changed what."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold import admin as unfold
from unfold.decorators import display
from unfold.forms import PaginationInlineFormSet

from delegations.admin.base import (
    Act,
    NotedMixin,
    OfDelegationForm,
    StandingFilter,
    StandingMixin,
)
from delegations.changes import (
    AUTHOR_PATHS,
    changed_field_labels,
    format_author,
    note_staff_change,
)
from delegations.models import Delegate, Delegation, DelegationChange
from invitations.admin.base import Menu, RecordAdmin, RecordInline, user_of
from invitations.admin.exports import TakenOutMixin
from invitations.admin.list_columns import leads_on, listed_state, state_link
from invitations.admin.mixins import ErasingPersonMixin, LeadsToStatesMixin
from invitations.forms.fields import COLUMN_FORM_FIELDS
from invitations.forms.stale_form import Stale
from invitations.models.states import french_order
from invitations.text.dates import labelled, running_text


class PersonForm(OfDelegationForm):
    """A row of the page of a delegation, which asks by itself of one head for all its rows."""

    unchecked = frozenset({"role"})


class DelegateFormSet(PaginationInlineFormSet):
    """Refuses two heads, and lets one take the place of another.

    What is wrong with a whole row is said above all rows: the page has no place for it below.
    """

    def clean(self) -> None:
        super().clean()
        if told := list(self.faults_of_rows()):
            raise ValidationError(told)
        kept = [form for form in self.forms if form not in self.deleted_forms]
        heads = sum(map(is_head, kept))
        if heads > 1 or (heads and self.has_head_beside()):
            raise ValidationError(_("A delegation has one head."))

    def has_head_beside(self) -> bool:
        """Whether somebody has become head meanwhile who stands in no row of the page."""
        shown = [form.instance.pk for form in self.initial_forms]
        heads = Delegate.objects.filter(delegation=self.instance.pk, role=Delegate.Role.HEAD)
        return heads.exclude(pk__in=shown).exists()

    def faults_of_rows(self) -> Iterator[str]:
        """Yield what is wrong with whole rows; of one to be deleted, only that it was changed."""
        for form in self.forms:
            for fault in form.non_field_errors().as_data():
                if form not in self.deleted_forms or isinstance(fault, Stale):
                    yield labelled(form.instance, running_text(fault.messages))

    def save_existing_objects(self, commit: bool = True) -> list[Any]:
        """Save the head last: the database has never two, not even while rows are saved."""
        count, deleted = self.initial_form_count(), self.deleted_forms
        self.forms[:count] = sorted(
            self.forms[:count], key=lambda form: form not in deleted and is_head(form)
        )
        # Django keeps the places of the rows to be deleted, for who may delete any.
        self.__dict__.pop("_deleted_form_indexes", None)
        saved: list[Any] = super().save_existing_objects(commit)
        return saved

    def delete_existing(self, obj: Any, commit: bool = True) -> None:
        """Delete the person as on file, so that history names nobody by what was typed there."""
        with suppress(Delegate.DoesNotExist):
            obj.refresh_from_db()
        super().delete_existing(obj, commit)


def is_head(form: Any) -> bool:
    return bool(form.cleaned_data.get("role") == Delegate.Role.HEAD)


PARTICULARS = [
    ("role", "name"),
    ("function", "organization"),
    ("email", "gender"),
    ("arrives_on", "departs_on"),
    "needs_visa_letter",
    "needs",
]


class DelegateInline(unfold.StackedInline):
    model = Delegate
    form = PersonForm
    formfield_overrides: Any = COLUMN_FORM_FIELDS
    formset = DelegateFormSet
    template_before = "admin/seen_in_rows.html"
    extra = 0
    tab = True
    fields = PARTICULARS

    def get_queryset(self, request: HttpRequest) -> QuerySet[Delegate]:
        """Leave out whose names are erased: nothing of them can be typed again."""
        rows: QuerySet[Delegate] = super().get_queryset(request)
        return rows.exclude(name="")


class ChangeInline(RecordInline):
    model = DelegationChange
    verbose_name_plural = gettext_lazy("history")
    fields = ["at", "who", "part", "act", "subject", "fields_shown"]
    readonly_fields = fields
    show_change_link = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[DelegationChange]:
        rows: QuerySet[DelegationChange] = super().get_queryset(request)
        return rows.select_related(*AUTHOR_PATHS)

    @display(description=gettext_lazy("who"))
    def who(self, change: DelegationChange) -> str:
        return format_author(change)

    @display(description=gettext_lazy("what was changed"))
    def fields_shown(self, change: DelegationChange) -> str:
        return changed_field_labels(change)


@admin.register(Delegation)
class DelegationAdmin(TakenOutMixin, LeadsToStatesMixin, StandingMixin):
    menu = (Menu.FORUM, 1, "groups_3")
    when_empty = gettext_lazy(
        "A delegation is made when an office first names somebody; you may add one for it."
    )
    list_display = [listed_state, "edition", "delegates_named", "stands", "page_of_state"]
    list_filter = ["edition", StandingFilter, "member_state__region"]
    list_select_related = ["edition", "member_state"]
    search_fields = [
        "member_state__iso3__called",
        "delegates__name",
    ]
    autocomplete_fields = ["member_state"]
    inlines = [DelegateInline, ChangeInline]

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        return ["-edition__opens_on", *french_order()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Delegation]:
        named = Delegate.objects.filter(delegation=OuterRef("pk")).order_by()
        counted = named.values("delegation").annotate(Count("pk")).values("pk__count")
        return super().get_queryset(request).annotate(named=Subquery(counted))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["edition", "member_state"] if obj else []

    def save_formset(
        self, request: HttpRequest, form: forms.ModelForm, formset: Any, change: bool
    ) -> None:
        super().save_formset(request, form, formset, change)
        if formset.model is not Delegate:
            return
        for person in formset.new_objects:
            note_staff_change(user_of(request), person, Act.ADDED, [])
        for person, fields in formset.changed_objects:
            note_staff_change(user_of(request), person, Act.CHANGED, fields)
        for person in formset.deleted_objects:
            note_staff_change(user_of(request), person, Act.REMOVED, [])

    @leads_on
    @display(description=gettext_lazy("State’s page"))
    def page_of_state(self, delegation: Delegation) -> str:
        return state_link(delegation, delegation.edition, delegation.member_state)

    @display(description=gettext_lazy("delegates"), ordering="named")
    def delegates_named(self, delegation: Any) -> int:
        return delegation.named or 0


@admin.register(Delegate)
class DelegateAdmin(ErasingPersonMixin, TakenOutMixin, StandingMixin, NotedMixin):
    """Gender and needs are shown on the page of one person, never in a list."""

    menu = (Menu.FORUM, 2, "group")
    when_empty = gettext_lazy("Nobody is named yet: offices name their delegates by their link.")
    list_display = ["name", "role", "function", "delegation", "arrives_on", "departs_on", "stands"]
    list_filter = ["delegation__edition", StandingFilter, "role", "needs_visa_letter"]
    list_select_related = ["delegation__edition", "delegation__member_state"]
    search_fields = [
        "name",
        "function",
        "organization",
        "email",
        "delegation__member_state__iso3__called",
    ]
    fields = ["delegation", *PARTICULARS]
    autocomplete_fields = ["delegation"]

    def has_change_permission(self, request: HttpRequest, obj: Delegate | None = None) -> bool:
        """Nobody changes or deletes whose name is erased: the row stands in the figures alone."""
        return bool(super().has_change_permission(request, obj) and (obj is None or obj.name))

    def has_delete_permission(self, request: HttpRequest, obj: Delegate | None = None) -> bool:
        return bool(super().has_delete_permission(request, obj) and (obj is None or obj.name))

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        of_state = french_order("delegation__member_state")
        return ["-delegation__edition__opens_on", *of_state, "pk"]


@admin.register(DelegationChange)
class DelegationChangeAdmin(TakenOutMixin, RecordAdmin):
    """Changes are listed on the page of their delegation."""

    list_display = ["at", "delegation", "who", "part", "act", "subject"]
    list_select_related = ["delegation__member_state", "delegation__edition", *AUTHOR_PATHS]

    @display(description=gettext_lazy("who"))
    def who(self, change: DelegationChange) -> str:
        return format_author(change)
