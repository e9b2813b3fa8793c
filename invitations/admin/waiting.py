"""A mark in each list at the rows whose last change waits for a second person."""

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import CharField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Cast
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import pgettext
from unfold import admin as unfold
from unfold.decorators import display
from unfold.views import ChangeList

from invitations.models import HeldChange
from invitations.models.held.rows import HeldRow


class MarkedList(ChangeList):
    """A list that finds the waiting change of each row in the query of the rows."""

    def get_queryset(self, *args: Any, **kwargs: Any) -> QuerySet[Any]:
        return (
            super().get_queryset(*args, **kwargs).annotate(held_change=waiting_change(self.model))
        )


def waiting_change(model: type[HeldRow]) -> Subquery:
    kind = ContentType.objects.get_for_model(model)
    of_row = HeldChange.objects.undecided().filter(
        content_type=kind, object_id=Cast(OuterRef("pk"), CharField())
    )
    return Subquery(of_row.order_by("-pk").values("pk")[:1])


class WaitingMarkMixin(unfold.ModelAdmin):
    """A list of records whose changes may wait: its second column says which do."""

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> Any:
        if issubclass(self.model, HeldRow):
            return MarkedList
        return super().get_changelist(request, **kwargs)

    def get_list_display(self, request: HttpRequest) -> Any:
        first, *others = super().get_list_display(request)
        mark = ["waits"] if issubclass(self.model, HeldRow) else []
        return [first, *mark, *others]

    @display(description=HeldChange._meta.verbose_name)
    def waits(self, row: Any) -> str:
        if not row.held_change:
            return ""
        url = reverse("admin:invitations_heldchange_change", args=[row.held_change])
        title = HeldChange.State.WAITING.label
        word = pgettext("a change for a second person", "waits")
        return format_html(
            '<a class="text-link waits" href="{}" title="{}">{}</a>', url, title, word
        )
