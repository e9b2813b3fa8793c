"""The base of the pages of one circular."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse

from invitations.admin.base import ModelAdmin
from invitations.models import Circular
from invitations.text.dates import comma_list


class CircularPageMixin(ModelAdmin):
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
        return TemplateResponse(request, f"admin/circulars/{name}.html", context)
