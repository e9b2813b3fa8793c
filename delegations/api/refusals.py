"""What the API says when it refuses: a number, and a sentence that says what to do."""

from django.http import HttpRequest, HttpResponse, JsonResponse

NOTHING_HERE = "Nothing has this address: /api/v1/openapi.json names those that there are."
NOT_UNDERSTOOD = "This was not understood."
NOT_PERMITTED = "This is not open to you."
FAULT = "The fault is ours, and is noted. Try again in some minutes."


class Refusal(Exception):
    """A refusal that is answered in its own words."""

    def __init__(self, status: int, detail: str, **headers: str) -> None:
        super().__init__(detail)
        self.status, self.detail, self.headers = status, detail, headers


def problem(status: int, detail: str, **headers: str) -> JsonResponse:
    return JsonResponse({"status": status, "detail": detail}, status=status, headers=headers)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return problem(400, NOT_UNDERSTOOD)


def not_permitted(request: HttpRequest, exception: Exception) -> HttpResponse:
    return problem(403, NOT_PERMITTED)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return problem(404, NOTHING_HERE)


def answer_fault(request: HttpRequest) -> HttpResponse:
    return problem(500, FAULT)
