"""Mixins of the pages of delegations and statements."""

from copy import copy
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from delegations.changes import note_staff_change
from delegations.models import Delegate, Delegation, DelegationChange, Erasure
from delegations.nominations import ERASED
from invitations.admin.base import ModelAdmin, user_of
from invitations.forms.model_forms import WholeRowForm
from invitations.forms.stale_form import lock_rows

Act = DelegationChange.Act


class StandingFilter(admin.SimpleListFilter):
    """Whether a row stands today; a later regret takes it off by itself."""

    title = gettext_lazy("stands")
    parameter_name = "stands"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Yes")), ("no", _("No"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[Any] | None:
        if self.value() is None:
            return None
        standing = queryset.standing()
        return standing if self.value() == "yes" else queryset.exclude(pk__in=standing)


class StandingMixin(ModelAdmin):
    """A list that shows whether each row stands."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        standing = self.model.objects.standing().filter(pk=OuterRef("pk"))
        return super().get_queryset(request).annotate(comes=Exists(standing))

    @display(description=gettext_lazy("stands"), boolean=True, ordering="comes")
    def stands(self, row: Any) -> bool:
        return bool(row.comes)


class OfDelegationForm(WholeRowForm):
    """A form of what an office may change at the same time."""

    locked_first = "delegation"

    def clean(self) -> dict[str, Any] | None:
        """Refuse to name somebody again once the names of the edition were erased."""
        cleaned = super().clean()
        row = self.instance
        if isinstance(row, Delegate) and self.has_changed():
            chosen = (cleaned or {}).get("delegation")
            delegation = chosen or (row.delegation_id and row.delegation)
            if delegation and Erasure.objects.closes(delegation.edition):
                raise ValidationError(ERASED)
        return cleaned


class NotedMixin(ModelAdmin):
    """A page of an office's row, which writes what staff change into the office's history."""

    form = OfDelegationForm

    def save_model(
        self, request: HttpRequest, obj: Any, form: forms.ModelForm, change: bool
    ) -> None:
        super().save_model(request, obj, form, change)
        if change and "delegation" in form.changed_data:
            # The history of the delegation that it was taken from says so, and reminders know.
            left = copy(obj)
            left.delegation_id = form.initial["delegation"]
            note_staff_change(user_of(request), left, Act.REMOVED, [])
        if form.changed_data or not change:
            fields = form.changed_data if change else []
            note_staff_change(user_of(request), obj, Act.CHANGED if change else Act.ADDED, fields)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        lock_rows(Delegation, [obj.delegation_id])
        super().delete_model(request, obj)
        note_staff_change(user_of(request), obj, Act.REMOVED, [])

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Delete all of them or none: the action of a list has no transaction by itself."""
        with transaction.atomic():
            rows = list(queryset)
            lock_rows(Delegation, {row.delegation_id for row in rows})
            for row in rows:
                self.delete_model(request, row)
