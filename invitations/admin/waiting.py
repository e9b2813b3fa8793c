"""Records whose changes wait for a second person: proposed by a page, and marked in each list."""

from typing import Any

from django.contrib import messages
from django.contrib.contenttypes.models import ContentType
from django.db.models import CharField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Cast
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy, pgettext
from unfold import admin as unfold
from unfold.decorators import display
from unfold.views import ChangeList

from invitations.admin.list_columns import list_url
from invitations.models import HeldChange
from invitations.models.held.proposals import is_proposed, save_or_propose
from invitations.models.held.rows import HeldRow
from invitations.text.dates import comma_list


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

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save what is free, and propose what letters use already."""
        if not is_proposed(self.model):
            super().save_model(request, obj, form, change)
        elif proposal := self.save_proposed(obj, form):
            request.proposals = [*proposals_of(request), proposal]  # type: ignore[attr-defined]

    def save_proposed(self, obj: Any, form: Any) -> HeldChange | None:
        return save_or_propose(obj, obj.why_changed)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Log no record that is proposed only."""
        if not (obj._state.adding and proposals_of(request)):
            return super().log_addition(request, obj, message)
        return None

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        if not (obj._state.adding and proposals_of(request)):
            return super().response_add(request, obj, post_url_continue)
        self.message_user(request, "", messages.SUCCESS)
        return redirect(list_url(self.model))

    def message_user(
        self, request: HttpRequest, message: Any, level: Any = messages.INFO, *args: Any, **kw: Any
    ) -> None:
        """Say what is proposed where Django would say that everything was changed."""
        if level == messages.SUCCESS and (proposals := proposals_of(request)):
            level, message = messages.WARNING, PROPOSED % {"what": comma_list(proposals)}
        super().message_user(request, message, level, *args, **kw)

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


# What a second person has to approve once a page is saved.
PROPOSED = gettext_lazy(
    "Proposed: %(what)s. Letters use it once a second person approves it. Everything else is saved."
)


def proposals_of(request: HttpRequest) -> list[HeldChange]:
    return getattr(request, "proposals", [])
