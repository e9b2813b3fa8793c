"""The shape of a refusal, and how faults and refusals of the API are answered."""

import logging

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, ValidationError

from delegations.api.refusals import FAULT, NOTHING_HERE, Refusal, problem

logger = logging.getLogger("django.request")

WITHOUT_ONE = "Send a token as “Authorization: Bearer …”: this is not public."


class Problem(Schema):
    """Why there is no answer."""

    status: int
    detail: str


def answer_problems(api: NinjaAPI) -> None:
    """Let the API answer its refusals and faults in JSON, each with a sentence."""

    @api.exception_handler(Refusal)
    def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
        return problem(refusal.status, refusal.detail, **refusal.headers)

    @api.exception_handler(AuthenticationError)
    def without_token(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
        return problem(401, WITHOUT_ONE, **{"WWW-Authenticate": "Bearer"})

    @api.exception_handler(Http404)
    def missing(request: HttpRequest, missed: Http404) -> HttpResponse:
        return problem(404, str(missed) or NOTHING_HERE)

    @api.exception_handler(ValidationError)
    def not_understood(request: HttpRequest, error: ValidationError) -> HttpResponse:
        said = (f"{one['loc'][-1]}: {one['msg']}" for one in error.errors)
        return problem(422, f"Not understood. {'; '.join(said)}.")

    @api.exception_handler(Exception)
    def failed(request: HttpRequest, error: Exception) -> HttpResponse:
        logger.error("Fault at %s", request.path, exc_info=error, extra={"status_code": 500})
        return problem(500, FAULT)
