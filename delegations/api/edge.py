"""What holds for each address of the API: only read, no cookie, counted, and sent once."""

import hashlib
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import set_urlconf
from django.utils.cache import get_conditional_response, patch_cache_control

from delegations.api.refusals import problem
from delegations.office.throttle import count_call
from delegations.office.views.entry import client_address

URLS = "delegations.api.urls"
ASKED = {"after", "limit"}  # as keys.Asked has them
READ = "GET, HEAD, OPTIONS"
ONLY_READ = f"The API is only read: ask by {READ}."
A_NUL = "Nothing has a NUL in its address or key: leave it out."
UNKNOWN = "Not understood. Only after and limit are asked for, each once."
TOO_MANY = "Too many calls: wait as many seconds as Retry-After says."


class ApiMiddleware:
    """Answer for /api/ before any session is looked at: what a browser holds opens nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not is_of_the_api(request):
            return self.get_response(request)
        request.META.pop("HTTP_COOKIE", None)
        # Only who reads the API loads what it is made of: some ten megabytes of each process.
        request.urlconf = URLS
        try:
            response = refuse_unreadable(request) or self.read(request)
        finally:
            set_urlconf(None)
        # Neither a language nor a cookie changes an answer, whatever later middleware thinks.
        response["Vary"] = "Authorization"
        response["X-Robots-Tag"] = "noindex"
        return response

    def read(self, request: HttpRequest) -> HttpResponse:
        """Answer HEAD as GET without its body, and what is known already by 304."""
        is_head, request.method = request.method == "HEAD", "GET"
        response = self.get_response(request)
        if response.status_code == 200:
            patch_cache_control(response, no_cache=True, **whose(request))
            etag = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
            response["ETag"] = etag
            response = get_conditional_response(request, etag, response=response) or response
        else:
            patch_cache_control(response, no_store=True)
        if is_head:
            response["Content-Length"] = str(len(response.content))
            response.content = b""
        return response


def is_of_the_api(request: HttpRequest) -> bool:
    return request.path_info.startswith("/api/")


def whose(request: HttpRequest) -> dict[str, bool]:
    """Return whether shared caches may keep the answer: not what a token opened."""
    return {"private": True} if "Authorization" in request.headers else {"public": True}


def refuse_unreadable(request: HttpRequest) -> HttpResponse | None:
    """Return the answer to whatever asks for nothing that can be read."""
    if request.method == "OPTIONS":
        return HttpResponse(status=204, headers={"Allow": READ})
    if request.method not in ("GET", "HEAD"):
        return problem(405, ONLY_READ, Allow=READ)
    if "\0" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
        return problem(404, A_NUL)
    # A mistyped word would be answered by the whole list.
    if any(word not in ASKED or len(said) > 1 for word, said in request.GET.lists()):
        return problem(422, UNKNOWN)
    if wait := count_call("api", client_address(request)):
        return problem(429, TOO_MANY, **{"Retry-After": str(wait)})
    return None
