"""Decisions about all letters of a circular: approve, compose anew, call back."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import action
from unfold.enums import ActionVariant

from invitations.admin.base import user_of
from invitations.admin.circulars.page import CircularPageMixin
from invitations.admin.circulars.progress import progress_context, report_planned
from invitations.admin.confirming import act_on_each
from invitations.admin.letters.approval_page import (
    approval_page,
    format_circular_hour,
    letters_to_approve,
)
from invitations.admin.list_columns import text_link
from invitations.admin.reauthentication import signed_in_recently
from invitations.forms.action_forms import ReasonForm
from invitations.letters.approval import recompose_letter
from invitations.letters.circulars import (
    call_back_circular,
    circular_progress,
    reason_not_to_call_back,
)
from invitations.models import Circular, Letter


class DecisionsMixin(CircularPageMixin):
    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Offer only decisions that can succeed now."""
        circular = self.get_object(request, object_id)
        hidden = decisions_in_vain(circular) if circular else set()
        offered = super().get_actions_detail(request, object_id)
        return [one for one in offered if one.method.__name__ not in hidden]

    @action(
        description=gettext_lazy("Approve"),
        icon="done_all",
        permissions=["approve"],
        variant=ActionVariant.PRIMARY,
    )
    def approve_page(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return redirect("admin:invitations_circular_approve", object_id)

    @signed_in_recently("approve_circular")
    def approve_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show all letters that wait for approval; the page posts to the letters' approval."""
        circular = self._circular(request, pk, allowed=self.has_approve_permission(request))
        letters = letters_to_approve(circular.letters.all())
        if not letters:
            messages.info(request, _("No letter of this circular waits for approval."))
            return redirect("admin:invitations_circular_progress", pk)
        planned = circular_progress(circular)["planned"]
        return approval_page(self, request, letters, whole=pk, planned=planned)

    @action(description=gettext_lazy("Compose anew"), icon="refresh", permissions=["draft"])
    def compose_again_page(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return redirect("admin:invitations_circular_compose_again", object_id)

    def compose_again_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Compose letters without approval anew, with today's words, addresses and hour."""
        circular = self._circular(request, pk, allowed=self.has_draft_permission(request))
        letters = letters_to_approve(circular.letters.all())
        if not letters:
            messages.info(
                request, _("No letter of this circular waits for approval: none is composed anew.")
            )
            return redirect("admin:invitations_circular_progress", pk)
        if request.method == "POST":
            by = user_of(request)
            report_planned(
                request, act_on_each(request, letters, lambda one: recompose_letter(one, by))
            )
            return redirect("admin:invitations_circular_progress", pk)
        return self._page(
            request, "compose_again", circular, title=_("Compose anew"), number=len(letters)
        )

    @action(
        description=gettext_lazy("Call back"),
        icon="undo",
        permissions=["stop"],
        variant=ActionVariant.DANGER,
    )
    def call_back_page(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return redirect("admin:invitations_circular_call_back", object_id)

    def call_back_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Cancel all letters of a circular that has not started, for a reason."""
        circular = self._circular(request, pk, allowed=self.has_stop_permission(request))
        if not sum(circular_progress(circular).values()):
            messages.info(request, _("This circular has no letters: nothing is called back."))
            return redirect("admin:invitations_circular_change", pk)
        if request.method != "POST" and (why := reason_not_to_call_back(circular)):
            messages.error(request, why)
            return redirect("admin:invitations_circular_progress", pk)
        form = ReasonForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                number = call_back_circular(circular, user_of(request), form.cleaned_data["reason"])
            except ValidationError as refusal:
                form.add_error(None, refusal)
            else:
                report_called_back(request, number)
                return redirect("admin:invitations_circular_change", pk)
        return self._page(
            request,
            "call_back",
            circular,
            title=_("Call back"),
            form=form,
            told=progress_context(circular),
            hour=format_circular_hour(circular),
            invites=circular.kind == Circular.Kind.INVITATION,
        )


def decisions_in_vain(circular: Circular) -> set[str]:
    """Return the decisions about its letters that would be refused, or do nothing."""
    counted = circular_progress(circular)
    hidden = set() if counted[Letter.State.COMPOSED] else {"approve_page", "compose_again_page"}
    if not sum(counted.values()) or reason_not_to_call_back(circular):
        hidden.add("call_back_page")
    return hidden


def warn_of_earlier_letters(request: HttpRequest, circular: Circular) -> None:
    number = len(letters_to_approve(circular.letters.all()))
    if not number:
        return
    told = ngettext(
        "%(count)s letter was composed before this change and says what stood here: ",
        "%(count)s letters were composed before this change and say what stood here: ",
        number,
    ) % {"count": number}
    url = reverse("admin:invitations_circular_compose_again", args=[circular.pk])
    messages.warning(request, format_html("{}{}", told, text_link(url, _("compose anew"))))


def report_called_back(request: HttpRequest, number: int) -> None:
    told = ngettext(
        "%(count)s letter called back; its approval is void.",
        "%(count)s letters called back; their approval is void.",
        number,
    )
    messages.success(request, told % {"count": number})
