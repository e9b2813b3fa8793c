"""The pages of one circular: its audience, the progress of its letters, the way back."""

from collections import Counter
from pathlib import Path
from typing import Any

from celery import current_app
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from kombu.exceptions import OperationalError
from unfold.decorators import action
from unfold.enums import ActionVariant

from invitations.admin.base import ModelAdmin, user_of
from invitations.admin.columns import list_url, text_link
from invitations.admin.confirming import act_on_each, refusal_sentence
from invitations.admin.frozen_files import frozen_file_response
from invitations.admin.letters.approvals import (
    approval_page,
    hour_in_zone,
    languages,
    left_out,
    recipients,
    to_approve,
)
from invitations.forms.action_forms import ReasonForm
from invitations.letters.approval import recompose
from invitations.letters.circulars import (
    addresses,
    at_another_hour,
    audience,
    call_back_circular,
    plan_circular,
    plan_notes,
    progress,
)
from invitations.letters.composing_queue import reasons_to_wait
from invitations.letters.words import refuse_missing_texts
from invitations.models import Circular, Invitation, Letter
from invitations.text.dates import comma_list, labelled
from invitations.times.jobs import Job

SCAN_TYPES = {"pdf": "application/pdf", "png": "image/png", "jpg": "image/jpeg"}


class CircularPagesMixin(ModelAdmin):
    """What is done with a circular, beside writing it."""

    actions_detail = [
        "audience_page",
        "progress_page",
        "approve_page",
        "compose_anew_page",
        "call_back_page",
    ]

    def get_urls(self) -> list[Any]:
        pages = {
            "audience": self.audience_view,
            "progress": self.progress_view,
            "progress.json": self.progress_json,
            "notes": self.notes_view,
            "approve": self.approve_view,
            "anew": self.anew_view,
            "call-back": self.call_back_view,
            "scan": self.scan_view,
        }
        return [
            path(
                f"<int:pk>/{name}/",
                self.admin_site.admin_view(view),
                name=f"invitations_circular_{name.replace('.', '_').replace('-', '_')}",
            )
            for name, view in pages.items()
        ] + super().get_urls()

    def has_draft_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("invitations.change_circular")

    def has_approve_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("invitations.approve_letter")

    def has_stop_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.has_draft_permission(request) or self.has_approve_permission(request)

    def _circular(self, request: HttpRequest, pk: Any, *, allowed: bool = True) -> Any:
        if not (allowed and self.has_view_permission(request)):
            raise PermissionDenied
        return get_object_or_404(self.get_queryset(request), pk=pk)

    def _page(
        self, request: HttpRequest, name: str, circular: Circular, **words: Any
    ) -> TemplateResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "circular": circular,
            "subtitle": comma_list([circular.reference, circular.edition]),
            "may_draft": self.has_draft_permission(request),
            "may_approve": self.has_approve_permission(request),
            "may_stop": self.has_stop_permission(request),
            **words,
        }
        return TemplateResponse(request, f"admin/letters/circular_{name}.html", context)

    @action(description=gettext_lazy("Audience"), icon="groups")
    def audience_page(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return redirect("admin:invitations_circular_audience", object_id)

    def audience_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show who gets a letter and who does not; a POST plans the letters that were shown."""
        circular = self._circular(request, pk)
        if request.method == "POST":
            return self._plan(request, circular)
        found = audience(circular)
        found_at = addresses(circular.edition, found.addressed)
        return self._page(
            request,
            "audience",
            circular,
            title=_("Audience"),
            addressed=[
                (invitation, languages(invitation.minister), recipients(lines))
                for invitation, lines in zip(found.addressed, found_at, strict=True)
            ],
            left_out=left_out(circular, found),
            missing=texts_missing(circular, found.addressed),
            by_language=counted_by_language(found.addressed),
            unreached=sum(not lines for lines in found_at),
        )

    def _plan(self, request: HttpRequest, circular: Circular) -> HttpResponse:
        if not self.has_draft_permission(request):
            raise PermissionDenied
        seen = [int(pk) for pk in request.POST.get("seen", "").split() if pk.isdecimal()]
        shown = Invitation.objects.filter(pk__in=seen)
        planned = plan_circular(circular, shown, by=user_of(request))
        tell_planned(request, planned)
        return redirect("admin:invitations_circular_progress", circular.pk)

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
            told=told_of(circular),
            another_hour=at_another_hour(circular).count(),
            hour=hour_in_zone(circular),
            letters_url=list_url(Letter, circular__id__exact=circular.pk),
        )

    def progress_json(self, request: HttpRequest, pk: int) -> HttpResponse:
        return JsonResponse(told_of(self._circular(request, pk)))

    def notes_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Plan the notes verbales: a POST, once no letter waits any more for its words."""
        circular = self._circular(request, pk, allowed=self.has_draft_permission(request))
        if request.method != "POST":
            return redirect("admin:invitations_circular_progress", pk)
        if progress(circular)["planned"]:
            messages.error(
                request, _("Wait until all letters are composed: a note covers those that are.")
            )
        elif planned := plan_notes(circular, by=user_of(request)):
            tell_planned(request, planned)
        else:
            messages.info(request, _("No mission lacks its note verbale."))
        return redirect("admin:invitations_circular_progress", pk)

    @action(
        description=gettext_lazy("Approve"),
        icon="done_all",
        permissions=["approve"],
        variant=ActionVariant.PRIMARY,
    )
    def approve_page(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return redirect("admin:invitations_circular_approve", object_id)

    def approve_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show all that waits for approval; the page answers to the one of the letters."""
        circular = self._circular(request, pk, allowed=self.has_approve_permission(request))
        letters = to_approve(circular.letters.all())
        if not letters:
            messages.info(request, _("No letter of this circular waits for approval."))
            return redirect("admin:invitations_circular_progress", pk)
        planned = progress(circular)["planned"]
        return approval_page(self, request, letters, whole=pk, planned=planned)

    @action(description=gettext_lazy("Compose anew"), icon="refresh", permissions=["draft"])
    def compose_anew_page(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return redirect("admin:invitations_circular_anew", object_id)

    def anew_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Compose anew what is composed and not approved, with today's words, addresses, hour."""
        circular = self._circular(request, pk, allowed=self.has_draft_permission(request))
        letters = to_approve(circular.letters.all())
        if not letters:
            messages.info(
                request, _("No letter of this circular waits for approval: none is composed anew.")
            )
            return redirect("admin:invitations_circular_progress", pk)
        if request.method == "POST":
            by = user_of(request)
            tell_planned(request, act_on_each(request, letters, lambda one: recompose(one, by)))
            return redirect("admin:invitations_circular_progress", pk)
        return self._page(request, "anew", circular, title=_("Compose anew"), number=len(letters))

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
        if not sum(progress(circular).values()):
            messages.info(request, _("This circular has no letters: nothing is called back."))
            return redirect("admin:invitations_circular_change", pk)
        form = ReasonForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                number = call_back_circular(
                    circular, user_of(request), form.cleaned_data["because"]
                )
            except ValidationError as refusal:
                form.add_error(None, refusal)
            else:
                tell_called_back(request, number)
                return redirect("admin:invitations_circular_change", pk)
        return self._page(
            request,
            "call_back",
            circular,
            title=_("Call back"),
            form=form,
            told=told_of(circular),
            hour=hour_in_zone(circular),
            invites=circular.kind == Circular.Kind.INVITATION,
        )

    def scan_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        circular = self._circular(request, pk)
        if not circular.original_scan:
            raise Http404
        file = Path(circular.original_scan.name)
        download = f"{circular.reference.replace('/', '-')}-original{file.suffix}"
        response = frozen_file_response(
            request, str(file), file.stem, SCAN_TYPES[file.suffix[1:]], download
        )
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        if response.status_code == 200:
            response.headers["Content-Disposition"] = f'attachment; filename="{download}"'
        return response


def counted_by_language(invitations: list[Invitation]) -> str:
    languages = Counter(one.minister.get_language_display() for one in invitations)
    return comma_list(f"{language} {number}" for language, number in languages.most_common())


def texts_missing(circular: Circular, invitations: list[Invitation]) -> list[str]:
    """What would keep letters waiting: texts that are missing in a language of the audience."""
    by_language = {invitation.minister.language: invitation for invitation in invitations}
    said = []
    for language, invitation in by_language.items():
        letter = Letter(invitation=invitation, circular=circular, kind=circular.kind)
        try:
            refuse_missing_texts(letter, language)
        except ValidationError as refusal:
            said.append(refusal_sentence(refusal))
    return said


def told_of(circular: Circular) -> dict[str, Any]:
    """What the page of progress says, and asks for again while letters are being composed."""
    states = progress(circular)
    waiting = reasons_to_wait(circular.edition, circular) if states["planned"] else {}
    return {
        **states,
        "total": sum(states.values()),
        "with_words": states["composed"] + states["approved"],
        "waiting": [labelled(number, because) for because, number in waiting.items()],
    }


def tell_planned(request: HttpRequest, planned: int) -> None:
    if not planned:
        messages.info(request, _("Nobody is left to write to: nothing was planned."))
        return
    wake_workers()
    told = ngettext("%(count)s letter planned.", "%(count)s letters planned.", planned)
    messages.success(request, told % {"count": planned})


def wake_workers() -> None:
    """Ask two workers to begin at once; where the broker is away, the next tick begins."""
    for _worker in range(2):
        try:
            current_app.send_task(
                f"invitations.tasks.{Job.COMPOSE_PLANNED}", expires=55, retry=False
            )
        except (OperationalError, OSError):
            return


def tell_composed_before(request: HttpRequest, circular: Circular) -> None:
    number = len(to_approve(circular.letters.all()))
    if not number:
        return
    told = ngettext(
        "%(count)s letter was composed before this change and says what stood here: ",
        "%(count)s letters were composed before this change and say what stood here: ",
        number,
    ) % {"count": number}
    url = reverse("admin:invitations_circular_anew", args=[circular.pk])
    messages.warning(request, format_html("{}{}", told, text_link(url, _("compose anew"))))


def tell_called_back(request: HttpRequest, number: int) -> None:
    told = ngettext(
        "%(count)s letter called back; its approval is void.",
        "%(count)s letters called back; their approval is void.",
        number,
    )
    messages.success(request, told % {"count": number})
