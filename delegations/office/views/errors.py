"""The pages for what cannot be read, found or shown, and for forms without their token."""

import sys
from typing import Any

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse

from delegations.office.access import private_page
from delegations.office.page import activate_sent_language, csrf_refusal
from delegations.office.public_pages import fault_page, refusal_page
from delegations.office.refusals import typed_values
from delegations.office.request_limits import LARGEST_TYPED, content_length

DATABASE_AWAY = (OperationalError, InterfaceError)
COME_AGAIN = 30  # seconds
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
    """Say that the fault is ours; where the database is away, when to come again."""
    if isinstance(sys.exception(), DATABASE_AWAY):
        return database_away(request)
    return fault_page(request, "500.html", 500)


def database_away(request: HttpRequest) -> HttpResponse:
    """Keep on the page what an office has just sent, to be sent again from there."""
    shown = typed_by_an_office(request)
    response = private_page(fault_page)(request, "office/away.html", 503, **shown)
    response["Retry-After"] = str(COME_AGAIN)
    return response


def typed_by_an_office(request: HttpRequest) -> dict[str, Any]:
    """Return what was typed, if it came by a form of ours; what staff type is not shown again."""
    page = request.resolver_match
    if request.method != "POST" or not page or page.app_name != "office":
        return {}
    if content_length(request) > LARGEST_TYPED:
        return {"had_files": True}
    if csrf_refusal(request):
        return {}
    activate_sent_language(request)
    return {"typed": typed_values(request.POST), "had_files": bool(request.FILES)}


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say in words why a form without its token was not taken."""
    # Where cookies are refused, the switch of the language is such a form.
    if content_length(request) <= LARGEST_TYPED:
        activate_sent_language(request)
    return fault_page(request, "403_csrf.html", 403)
