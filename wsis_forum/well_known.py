"""Two notices to whom no letter went: to search engines, and to who finds a fault."""

import datetime as dt

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

PRIVATE = ("/admin/", "/handbook/", "/hooks/", "/i18n/", "/office/", "/r/")
HOLDS_FOR = dt.timedelta(days=90)


@require_safe
@cache_control(public=True, max_age=24 * 3600)
def robots(request: HttpRequest) -> HttpResponse:
    """Keep search engines from the pages of offices and of the desk."""
    return plain_response(["User-agent: *", *(f"Disallow: {address}" for address in PRIVATE)])


@require_safe
@cache_control(public=True, max_age=24 * 3600)
def security(request: HttpRequest) -> HttpResponse:
    """Say where a fault is told, as RFC 9116 has it; 404 until the deployment names a place.

    What a running deployment says holds, so each answer sets its end anew.
    """
    contact = settings.SECURITY_CONTACT
    if not contact:
        raise Http404
    today = dt.datetime.now(dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return plain_response(
        [
            f"Contact: {contact if ':' in contact else f'mailto:{contact}'}",
            f"Expires: {today + HOLDS_FOR:%Y-%m-%dT%H:%M:%SZ}",
            "Preferred-Languages: en, fr",
            f"Canonical: {settings.SITE_URL}{reverse('security')}",
        ]
    )


def plain_response(lines: list[str]) -> HttpResponse:
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
