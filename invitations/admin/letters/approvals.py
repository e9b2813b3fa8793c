"""The approval of letters by a second person."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import action

from invitations.admin.base import RecordAdmin, user_of
from invitations.admin.confirming import LARGEST_SELECTION, refusal_sentence
from invitations.admin.letters.approval_page import (
    JOINED_FOR_APPROVAL,
    approval_page,
    letters_to_approve,
    notes_last,
)
from invitations.admin.letters.composing_again import (
    MAY_APPROVE,
    OutdatedLetter,
    describe_outdated,
    outdated_groups,
    outdated_of_minister,
)
from invitations.admin.reauthentication import signed_in_recently
from invitations.admin.who_may import groups_who_may
from invitations.letters.approval import approve_letter
from invitations.models import Letter, Minister
from invitations.models.held.outdated import outdated_letters
from invitations.text.dates import comma_list, labelled, running_text


class ApprovingMixin(RecordAdmin):
    """The approval of letters chosen in their list, or of one from its page."""

    change_form_outer_before_template = "admin/letters/before_letter.html"

    def has_approve_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(MAY_APPROVE)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if letter := kwargs.get("obj"):
            context["approval"] = self._approval_of(request, letter)
        return super().render_change_form(request, context, *args, **kwargs)

    def _approval_of(self, request: HttpRequest, letter: Letter) -> dict[str, Any]:
        """Return whether the user may approve the letter, and what stands in the way."""
        if letter.state != Letter.State.COMPOSED:
            return {}
        groups = outdated_groups([letter], outdated_letters(Letter.objects.filter(pk=letter.pk)))
        outdated = _("It is outdated and has to be composed anew.")
        told = [running_text([outdated, describe_outdated(group)]) for group in groups]
        if not self.has_approve_permission(request):
            who = comma_list(groups_who_may(MAY_APPROVE)) or _("an administrator")
            told.append(
                _("It waits for approval. Who may approve it: %(groups)s.") % {"groups": who}
            )
            return {"may": False, "told": told}
        own = letter.composed_by_id == user_of(request).pk
        told += [_("You composed this letter: another person has to approve it.")] if own else []
        return {"may": not own, "told": told, "outdated": bool(groups)}

    def outdated_on_page_of(self, request: HttpRequest, minister: Minister) -> list[OutdatedLetter]:
        """Return what the page of a minister says of letters to that person."""
        return outdated_of_minister(minister) if self.has_view_permission(request) else []

    def get_urls(self) -> list[Any]:
        return [
            path(
                "approve/",
                self.admin_site.admin_view(self.approve_view),
                name="invitations_letter_approve",
            ),
            *super().get_urls(),
        ]

    @action(description=gettext_lazy("Approve"), permissions=["approve"])
    @signed_in_recently("approve_letters")
    def approve_selected(
        self, request: HttpRequest, queryset: QuerySet[Letter]
    ) -> HttpResponse | None:
        letters, chosen = letters_to_approve(queryset), queryset.count()
        if chosen > LARGEST_SELECTION or not letters:
            messages.error(
                request,
                _("Choose between one and %(count)s composed letters that need approval.")
                % {"count": LARGEST_SELECTION},
            )
            return None
        return approval_page(self, request, letters, need_none=chosen - len(letters))

    @signed_in_recently("approve_letters")
    def approve_view(self, request: HttpRequest) -> HttpResponse:
        """Approve the letters that the page showed, by the hashes that it showed."""
        if not self.has_approve_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        try:
            hashes = hashes_on_page(request.POST.getlist("letters"))
        except ValueError:
            messages.error(request, _("The page was incomplete: choose the letters again."))
            return redirect("admin:invitations_letter_changelist")
        if not hashes:
            messages.warning(request, _("No letter was chosen: nothing is approved."))
        refused = self._approve(request, hashes)
        return self._answer(request, refused)

    def _approve(
        self, request: HttpRequest, hashes: dict[int, tuple[str, str]]
    ) -> dict[Letter, str]:
        """Approve letter by letter; return the refused ones with their reasons."""
        refused = {}
        letters = notes_last(
            Letter.objects.filter(pk__in=hashes).select_related(*JOINED_FOR_APPROVAL)
        )
        for letter in letters:
            try:
                approve_letter(
                    letter,
                    user_of(request),
                    *hashes[letter.pk],
                    although_late="although_late" in request.POST,
                    reason=request.POST.get("reason", ""),
                )
            except ValidationError as refusal:
                refused[letter] = refusal_sentence(refusal)
        if approved := len(letters) - len(refused):
            told = ngettext(
                "%(count)s letter approved; it goes to the outbox.",
                "%(count)s letters approved; they go to the outbox.",
                approved,
            )
            messages.success(request, told % {"count": approved})
        return refused

    def _answer(self, request: HttpRequest, refused: dict[Letter, str]) -> HttpResponse:
        """Show refused letters again, each with its reason, if they can still be approved."""
        reasons = {letter.pk: reason for letter, reason in refused.items()}
        again = letters_to_approve(Letter.objects.filter(pk__in=reasons))
        for letter in set(refused) - set(again):
            messages.error(request, labelled(letter, refused[letter]))
        whole = request.POST.get("circular", "")
        if again:
            return approval_page(self, request, again, refused=reasons, whole=whole)
        if whole.isdecimal():
            return redirect("admin:invitations_circular_progress", whole)
        return redirect("admin:invitations_letter_changelist")


def hashes_on_page(entries: list[str]) -> dict[int, tuple[str, str]]:
    """Return both hashes of each letter as the page showed them; ValueError if one is missing."""
    shown = [entry.split(":") for entry in entries]
    return {int(pk): (sha256, message_sha256) for pk, sha256, message_sha256 in shown}
