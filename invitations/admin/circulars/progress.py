"""The page that shows the progress of a circular's letters."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import action

from invitations.admin.base import user_of
from invitations.admin.circulars.page import CircularPageMixin
from invitations.admin.letters.approval_page import format_circular_hour
from invitations.admin.list_columns import format_waiting_reason, list_url, missing_links
from invitations.letters.checks.reasons import letters_with_reasons
from invitations.letters.circulars import circular_progress, letters_at_another_hour, plan_notes
from invitations.models import Circular, Letter
from invitations.models.held.outdated import outdated_letters
from invitations.text.dates import labelled
from invitations.times.jobs import Job, begin_soon


class ProgressMixin(CircularPageMixin):
    @action(description=gettext_lazy("Progress"), icon="hourglass_top")
    def progress_page(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return redirect("admin:invitations_circular_progress", object_id)

    def progress_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        circular = self._circular(request, pk)
        return self._page(
            request,
            "progress",
            circular,
            title=_("Progress"),
            told=progress_context(circular),
            outdated=len(outdated_letters(circular.letters.all())),
            outdated_url=list_url(Letter, circular__id__exact=circular.pk, approval="anew"),
            another_hour=letters_at_another_hour(circular).count(),
            hour=format_circular_hour(circular),
            letters_url=list_url(Letter, circular__id__exact=circular.pk),
        )

    def progress_json(self, request: HttpRequest, pk: int) -> HttpResponse:
        return JsonResponse(progress_context(self._circular(request, pk)))

    def notes_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Plan the notes verbales by a POST, once no letter waits for its words."""
        circular = self._circular(request, pk, allowed=self.has_draft_permission(request))
        if request.method != "POST":
            return redirect("admin:invitations_circular_progress", pk)
        if circular_progress(circular)["planned"]:
            messages.error(
                request, _("Wait until all letters are composed: a note covers those that are.")
            )
        elif planned := plan_notes(circular, by=user_of(request)):
            report_planned(request, planned)
        else:
            messages.info(request, _("No mission lacks its note verbale."))
        return redirect("admin:invitations_circular_progress", pk)


def progress_context(circular: Circular) -> dict[str, Any]:
    """Return the figures of the progress page, which asks for them again while composing."""
    states = circular_progress(circular)
    return {
        **states,
        "total": sum(states.values()),
        "with_words": states["composed"] + states["approved"],
        "waiting": waiting_rows(circular) if states["planned"] else [],
    }


def waiting_rows(circular: Circular) -> list[dict[str, Any]]:
    """Return each reason to wait with the links to the fields that are empty."""
    found: dict[str, list[Letter]] = {}
    letters = letters_with_reasons(circular.edition, circular)
    for letter in letters.select_related("invitation"):
        found.setdefault(letter.waiting_reason, []).append(letter)
    return [
        {
            "words": labelled(len(alike), format_waiting_reason(alike[0])),
            "links": progress_links(alike, circular),
        }
        for alike in found.values()
    ]


def progress_links(alike: list[Letter], circular: Circular) -> list[tuple[str, str]]:
    """Return the links to the fields; where each minister has its own, the one to the letters."""
    links = missing_links(alike[0])
    if len(alike) == 1 or all(missing_links(letter) == links for letter in alike):
        return links
    filters = {"circular__id__exact": circular.pk, "composing": "waits"}
    return [(list_url(Letter, **filters), _("which letters, and their fields"))]


def report_planned(request: HttpRequest, planned: int) -> None:
    if not planned:
        messages.info(request, _("Nobody is left to write to: no letter is to be composed."))
        return
    begin_soon(Job.COMPOSE_PLANNED, workers=2)
    told = ngettext(
        "%(count)s letter is to be composed.", "%(count)s letters are to be composed.", planned
    )
    messages.success(request, told % {"count": planned})
