"""On the page of an edition: a new one begun from it, with its sessions."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import action

from delegations.admin.new_edition import NewEditionForm, proposed
from delegations.editions import PAGES, QuietDays, new_edition_from, sessions_outside
from invitations.admin.base import user_of
from invitations.admin.columns import change_url
from invitations.admin.setup.editions import ForumEditionAdmin
from invitations.models import ForumEdition
from invitations.text.dates import comma_list

admin.site.unregister(ForumEdition)


@admin.register(ForumEdition)
class EditionWithSessionsAdmin(ForumEditionAdmin):
    """The page of an edition, from which the next one is begun: sessions come along."""

    actions_row = ["new_from"]
    actions_detail = [*ForumEditionAdmin.actions_detail, "new_from"]

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.new_edition_view)
        name = "invitations_forumedition_next"
        return [path("<int:pk>/next/", view, name=name), *super().get_urls()]

    def has_begin_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.has_add_permission(request)

    @action(
        description=gettext_lazy("New edition from this one"),
        icon="content_copy",
        permissions=["begin"],
    )
    def new_from(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return redirect("admin:invitations_forumedition_next", object_id)

    def new_edition_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        source = get_object_or_404(ForumEdition, pk=pk)
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = NewEditionForm(request.POST or None, initial=proposed(source))
        if form.is_valid():
            try:
                edition = new_edition_from(
                    source, form.asked, QuietDays(form.cleaned_data["quiet_days"]), user_of(request)
                )
            except ValidationError as refusal:
                form.add_error(None, refusal)
            else:
                tell_begun(request, edition, source)
                return HttpResponseRedirect(change_url(edition))
        context = {
            **self.admin_site.each_context(request),
            "title": _("New edition from %(edition)s") % {"edition": source},
            "opts": self.opts,
            "form": form,
            "source_url": change_url(source),
        }
        return TemplateResponse(request, "admin/setup/new_edition.html", context)


def tell_begun(request: HttpRequest, edition: ForumEdition, source: ForumEdition) -> None:
    """Say what came along, and which sessions lie outside the new days."""
    steps, sessions = edition.reminder_steps.count(), edition.sessions.count()
    quiet = edition.quiet_periods.count()
    came = comma_list(
        [
            ngettext("%(count)s reminder step", "%(count)s reminder steps", steps)
            % {"count": steps},
            ngettext("%(count)s session", "%(count)s sessions", sessions) % {"count": sessions},
            ngettext("%(count)s quiet period", "%(count)s quiet periods", quiet) % {"count": quiet},
        ]
    )
    told = _(
        "%(edition)s is begun from %(source)s, with its texts and: %(came)s. Nothing of it is "
        "approved, and nobody is invited yet."
    )
    messages.success(request, told % {"edition": edition, "source": source, "came": came})
    if emptied := pages_left_behind(source, edition):
        told = _("These addresses of pages name the old year; enter them anew: %(pages)s.")
        messages.warning(request, told % {"pages": comma_list(emptied)})
    if outside := sessions_outside(edition):
        told = ngettext(
            "%(count)s session lies outside the new days of the High-Level Track.",
            "%(count)s sessions lie outside the new days of the High-Level Track.",
            outside,
        )
        messages.warning(request, told % {"count": outside})


def pages_left_behind(source: ForumEdition, edition: ForumEdition) -> list[str]:
    """Return the names of the pages whose addresses did not come along."""
    return [
        str(edition._meta.get_field(page).verbose_name)  # type: ignore[union-attr]
        for page in PAGES
        if getattr(source, page) and not getattr(edition, page)
    ]
