"""The question that follows when a minister was saved whose letter has left: what becomes of it."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _

from invitations.admin.base import ModelAdmin, user_of
from invitations.admin.corrections.reasons import bring_reason
from invitations.admin.corrections.replacing import MAY_REPLACE, replacing_url
from invitations.admin.list_columns import change_url, format_languages, on_day, text_link
from invitations.forms.corrections import AfterSavingForm
from invitations.models import Delivery, Letter, Minister
from invitations.outbox.corrections.after_saving import (
    AfterSaving,
    follow_up_for,
    follow_ups_open,
    has_any_left,
    leave_letters,
    letters_sent,
    send_to_new_addresses,
    what_matters,
)
from invitations.text.dates import labelled
from invitations.text.lines import isolated

MAY_SEND = "invitations.change_delivery"


class AsksAboutLettersMixin(ModelAdmin):
    """A page of ministers that asks, after a change, about the letters that have left."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.letters_view)
        own = path("<int:pk>/letters/", view, name="invitations_minister_letters")
        return [own, *super().get_urls()]

    def save_model(self, request: HttpRequest, obj: Minister, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        request.mattered = what_matters(form.changed_data) if change else []  # type: ignore[attr-defined]

    def response_change(self, request: HttpRequest, obj: Minister) -> HttpResponse:
        """Lead to the question about their letters, or link to it where one stays on the page."""
        response = super().response_change(request, obj)
        changed = getattr(request, "mattered", [])
        letters = letters_sent(obj) if changed else Letter.objects.none()
        if not letters.exists():
            return response
        query = urlencode([("changed", one) for one in changed])
        url = f"{reverse('admin:invitations_minister_letters', args=[obj.pk])}?{query}"
        if "_save" in request.POST:
            return redirect(url)
        question = _("A letter waits to leave: what becomes of it?")
        if has_any_left(letters):
            question = _("A letter has left already: what becomes of it?")
        messages.warning(request, text_link(url, question))
        return response

    def letters_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask what becomes of the letters that left; nothing happens by itself."""
        minister = get_object_or_404(self.get_queryset(request).select_related("successor"), pk=pk)
        if not self.has_change_permission(request, minister):
            raise PermissionDenied
        letters = list(letters_sent(minister).select_related("circular", "invitation__edition"))
        if not letters:
            messages.info(request, _("No letter to this minister has left."))
            return redirect(change_url(minister))
        follow_ups = [
            follow_up
            for follow_up in follow_ups_open(minister, letters)
            if may_take(request, follow_up)
        ]
        chosen = follow_up_for(request.GET.getlist("changed"), follow_ups)
        form = AfterSavingForm(
            request.POST or None, follow_ups=follow_ups, initial={"follow_up": chosen}
        )
        if request.method == "POST" and form.is_valid():
            answer = self._take(request, minister, letters, form)
            if answer:
                return answer
        told = [describe_saved_letter(letter) for letter in letters]
        has_left = any(one["has_left"] for one in told)
        context = {
            **admin.site.each_context(request),
            "title": _("Their letter has left") if has_left else _("Their letter waits to leave"),
            "minister": minister,
            "languages": format_languages(minister),
            "letters": told,
            "form": form,
            "back": change_url(minister),
        }
        return TemplateResponse(request, "admin/mending/letters_of_minister.html", context)

    def _take(
        self, request: HttpRequest, minister: Minister, letters: list[Letter], form: AfterSavingForm
    ) -> HttpResponse | None:
        """Do what was chosen; where that is refused, the form says why."""
        follow_up, reason = form.cleaned_data["follow_up"], form.cleaned_data["reason"]
        bring_reason(request, minister.pk, reason)
        if follow_up == AfterSaving.REPLACE:
            return redirect(replacing_url(letter.invitation_id for letter in letters))
        if follow_up == AfterSaving.HAND_OVER:
            return redirect("desk:hand_over", letters[0].invitation_id)
        try:
            told = self._carried_out(request, follow_up, minister, letters, reason)
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
            return None
        messages.success(request, told)
        return redirect(change_url(minister))

    def _carried_out(
        self,
        request: HttpRequest,
        follow_up: str,
        minister: Minister,
        letters: list[Letter],
        why: str,
    ) -> str:
        """Send the letters, or leave them, and return what is told of it."""
        user = user_of(request)
        if follow_up == AfterSaving.LEAVE:
            leave_letters(minister, user, why)
            return _("The letter is left as it is; that is on file.")
        if send_to_new_addresses(minister, letters, user, why):
            return _(
                "The letter goes to the new address as soon as a second person has released it."
            )
        return _("The letter waits in the outbox for the new address.")


def may_take(request: HttpRequest, follow_up: str) -> bool:
    needed: dict[str, Iterable[str]] = {
        AfterSaving.REPLACE: MAY_REPLACE,
        AfterSaving.SEND: [MAY_SEND],
        AfterSaving.HAND_OVER: ["invitations.change_invitation", "invitations.add_minister"],
    }
    return request.user.has_perms(list(needed.get(follow_up, [])))


def describe_saved_letter(letter: Letter) -> dict[str, Any]:
    """Return what the page says of a letter: its day, whom it names, where it went or is to go."""
    deliveries = list(letter.deliveries.order_by("pk"))
    left = [one for one in deliveries if one.state in Delivery.LEFT]
    waiting = [one for one in deliveries if one.state in Delivery.NOT_LEFT]
    return {
        "letter": letter,
        "named": labelled(isolated(letter.circular.reference), on_day(letter.approved_at)),
        "addressee": letter.addressee.split("\n"),
        "languages": format_languages(letter),
        "has_left": bool(left),
        "went_to": [one.address for one in left if one.address],
        "waits": [
            labelled(one.get_state_display(), isolated(one.address or one.get_channel_display()))
            for one in waiting
        ],
    }
