"""The reason typed where a letter's lot is chosen, brought to the page on which that is done.

It names people: so it stands in the session, never in an address, which servers write down.
"""

from collections.abc import Iterable

from django.http import HttpRequest

TYPED = "reasons_typed"


def bring_reason(request: HttpRequest, minister: int, reason: str) -> None:
    """Keep the reason for the minister, until another is typed or the session ends."""
    request.session[TYPED] = {**request.session.get(TYPED, {}), str(minister): reason}


def reason_brought(request: HttpRequest, ministers: Iterable[int]) -> str:
    """Return the reason typed for the one minister; of several each has a reason of their own."""
    [first, *others] = {*ministers}
    return "" if others else request.session.get(TYPED, {}).get(str(first), "")
