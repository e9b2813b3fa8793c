"""How much one request may bring, and what is kept of it while it streams. A leaf."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import (
    BadRequest,
    RequestDataTooBig,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.shortcuts import render

# A scan of staff has 20 MB at most, and nothing that is asked for has more.
LARGEST_FILE = 20 * 1024 * 1024
# What is typed is worth reading where its form is not taken; files are not.
LARGEST_TYPED = 3 * 1024 * 1024
LARGEST_REQUEST = 32 * 1024 * 1024
MORE_THAN_A_FORM = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)


class BoundedUploadHandler(TemporaryFileUploadHandler):
    """Writes no more of a file than the largest that is taken; its size tells what arrived."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if start < LARGEST_FILE:
            self.file.write(raw_data[: LARGEST_FILE - start])


class RequestsInBounds:
    """Refuse what is larger than any form by its announced length, before a byte of it is read.

    Refuse also an address that holds a NUL: no row holds one, and PostgreSQL cannot be asked for
    it. A view that is marked ``measures_requests`` does so by itself.
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
        return None if getattr(view, "measures_requests", False) else too_much(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Who hung up while sending reads no answer, and is no fault of ours."""
        if isinstance(exception, UnreadablePostError):
            return not_understood(request, exception)
        return None


def too_much(request: HttpRequest, at_most: int = LARGEST_REQUEST) -> HttpResponse | None:
    """Return the refusal of a request that announces more, or does not say how much it brings."""
    if request.headers.get("Transfer-Encoding"):
        return render(request, "413.html", {"is_unmeasured": True}, status=411)
    if announced(request) > at_most:
        return render(request, "413.html", status=413)
    return None


def announced(request: HttpRequest) -> int:
    """The length in bytes; 0 for what is no number, of which nothing is read either."""
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def not_understood(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page for what is too much for a form, or damaged on its way."""
    if isinstance(exception, MORE_THAN_A_FORM):
        return render(request, "413.html", status=413)
    return render(request, "400.html", status=400)
