"""A name for each request: it stands beside each entry of the log, and in a header back."""

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.signals import request_finished
from django.http import HttpRequest, HttpResponse

from wsis_forum.logs import request_id

HEADER = "X-Request-ID"
# As nginx makes it, or a UUID: nothing else that a visitor sends gets into the log by it.
TAKEN = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class RequestIdMiddleware:
    """Name the request as the proxy did, where there is one of ours; else by chance."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get(HEADER, "") if settings.PROXIES else ""
        name = given if TAKEN.fullmatch(given) else uuid4().hex
        request_id.set(name)
        response = self.get_response(request)
        response[HEADER] = name
        return response


def forget_request_id(**_more: Any) -> None:
    """Forget the name when the answer is out: its status is logged after the middleware."""
    request_id.set("")


request_finished.connect(forget_request_id)
