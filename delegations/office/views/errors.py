"""The pages for requests that cannot be read, and for forms without their token."""

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from delegations.office.page import activate_sent_language
from delegations.office.request_limits import LARGEST_TYPED, content_length
from invitations.models import ForumEdition

MORE_THAN_A_FORM = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Show that a request is too much for a form, or was damaged on its way."""
    if isinstance(exception, MORE_THAN_A_FORM):
        return render(request, "413.html", status=413)
    return render(request, "400.html", status=400)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say in words why a form without its token was not taken."""
    # Where cookies are refused, the switch of the language is such a form.
    if content_length(request) <= LARGEST_TYPED:
        activate_sent_language(request)
    page = {"edition": ForumEdition.objects.current()}
    return render(request, "403_csrf.html", page, status=403)
