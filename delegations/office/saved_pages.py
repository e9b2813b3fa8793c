"""Pages that answer a form get an address of their own, so that Back and Reload send nothing again.

The page is kept as it was shown, for the browser that sent the form: an office's in the database,
for a day, since it holds what was typed. One that is open to all is kept in the cache, for some
minutes, so that nobody who holds no link fills the database.
"""

import uuid
import zlib
from collections.abc import Callable
from functools import partial, wraps
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.utils.crypto import salted_hmac

from delegations.office.public_pages import refusal_page
from delegations.office.throttle import may_keep_page
from invitations.models import SavedPage

View = Callable[..., HttpResponse]
# Language, status, and what is left of the page once it is compressed.
Shown = tuple[str, int, "bytes | memoryview[int]"]
ASKED_BY = "shown"
SHORTLY = 600  # seconds
# A page that is open to all has some three thousand; the rest is what somebody typed.
LARGEST_KEPT = 16_000  # bytes
# A form with its faults, in another language, beside what stands now, or not taken any more.
KEPT_STATUS = (200, 403, 409, 410)


def shown_at_an_address(view: View) -> View:
    """Lead from a page that answers a form to the same page at an address of its own."""

    @wraps(view)
    def shown(request: HttpRequest, link: Any, /, **named: Any) -> HttpResponse:
        if request.method == "POST":
            keep = partial(keep_for_a_day, link.invitation_id)
            return lead_to_saved(request, view(request, link, **named), keep=keep)
        if ASKED_BY in request.GET:
            return saved_page(request, saved_for_a_day) or saved_no_longer(request)
        return view(request, link, **named)

    return shown


def shown_shortly_at_an_address(view: View) -> View:
    """Do so for some minutes on a page open to all; afterwards show it as it begins."""

    @wraps(view)
    def shown(request: HttpRequest, /, *args: Any, **named: Any) -> HttpResponse:
        if request.method == "POST":
            return lead_to_saved(request, view(request, *args, **named), keep=keep_shortly)
        kept = saved_page(request, saved_shortly) if ASKED_BY in request.GET else None
        return kept or view(request, *args, **named)

    return shown


def lead_to_saved(
    request: HttpRequest,
    response: HttpResponse,
    path: str = "",
    *,
    keep: Callable[[str, Shown], bool],
) -> HttpResponse:
    """Keep the page, and lead to it; other answers, and what cannot be kept, go as they are."""
    if response.status_code not in KEPT_STATUS:
        return response
    path, key = path or request.path, uuid.uuid4().hex
    language = translation.get_language() or settings.LANGUAGE_CODE
    page = (language, response.status_code, zlib.compress(response.content))
    if not keep(page_names(request, path, key)[0], page):
        return response
    leading = redirect(f"{path}?{ASKED_BY}={key}")
    leading.cookies = response.cookies
    return leading


def saved_page(
    request: HttpRequest, find: Callable[[list[str]], Shown | None]
) -> HttpResponse | None:
    """Return the page as it was shown; None if it is not kept, or not for this browser."""
    kept = find(page_names(request, request.path, request.GET[ASKED_BY]))
    if not kept:
        return None
    language, status, page = kept
    translation.activate(language)
    return HttpResponse(zlib.decompress(page), status=status)


@transaction.atomic
def keep_for_a_day(invitation: int, name: str, page: Shown) -> bool:
    language, status, content = page
    SavedPage.objects.create(
        invitation_id=invitation, name=name, language=language, status=status, content=content
    )
    SavedPage.objects.forget_all_but_newest(invitation)
    return True


def saved_for_a_day(names: list[str]) -> Shown | None:
    pages = SavedPage.objects.kept(timezone.now()).filter(name__in=names)
    return pages.values_list("language", "status", "content").first()


def keep_shortly(name: str, page: Shown) -> bool:
    """Keep the page, unless it is large, or many are: the cache is the broker's store as well."""
    if len(page[2]) > LARGEST_KEPT or not may_keep_page():
        return False
    cache.set(f"page-{name}", page, SHORTLY)
    # What this process keeps by itself the next one would not find.
    return not getattr(cache, "is_away", False)


def saved_shortly(names: list[str]) -> Shown | None:
    kept = cache.get_many([f"page-{name}" for name in names])
    return next(iter(kept.values()), None)


def saved_no_longer(request: HttpRequest) -> HttpResponse:
    return refusal_page(request, "office/not_kept.html", 404, again=request.path)


def page_names(request: HttpRequest, path: str, key: str) -> list[str]:
    """Return the name of a page, which only its browser can give, and those by older keys."""
    words = f"{request.META.get('CSRF_COOKIE', '')} {path} {key}"
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    salt = "delegations.office.saved_pages"
    named = (salted_hmac(salt, words, secret=one, algorithm="sha256") for one in keys)
    return [name.hexdigest() for name in named]
