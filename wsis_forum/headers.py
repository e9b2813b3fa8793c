"""What every answer says to browsers, beside Django's own headers."""

import re
from base64 import b64encode
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from typing import Any

from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.http.response import HttpResponseBase
from django.template import engines
from django.template.loader import get_template
from django.utils.cache import patch_cache_control, patch_vary_headers

from delegations.api.refusals import problem

# Whatever a browser can lend to a page; a passkey is the only one that a page here asks for.
LENT = (
    "accelerometer", "autoplay", "camera", "clipboard-read", "display-capture",
    "encrypted-media", "fullscreen", "gamepad", "geolocation", "gyroscope", "hid",
    "identity-credentials-get", "idle-detection", "local-fonts", "magnetometer", "microphone",
    "midi", "otp-credentials", "payment", "picture-in-picture", "screen-wake-lock", "serial",
    "storage-access", "usb", "window-management", "xr-spatial-tracking",
)  # fmt: skip
PERMISSIONS = ", ".join(
    [
        *(f"{lent}=()" for lent in LENT),
        "publickey-credentials-create=(self)",
        "publickey-credentials-get=(self)",
    ]
)
# The templates of the desk that hold a style sheet.
WITH_STYLE_SHEETS = (
    "unfold/layouts/skeleton.html",
    "admin/change_list.html",
    "admin/letters/template_specimen.html",
)


class HeadersMiddleware:
    """Lend pages nothing, let no other site embed them, and keep them from shared caches.

    A probe inside the network names the machine it asks, not the site: it is asked in the site's
    name, so that no page answers to another one.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info == "/healthz":
            request.META["HTTP_HOST"] = settings.ALLOWED_HOSTS[0]
        response = refuse_plain_http(request) or self.get_response(request)
        response["Permissions-Policy"] = PERMISSIONS
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        if "Cache-Control" not in response:
            # Nearly each page has a form, and with it the token of one browser.
            patch_cache_control(response, private=True, no_cache=True)
            patch_vary_headers(response, ["Accept-Language", "Cookie"])
        return response


def refuse_plain_http(request: HttpRequest) -> HttpResponse | None:
    """Refuse a machine that shows its secret without TLS; a redirect would hide that it did."""
    asks_for_a_secret = request.path_info.startswith(("/hooks/", "/metrics", "/api/"))
    if not asks_for_a_secret or request.is_secure() or not settings.SECURE_SSL_REDIRECT:
        return None
    if request.path_info.startswith("/api/"):
        return problem(403, "Ask by https.")
    return HttpResponseForbidden("Ask by https.", content_type="text/plain; charset=utf-8")


class ContentSecurityPolicyMiddleware(CSPMiddleware):
    """The policy of the settings, with what the desk's interface needs beyond it."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if request.path_info.startswith(settings.DESK_ADDRESSES):
            parts.replace = desk_policy() | (parts.replace or {})
        return parts


def desk_policy() -> dict[str, list[str]]:
    """Return the directives that differ where pages have unfold's looks.

    Its expressions in attributes hold arrow functions, several statements and the window's own
    objects. Alpine's build for strict policies reads none of these, so Alpine has to evaluate. It
    also writes `style` attributes, which no hash covers; style sheets in pages are hashed.
    """
    return {
        "script-src": ["'self'", "'unsafe-eval'"],
        "style-src-elem": ["'self'", *hashes_of_style_sheets()],
        "style-src-attr": ["'unsafe-inline'"],
        # The preview of a letter is fetched, then shown in a frame.
        "frame-src": ["'self'", "blob:"],
    }


@cache
def hashes_of_style_sheets() -> list[str]:
    """Return the hashes of the style sheets that stand in the desk's pages, the same for everybody.

    They are what the templates hold, filled in with nothing but the theme of the settings.
    """
    site: Any = admin.site
    theme = {
        "colors": site._get_colors("COLORS", None),
        "border_radius": site._get_config("BORDER_RADIUS", None),
    }
    sheets = [
        engines["django"].from_string(source).render(theme)
        for name in WITH_STYLE_SHEETS
        for source in re.findall(r"<style[^>]*>(.*?)</style>", source_of(name), re.S)
    ]
    return [f"'sha256-{b64encode(sha256(sheet.encode()).digest()).decode()}'" for sheet in sheets]


def source_of(name: str) -> str:
    template: Any = get_template(name)
    source: str = template.template.source
    return source
