"""Pages that answer a form get an address of their own, so that Back and Reload send nothing again.

The page is kept as it was shown, for the browser that sent the form. Where the cache is away, it
is shown without an address.
"""

import uuid
import zlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import translation
from django.utils.crypto import salted_hmac

from delegations.office.contact import refusal_page
from delegations.office.drafts import CACHE_AWAY, KEPT_FOR

View = Callable[..., HttpResponse]
ASKED_BY = "shown"
SHORTLY = 600  # seconds
# A form with its faults, in another language, beside what stands now, or not taken any more.
KEPT_STATUS = (200, 403, 409, 410)


def shown_at_an_address(view: View) -> View:
    """Lead from a page that answers a form to the same page at an address of its own."""

    @wraps(view)
    def shown(request: HttpRequest, /, *args: Any, **named: Any) -> HttpResponse:
        if request.method == "POST":
            return lead_to_kept(request, view(request, *args, **named))
        if ASKED_BY in request.GET:
            return kept_page(request) or kept_no_longer(request)
        return view(request, *args, **named)

    return shown


def shown_shortly_at_an_address(view: View) -> View:
    """Do so for some minutes on a page open to all; afterwards show it as it begins."""

    @wraps(view)
    def shown(request: HttpRequest, /, *args: Any, **named: Any) -> HttpResponse:
        if request.method == "POST":
            return lead_to_kept(request, view(request, *args, **named), kept_for=SHORTLY)
        kept = kept_page(request) if ASKED_BY in request.GET else None
        return kept or view(request, *args, **named)

    return shown


def lead_to_kept(
    request: HttpRequest, response: HttpResponse, path: str = "", kept_for: int = KEPT_FOR
) -> HttpResponse:
    """Keep the page, and lead to it; other answers go as they are."""
    if response.status_code not in KEPT_STATUS:
        return response
    path, key = path or request.path, uuid.uuid4().hex
    page = (translation.get_language(), response.status_code, zlib.compress(response.content))
    try:
        cache.set(page_names(request, path, key)[0], page, kept_for)
    except CACHE_AWAY:
        return response
    leading = redirect(f"{path}?{ASKED_BY}={key}")
    leading.cookies = response.cookies
    return leading


def kept_page(request: HttpRequest) -> HttpResponse | None:
    """Return the page as it was shown; None if it is not kept, or not for this browser."""
    try:
        kept = cache.get_many(page_names(request, request.path, request.GET[ASKED_BY]))
    except CACHE_AWAY:
        return None
    if not kept:
        return None
    ((language, status, page),) = kept.values()
    translation.activate(language)
    return HttpResponse(zlib.decompress(page), status=status)


def kept_no_longer(request: HttpRequest) -> HttpResponse:
    return refusal_page(request, "office/not_kept.html", 404, again=request.path)


def page_names(request: HttpRequest, path: str, key: str) -> list[str]:
    """Return the name of a page, which only its browser can give, and those by older keys."""
    words = f"{request.META.get('CSRF_COOKIE', '')} {path} {key}"
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    salt = "delegations.office.kept_pages"
    named = (salted_hmac(salt, words, secret=one, algorithm="sha256") for one in keys)
    return [f"page-{name.hexdigest()}" for name in named]
