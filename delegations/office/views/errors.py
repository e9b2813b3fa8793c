"""The pages for what cannot be read, found or shown, and for forms without their token."""

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse

from delegations.office.contact import fault_page, refusal_page
from delegations.office.page import activate_sent_language
from delegations.office.request_limits import LARGEST_TYPED, content_length

MORE_THAN_A_FORM = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Show that a request is too much for a form, or was damaged on its way."""
    if isinstance(exception, MORE_THAN_A_FORM):
        return refusal_page(request, "413.html", 413)
    return refusal_page(request, "400.html", 400)


def not_permitted(request: HttpRequest, exception: Exception) -> HttpResponse:
    return refusal_page(request, "403.html", 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return refusal_page(request, "404.html", 404)


def fault(request: HttpRequest) -> HttpResponse:
    """Say that the fault is ours; what fell over may be the database."""
    return fault_page(request, "500.html", 500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say in words why a form without its token was not taken."""
    # Where cookies are refused, the switch of the language is such a form.
    if content_length(request) <= LARGEST_TYPED:
        activate_sent_language(request)
    return refusal_page(request, "403_csrf.html", 403)
