"""Delegations, statements and the list of speakers on the secretariat's desk."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Count, QuerySet
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
from invitations import frozen
from invitations.admin.base import Menu, ModelAdmin, language_tabs
from invitations.forms import WholeRowForm


class StandingFilter(admin.SimpleListFilter):
    """Stands as things are today: a later regret drops out by itself."""

    title = gettext_lazy("stands")
    parameter_name = "stands"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Yes")), ("no", _("No"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any] | None:
        if self.value() is None:
            return None
        standing = queryset.standing()
        return standing if self.value() == "yes" else queryset.exclude(pk__in=standing)
