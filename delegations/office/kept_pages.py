"""Pages that answer a form get an address of their own, so that Back and Reload send nothing again.

The page is kept as it was shown, for the browser that sent the form. Where the cache is away, it
is shown without an address.
"""

import uuid
import zlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import translation
from django.utils.crypto import salted_hmac

from delegations.office.contact import refusal_page
from delegations.office.drafts import CACHE_AWAY, KEPT_FOR

View = Callable[..., HttpResponse]
ASKED_BY = "shown"
# A form with its faults, in another language, beside what stands now, or not taken any more.
KEPT_STATUS = (200, 403, 409, 410)


def shown_at_an_address(view: View) -> View:
    """Lead from a page that answers a form to the same page at an address of its own."""

    @wraps(view)
    def shown(request: HttpRequest, /, *args: Any, **named: Any) -> HttpResponse:
        if request.method == "POST":
            return lead_to_kept(request, view(request, *args, **named))
        if ASKED_BY in request.GET:
            return kept_page(request)
        return view(request, *args, **named)

    return shown


def lead_to_kept(
    request: HttpRequest, response: HttpResponse, path: str | None = None
) -> HttpResponse:
    """Keep the page a day, and lead to it; other answers go as they are."""
    if response.status_code not in KEPT_STATUS:
        return response
    path, key = path or request.path, uuid.uuid4().hex
    page = (translation.get_language(), response.status_code, zlib.compress(response.content))
    try:
        cache.set(page_name(request, path, key), page, KEPT_FOR)
    except CACHE_AWAY:
        return response
    leading = redirect(f"{path}?{ASKED_BY}={key}")
    leading.cookies = response.cookies
    return leading


def kept_page(request: HttpRequest) -> HttpResponse:
    """Return the page as it was shown; else say that it is kept no longer."""
    try:
        found = cache.get(page_name(request, request.path, request.GET[ASKED_BY]))
    except CACHE_AWAY:
        found = None
    if found is None:
        return refusal_page(request, "office/not_kept.html", 404, again=request.path)
    language, status, page = found
    translation.activate(language)
    return HttpResponse(zlib.decompress(page), status=status)


def page_name(request: HttpRequest, path: str, key: str) -> str:
    """Return the name of a page, which only the browser of its form can give."""
    browser = request.META.get("CSRF_COOKIE", "")
    name = salted_hmac("delegations.office.kept_pages", f"{browser} {path} {key}")
    return f"page-{name.hexdigest()}"
