"""Refuse what no view may read, and say in words that a file cannot be read or kept."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, UnreadablePostError

from delegations.office.access import OnACopy, private_page
from delegations.office.public_pages import fault_page
from delegations.office.request_limits import LARGEST_REQUEST, refuse_oversized
from delegations.office.views.errors import bad_request, database_away
from invitations.files.frozen import StoreUnavailable


class RequestLimitsMiddleware:
    """Refuse a request that announces more than any form has, before a byte of it is read.

    Refuse also an address that holds a NUL: no row holds one, and PostgreSQL cannot be asked for
    it. A view that is marked ``measures_requests`` measures by itself; one that names the
    ``largest_of_staff`` takes so much from who is signed in.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, named: Any
    ) -> HttpResponse | None:
        if "\0" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("A NUL stands in the address.")
        if getattr(view, "measures_requests", False):
            return None
        largest: int = getattr(view, "largest_of_staff", 0)
        at_most = largest if largest and request.user.is_staff else LARGEST_REQUEST
        return refuse_oversized(request, at_most)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        # A visitor who hangs up while sending is no fault of ours, and reads no answer.
        if isinstance(exception, UnreadablePostError):
            return bad_request(request, exception)
        if isinstance(exception, OnACopy):
            return database_away(request)
        return None


class StoreUnavailableMiddleware:
    """Say in words that a file cannot be read or kept now, wherever a page has not said it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, StoreUnavailable):
            return None
        refuse = private_page(fault_page)
        response = refuse(request, "503.html", 503, reason=exception)
        response["Retry-After"] = "120"
        return response
