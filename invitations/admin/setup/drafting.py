"""On the page of an edition: draft invitations for the ministers on file, looked at first."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import action

from invitations.admin.base import ModelAdmin, user_of
from invitations.admin.confirming import refusal_sentence
from invitations.admin.list_columns import change_url, format_languages
from invitations.letters.issuing import NotInvited, draft_invitations, ministers_on_file
from invitations.models import Circular, ForumEdition


class DraftingPageMixin(ModelAdmin):
    """An edition's page of the ministers on file, who get draft invitations from there."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.draft_view)
        name = "invitations_forumedition_draft"
        return [path("<int:pk>/draft/", view, name=name), *super().get_urls()]

    def has_draft_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("invitations.add_invitation")

    @action(description=gettext_lazy("Draft invitations"), icon="group_add", permissions=["draft"])
    def draft_page(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return redirect("admin:invitations_forumedition_draft", object_id)

    def draft_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show who would be invited and who would not; a POST drafts for those who are ticked."""
        edition = get_object_or_404(ForumEdition, pk=pk)
        if not self.has_draft_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            return draft(request, edition)
        found = ministers_on_file(edition)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Draft invitations"),
            "subtitle": str(edition),
            "opts": self.opts,
            "edition": edition,
            "edition_url": change_url(edition),
            "to_invite": [(*one, format_languages(one.minister)) for one in found.to_invite],
            "left_out": by_reason(found.left_out),
        }
        return TemplateResponse(request, "admin/setup/draft_invitations.html", context)


def draft(request: HttpRequest, edition: ForumEdition) -> HttpResponse:
    chosen = {int(pk) for pk in request.POST.getlist("minister") if pk.isdecimal()}
    try:
        number = draft_invitations(edition, chosen, user_of(request))
    except ValidationError as refusal:
        messages.error(request, refusal_sentence(refusal))
        return HttpResponseRedirect(request.path)
    told = ngettext("%(count)s draft invitation made.", "%(count)s draft invitations made.", number)
    messages.success(request, told % {"count": number})
    return HttpResponseRedirect(after_drafting(edition))


def after_drafting(edition: ForumEdition) -> str:
    """Return where letters are composed for the drafts; the edition's page until there is one."""
    circular = edition.circulars.filter(kind=Circular.Kind.INVITATION).first()
    if circular is None:
        return change_url(edition)
    return reverse("admin:invitations_circular_audience", args=[circular.pk])


def by_reason(left_out: list[NotInvited]) -> list[tuple[str, list[NotInvited]]]:
    """Return those who are left out by reason, the rarest first."""
    found: dict[str, list[NotInvited]] = {}
    for one in left_out:
        found.setdefault(one.reason, []).append(one)
    return sorted(found.items(), key=lambda entry: len(entry[1]))
