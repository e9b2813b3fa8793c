"""Variables of the pages of the account, which look as those of the desk."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse

from wsis_forum.staff.demonstration import demonstration_code
from wsis_forum.staff.saved_forms import saved_act


def desk(request: HttpRequest) -> dict[str, Any]:
    """Give the looks of the desk to the pages of the account, and nothing to any other."""
    if not request.path.startswith(reverse("staff_account")):
        return {}
    return {
        **admin.site.each_context(request),
        "demonstration_code": lambda: demonstration_code(request),
        "act_asked_for": lambda: saved_act(request, next_of(request)),
    }


def next_of(request: HttpRequest) -> str:
    """Return the address at which the page goes on; a page without one is it."""
    return request.POST.get("next") or request.GET.get("next") or request.path
