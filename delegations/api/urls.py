"""The addresses of the API, which ``ApiMiddleware`` sets in place of the site's."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from ninja import NinjaAPI

from delegations.api import by_token, published
from delegations.api.problems import answer_problems
from delegations.api.refusals import NOTHING_HERE, problem

DESCRIPTION = (
    "What the forum publishes, for machines; and, by a token, answers by State and persons. "
    "Each address is read only. Lists come in parts: ask "
    "for `next` until it is null. Send the `ETag` of an answer as `If-None-Match`, and it is not "
    "sent again while it is the same. After 429, wait as many seconds as `Retry-After` says."
)

api = NinjaAPI(
    title=f"{settings.NAME}: invitations, answers, speakers",
    version="1.0.0",
    description=DESCRIPTION,
    urls_namespace="api",
    docs_url=None,
)
api.add_router("", published.router)
api.add_router("", by_token.router)
answer_problems(api)


def nothing_here(request: HttpRequest, rest: str = "") -> HttpResponse:
    return problem(404, NOTHING_HERE)


handler400 = "delegations.api.refusals.bad_request"
handler403 = "delegations.api.refusals.not_permitted"
handler404 = "delegations.api.refusals.not_found"
handler500 = "delegations.api.refusals.answer_fault"
addresses: list[Any] = [
    path("v1/", nothing_here),
    path("v1/", api.urls),
    path("", nothing_here),
    path("<path:rest>", nothing_here),
]
urlpatterns = [path("api/", include(addresses))]
