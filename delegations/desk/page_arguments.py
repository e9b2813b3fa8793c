"""What the desk's own pages are asked for: the edition, the permission, a State’s page."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language

from invitations.models import ForumEdition

View = Callable[..., HttpResponse]


def desk_page(*permissions: str) -> Callable[[View], View]:
    """Let only staff come to the view, and of them only those with all the permissions."""

    def marked(view: View) -> View:
        @wraps(view)
        def permitted(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.has_perms(permissions):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return admin.site.admin_view(permitted)

    return marked


def edition_asked(request: HttpRequest) -> ForumEdition | None:
    """Return the edition that the address names; else the one that is at hand."""
    symbol = request.GET.get("edition")
    named = ForumEdition.objects.filter(symbol=symbol).first() if symbol else None
    return named or ForumEdition.objects.current()


def language_asked(request: HttpRequest) -> str:
    """Return the language that the address names; else that of the page."""
    asked = request.GET.get("language", "")
    return asked if asked in dict(settings.LANGUAGES) else get_language()
