"""The site, with addresses at which every kind of refusal and fault happens."""

from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig
from django.http import Http404
from django.shortcuts import render
from django.urls import include, path

from invitations.files.frozen import StoreUnavailable
from wsis_forum.urls import handler400, handler403, handler404, handler500

__all__ = ["FAULTS", "handler400", "handler403", "handler404", "handler500", "urlpatterns"]
FAULTS = {
    400: BadRequest("?"),
    403: PermissionDenied(),
    404: Http404(),
    413: RequestDataTooBig(),
    500: RuntimeError("Fell over."),
    503: StoreUnavailable("The store does not answer."),
}


def fail(request, status):
    raise FAULTS[status]


def refuse_who_asks_too_often(request):
    """Answer as django-allauth does, whose own limits are reached by many requests alone."""
    return render(request, "429.html", status=429)


urlpatterns = [
    path("fails/429/", refuse_who_asks_too_often),
    path("fails/<int:status>/", fail),
    path("", include("wsis_forum.urls")),
]
