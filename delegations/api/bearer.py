"""Who reads what is not public: the token in the Authorization header, and nothing else."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer

from delegations.api.refusals import Refusal
from delegations.models import ApiToken
from delegations.office.throttle import count_wrong
from delegations.office.views.entry import client_address
from delegations.tokens import note_api_call, token_of

UNKNOWN = "No token has these words: compare them, or ask the secretariat for another."
NOT_OPEN = (
    "This token opens nothing: it was not released yet, was revoked, its days are over, or the"
    " account that made it is closed."
)
NOT_THIS = "This token does not read this: it reads {scopes} of {edition}."
TOO_MANY_WRONG = "Too many wrong tokens: wait as many seconds as Retry-After says."


class TokenBearer(HttpBearer):
    """Opens an address to tokens of one scope, for the edition that they name."""

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken:
        found = token_of(token)
        if found is None:
            raise unknown(request)
        if not found.is_open(timezone.localdate()):
            note_api_call(found, self.scope, 401)
            raise Refusal(401, NOT_OPEN, **{"WWW-Authenticate": "Bearer"})
        symbol = found.edition.as_released.symbol
        if self.scope not in found.scopes or symbol != asked_edition(request):
            note_api_call(found, self.scope, 403)
            reads = ", ".join(found.scopes)
            raise Refusal(403, NOT_THIS.format(scopes=reads, edition=symbol))
        return found


def unknown(request: HttpRequest) -> Refusal:
    if wait := count_wrong("api", client_address(request)):
        return Refusal(429, TOO_MANY_WRONG, **{"Retry-After": str(wait)})
    return Refusal(401, UNKNOWN, **{"WWW-Authenticate": "Bearer"})


def asked_edition(request: Any) -> str:
    return str(request.resolver_match.kwargs["symbol"])
